#!/usr/bin/env python3
"""Run the third-party CalDAV/CardDAV/WebDAV client suites against one server.

Standard library only.  Everything a suite needs is installed below a work
directory (a temporary one unless --workdir is given): a virtual environment,
the unpacked source distributions whose test suites are used, and npm clients.

    run_suites.py --url http://127.0.0.1:5232/ --user-pattern user%02d --count 10

prints one line per suite, `suite: passed/total`, and exits 0 when every suite
could be run (whatever it scored), 2 when one could not.  See README.md beside
this file for what the server has to provide.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.parse
import xml.etree.ElementTree as ET
from pathlib import Path

HERE = Path(__file__).resolve().parent

PINS = {
    "caldav": "3.6.0",
    "caldav-server-tester": "1.7.0",
    "vdirsyncer": "0.21.0",
    "khal": "0.14.1",
    "tsdav": "2.3.4",
    "dav": "1.8.0",
}
SUITES = [
    "caldav-server-tester",
    "python-caldav",
    "litmus",
    "vdirsyncer-caldav",
    "vdirsyncer-carddav",
    "sync-scenario",
    "tsdav",
    "dav",
]
# number of tests each litmus 0.13 program runs when nothing stops it early
LITMUS_TOTALS = {"basic": 16, "copymove": 13, "props": 30, "locks": 41, "http": 4}

DAV = "{DAV:}"
CAL = "{urn:ietf:params:xml:ns:caldav}"
CARD = "{urn:ietf:params:xml:ns:carddav}"


class CannotRun(Exception):
    pass


# --------------------------------------------------------------------------
# a very small DAV client, for discovery only


class Dav:
    def __init__(self, base: str, user: str, password: str):
        self.base, self.user, self.password = base, user, password
        self.u = urllib.parse.urlsplit(base)

    def request(self, method, path, body=None, headers=None, auth=True):
        cls = http.client.HTTPConnection
        kw = {"timeout": 60}
        if self.u.scheme == "https":
            cls = http.client.HTTPSConnection
            kw["context"] = ssl._create_unverified_context()
        conn = cls(self.u.hostname, self.u.port, **kw)
        h = {"Content-Type": "application/xml; charset=utf-8"}
        if auth:
            cred = f"{self.user}:{self.password}".encode()
            h["Authorization"] = "Basic " + base64.b64encode(cred).decode()
        h.update(headers or {})
        try:
            conn.request(method, path, body, h)
            r = conn.getresponse()
            return r.status, r.headers, r.read()
        finally:
            conn.close()

    def prop_href(self, path, prop):
        body = (
            '<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
            ' xmlns:A="urn:ietf:params:xml:ns:carddav"><D:prop>'
            f"{prop}</D:prop></D:propfind>"
        )
        for _ in range(5):
            st, hd, data = self.request("PROPFIND", path, body, {"Depth": "0"})
            if st in (301, 302, 307, 308) and hd.get("Location"):
                path = urllib.parse.urlsplit(hd["Location"]).path
                continue
            break
        if st != 207:
            return None
        try:
            root = ET.fromstring(data)
        except ET.ParseError:
            return None
        for ps in root.iter(DAV + "propstat"):
            status = ps.findtext(DAV + "status") or ""
            if " 200" not in status:
                continue
            p = ps.find(DAV + "prop")
            for el in p if p is not None else ():
                href = el.find(DAV + "href")
                if href is not None and href.text:
                    return urllib.parse.urlsplit(href.text.strip()).path
        return None

    def discover(self):
        path = self.u.path or "/"
        princ = None
        for cand in (path, "/.well-known/caldav", "/"):
            princ = self.prop_href(cand, "<D:current-user-principal/>")
            if princ:
                break
        if not princ:
            raise CannotRun("no DAV:current-user-principal found from the base URL")
        return {
            "principal": princ,
            "calendar_home": self.prop_href(princ, "<C:calendar-home-set/>"),
            "addressbook_home": self.prop_href(princ, "<A:addressbook-home-set/>"),
        }


# --------------------------------------------------------------------------
# the work directory


class Work:
    def __init__(self, path: Path, verbose: bool):
        self.path, self.verbose = path, verbose
        path.mkdir(parents=True, exist_ok=True)
        (path / "logs").mkdir(exist_ok=True)
        (path / "tmp").mkdir(exist_ok=True)
        self.venv = path / "venv"
        self.py = self.venv / "bin" / "python"

    def sh(self, cmd, *, log=None, cwd=None, env=None, timeout=900, check=False):
        e = dict(os.environ)
        e.pop("PYTHONPATH", None)
        # python-caldav's tests lock a server by name in TMPDIR: two runs at a
        # time must not wait for each other
        e["TMPDIR"] = str(self.path / "tmp")
        e.update(env or {})
        try:
            p = subprocess.Popen(
                [str(c) for c in cmd],
                cwd=cwd,
                env=e,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        except FileNotFoundError as ex:
            raise CannotRun(str(ex)) from ex
        try:
            out, _ = p.communicate(timeout=timeout)
            rc = p.returncode
        except subprocess.TimeoutExpired:
            # an interrupt first: pytest then still writes what it has
            rc = 124
            os.killpg(p.pid, signal.SIGINT)
            try:
                out, _ = p.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                os.killpg(p.pid, signal.SIGKILL)
                out, _ = p.communicate()
            out = (out or "") + f"\n[stopped after {timeout} s]\n"
        except BaseException:
            os.killpg(p.pid, signal.SIGKILL)
            raise
        if log:
            (self.path / "logs" / f"{log}.log").write_text(out)
        if self.verbose:
            sys.stderr.write(out)
        if check and rc:
            raise CannotRun(f"{cmd[0]} exited {rc}: {out[-400:]}")
        return rc, out

    def need_venv(self):
        mark = self.path / "venv.ok"
        stamp = json.dumps(PINS)
        if mark.exists() and mark.read_text() == stamp:
            return
        self.sh([sys.executable, "-m", "venv", self.venv], check=True)
        # The suites import radicale/xandikos only to offer embedded servers,
        # which are switched off here, so only what the tests import is listed.
        reqs = [
            f"caldav=={PINS['caldav']}",
            f"caldav-server-tester=={PINS['caldav-server-tester']}",
            f"vdirsyncer[test]=={PINS['vdirsyncer']}",
            f"khal=={PINS['khal']}",
            "pytest",
            "pytest-asyncio",
            "pytest-timeout",
            "proxy.py",
            "vobject",
            "tzlocal",
            "httpx",
            "httpxyz",
            "manuel",
            "pyfakefs",
        ]
        self.sh([self.py, "-m", "pip", "install", "-q", *reqs], log="pip", timeout=1200, check=True)
        mark.write_text(stamp)

    def need_sdist(self, name) -> Path:
        ver = PINS[name]
        dest = self.path / "sdist"
        dest.mkdir(exist_ok=True)
        tree = dest / f"{name}-{ver}"
        if not tree.exists():
            self.need_venv()
            self.sh(
                [
                    self.py,
                    "-m",
                    "pip",
                    "download",
                    "-q",
                    "--no-deps",
                    "--no-binary",
                    name,
                    "-d",
                    dest,
                    f"{name}=={ver}",
                ],
                log=f"sdist-{name}",
                timeout=900,
                check=True,
            )
            tars = sorted(dest.glob(f"{name.replace('-', '_')}-{ver}.tar.gz")) or sorted(
                dest.glob(f"{name}-{ver}.tar.gz")
            )
            if not tars:
                raise CannotRun(f"no source distribution of {name} {ver}")
            with tarfile.open(tars[0]) as t:
                t.extractall(
                    dest, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {})
                )
        return tree

    def need_npm(self) -> Path:
        d = self.path / "npm"
        mark = d / "ok"
        if mark.exists():
            return d
        if not shutil.which("npm"):
            raise CannotRun("npm is not installed")
        d.mkdir(exist_ok=True)
        (d / "package.json").write_text('{"name":"conformance-clients","private":true}\n')
        self.sh(
            [
                "npm",
                "install",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                f"tsdav@{PINS['tsdav']}",
                f"dav@{PINS['dav']}",
            ],
            cwd=d,
            log="npm",
            timeout=600,
            check=True,
        )
        mark.write_text("ok")
        return d

    def need_apt(self, prog, package):
        if shutil.which(prog):
            return
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise CannotRun(f"{prog} is not installed (Debian package {package})")
        env = {"DEBIAN_FRONTEND": "noninteractive"}
        rc, _ = self.sh(
            ["apt-get", "install", "-y", "--no-install-recommends", package],
            env=env,
            log=f"apt-{package}",
        )
        if rc:
            self.sh(["apt-get", "update"], env=env)
            self.sh(
                ["apt-get", "install", "-y", "--no-install-recommends", package],
                env=env,
                log=f"apt-{package}",
                check=True,
            )


class Ctx:
    """what every suite is given"""

    def __init__(self, args, work, users):
        self.args, self.work, self.users = args, work, users
        self.url = args.url if args.url.endswith("/") else args.url + "/"
        self._homes = {}

    def url_for(self, name):
        return self.url.replace("{user}", name)

    def user(self, i):
        return self.users[i % len(self.users)]

    def homes(self, i):
        name, pw = self.user(i)
        if name not in self._homes:
            h = Dav(self.url_for(name), name, pw).discover()
            if self.args.calendar_home:
                h["calendar_home"] = self.args.calendar_home.replace("{user}", name)
            self._homes[name] = h
        return self._homes[name]

    def absolute(self, path):
        u = urllib.parse.urlsplit(self.url)
        return f"{u.scheme}://{u.netloc}{path}"


def junit_counts(path: Path):
    """passed, total (skipped ones are not in total), skipped, failing names"""
    if not path.exists():
        return 0, 0, 0, ["no JUnit file was written"]
    passed = total = skipped = 0
    bad = []
    for tc in ET.parse(path).getroot().iter("testcase"):
        if tc.find("skipped") is not None:
            skipped += 1
            continue
        total += 1
        f = tc.find("failure")
        if f is None:
            f = tc.find("error")
        if f is None:
            passed += 1
        else:
            msg = (f.get("message") or "").splitlines()
            cls = (tc.get("classname") or "").rsplit(".", 1)[-1]
            bad.append(f"{cls}::{tc.get('name')}: {msg[0][:160] if msg else ''}")
    return passed, total, skipped, bad


# --------------------------------------------------------------------------
# suites: each returns (passed, total, list of failures, note)


def suite_caldav_server_tester(c: Ctx):
    w = c.work
    w.need_venv()
    cfg = w.path / "cst.yaml"
    acc = {}
    for n in range(3):
        name, pw = c.user(n)
        acc[f"u{n}"] = {
            "caldav_url": c.url_for(name),
            "caldav_username": name,
            "caldav_password": pw,
        }
    cfg.write_text(json.dumps(acc))
    sections = [x for k in acc for x in ("--config-section", k)]
    env = {"CALDAV_CONFIG_FILE": str(cfg), "HOME": str(w.path)}
    rc, out = w.sh(
        [w.venv / "bin" / "caldav-server-tester", *sections, "--verbose", "--format", "text"],
        env=env,
        log="caldav-server-tester",
        timeout=c.args.timeout,
    )
    levels = re.findall(r"^## (\S+)\nFeature support level found: (\S+)", out, re.M)
    if not levels:
        raise CannotRun(f"the tester printed no feature (exit {rc})")
    judged = [(k, v) for k, v in levels if v not in ("unknown", "?")]
    full = [k for k, v in judged if v == "full"]
    bad = [f"{k}: {v}" for k, v in judged if v != "full"]
    unk = [k for k, v in levels if v in ("unknown", "?")]
    return len(full), len(judged), bad, f"{len(unk)} not determined: {', '.join(unk)}"


def suite_python_caldav(c: Ctx):
    w = c.work
    w.need_venv()
    tree = w.need_sdist("caldav")
    name, pw = c.user(3)
    sched = [
        {"url": c.url_for(c.user(i)[0]), "username": c.user(i)[0], "password": c.user(i)[1]}
        for i in (4, 5, 6)
    ]
    conf = {
        "test-servers": {
            "Target": {
                "type": "external",
                "enabled": True,
                "url": c.url_for(name),
                "username": name,
                "password": pw,
                "scheduling_users": sched,
            }
        }
    }
    # YAML is a superset of JSON
    (tree / "tests" / "caldav_test_servers.yaml").write_text(json.dumps(conf, indent=1))
    junit = w.path / "logs" / "python-caldav.xml"
    junit.unlink(missing_ok=True)
    env = {
        "PYTHON_CALDAV_TEST_EMBEDDED": "0",
        "PYTHON_CALDAV_TEST_DOCKER": "0",
        "HOME": str(w.path),
    }
    w.sh(
        [
            w.py,
            "-m",
            "pytest",
            "-q",
            "--timeout",
            "60",
            "-p",
            "no:cacheprovider",
            "-o",
            "asyncio_default_fixture_loop_scope=function",
            "-o",
            "filterwarnings=default",
            "tests/test_caldav.py",
            "tests/test_async_integration.py",
            "-k",
            "Target",
            f"--junitxml={junit}",
        ],
        cwd=tree,
        env=env,
        log="python-caldav",
        timeout=c.args.timeout,
    )
    p, t, s, bad = junit_counts(junit)
    if not t:
        raise CannotRun("no test was run; see logs/python-caldav.log")
    return p, t, bad, f"{s} skipped"


def suite_litmus(c: Ctx):
    w = c.work
    w.need_apt("litmus", "litmus")
    name, pw = c.user(7)
    if c.args.webdav_url:
        url = c.args.webdav_url.replace("{user}", name)
    else:
        home = c.homes(7)["calendar_home"]
        if not home:
            raise CannotRun("no calendar home found; give --webdav-url")
        url = c.absolute(home)
    rc, out = w.sh(
        ["litmus", "-k", url, name, pw], cwd=w.path, log="litmus", timeout=c.args.timeout
    )
    passed = 0
    bad = []
    notes = []
    prog = None
    for line in out.replace("\r", "\n").splitlines():
        m = re.match(r"-> running `(\w+)'", line)
        if m:
            prog = m.group(1)
        m = re.match(r"<- summary for `(\w+)': of (\d+) tests run: (\d+) passed", line)
        if m:
            notes.append(f"{m.group(1)} {m.group(3)}/{LITMUS_TOTALS.get(m.group(1), m.group(2))}")
            passed += int(m.group(3))
        m = re.search(r"\d+\. (\S+?)\.+ (FAIL|SKIPPED)(.*)", line)
        if m:
            bad.append(f"{prog}/{m.group(1)}: {m.group(2)} {m.group(3).strip()[:120]}")
    if not notes:
        raise CannotRun(f"litmus printed no summary (exit {rc})")
    return passed, sum(LITMUS_TOTALS.values()), bad, ", ".join(notes)


MIXIN = """
import os
import pytest


class ServerMixin:
    @pytest.fixture
    def get_storage_args(self, request, tmpdir, slow_create_collection, aio_connector):
        async def inner(collection="test"):
            args = {
                "url": os.environ["CONF_URL"],
                "username": os.environ["CONF_USER"],
                "password": os.environ["CONF_PASSWORD"],
                "connector": aio_connector,
            }
            if collection is not None:
                args = await slow_create_collection(self.storage_class, args, collection)
            return args

        return inner
"""


def vdirsyncer_suite(c: Ctx, which, who):
    w = c.work
    w.need_venv()
    tree = w.need_sdist("vdirsyncer")
    d = tree / "tests" / "storage" / "servers" / "conformance"
    d.mkdir(exist_ok=True)
    (d / "__init__.py").write_text(MIXIN)
    name, pw = c.user(who)
    junit = w.path / "logs" / f"vdirsyncer-{which}.xml"
    junit.unlink(missing_ok=True)
    env = {
        "DAV_SERVER": "conformance",
        "CONF_URL": c.url_for(name),
        "CONF_USER": name,
        "CONF_PASSWORD": pw,
        "HOME": str(w.path),
    }
    w.sh(
        [
            w.py,
            "-m",
            "pytest",
            "-q",
            "--timeout",
            "90",
            "-p",
            "no:cacheprovider",
            "-o",
            "filterwarnings=default",
            "-o",
            "addopts=",
            f"tests/storage/dav/test_{which}.py",
            f"--junitxml={junit}",
        ],
        cwd=tree,
        env=env,
        log=f"vdirsyncer-{which}",
        timeout=c.args.timeout,
    )
    p, t, s, bad = junit_counts(junit)
    if not t:
        raise CannotRun(f"no test was run; see logs/vdirsyncer-{which}.log")
    return p, t, bad, f"{s} skipped"


def suite_vdirsyncer_caldav(c: Ctx):
    return vdirsyncer_suite(c, "caldav", 8)


def suite_vdirsyncer_carddav(c: Ctx):
    return vdirsyncer_suite(c, "carddav", 7)


def checks_from(out):
    """our own scenarios print `ok NAME` / `not ok NAME - why` and `planned N`"""
    ok = re.findall(r"^ok (.+)$", out, re.M)
    bad = re.findall(r"^not ok (.+)$", out, re.M)
    m = re.search(r"^planned (\d+)$", out, re.M)
    total = max(int(m.group(1)) if m else 0, len(ok) + len(bad))
    if total > len(ok) + len(bad):
        bad.append(f"{total - len(ok) - len(bad)} checks not reached")
    return len(ok), total, bad


def suite_sync_scenario(c: Ctx):
    w = c.work
    w.need_venv()
    name, pw = c.user(9)
    h = c.homes(9)
    scratch = Path(tempfile.mkdtemp(dir=w.path, prefix="sync-"))
    env = {
        "CONF_URL": c.url_for(name),
        "CONF_USER": name,
        "CONF_PASSWORD": pw,
        "CONF_HOME": c.absolute(h["calendar_home"] or "/"),
        "CONF_BIN": str(w.venv / "bin"),
        "CONF_EVENTS": str(c.args.events),
    }
    rc, out = w.sh(
        [w.py, HERE / "scenarios" / "sync_roundtrip.py", scratch],
        env=env,
        log="sync-scenario",
        timeout=c.args.timeout,
    )
    p, t, bad = checks_from(out)
    if not t:
        raise CannotRun(f"the scenario printed nothing (exit {rc})")
    return p, t, bad, ""


def node_suite(c: Ctx, script, who):
    w = c.work
    d = w.need_npm()
    if not shutil.which("node"):
        raise CannotRun("node is not installed")
    name, pw = c.user(who)
    dst = d / script
    shutil.copy(HERE / "scenarios" / script, dst)
    env = {
        "CONF_URL": c.url_for(name),
        "CONF_USER": name,
        "CONF_PASSWORD": pw,
        "NODE_TLS_REJECT_UNAUTHORIZED": "0",
    }
    rc, out = w.sh(
        ["node", "--no-warnings", dst],
        cwd=d,
        env=env,
        log=script.split(".")[0],
        timeout=c.args.timeout,
    )
    p, t, bad = checks_from(out)
    if not t:
        raise CannotRun(f"{script} printed nothing (exit {rc})")
    return p, t, bad, ""


def suite_tsdav(c: Ctx):
    return node_suite(c, "tsdav_smoke.mjs", 1)


def suite_dav(c: Ctx):
    return node_suite(c, "dav_smoke.cjs", 2)


RUN = {
    "caldav-server-tester": suite_caldav_server_tester,
    "python-caldav": suite_python_caldav,
    "litmus": suite_litmus,
    "vdirsyncer-caldav": suite_vdirsyncer_caldav,
    "vdirsyncer-carddav": suite_vdirsyncer_carddav,
    "sync-scenario": suite_sync_scenario,
    "tsdav": suite_tsdav,
    "dav": suite_dav,
}


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--url", required=True, help="base URL of the DAV service; {user} is replaced")
    ap.add_argument(
        "--user",
        action="append",
        default=[],
        metavar="NAME:PASSWORD",
        help="an account; give it at least ten times, or use --user-pattern",
    )
    ap.add_argument("--user-pattern", metavar="user%02d")
    ap.add_argument("--password-pattern", metavar="user%02d", help="default: as --user-pattern")
    ap.add_argument("--count", type=int, default=10)
    ap.add_argument("--first", type=int, default=1)
    ap.add_argument(
        "--webdav-url",
        help="where litmus may MKCOL ({user} is replaced); default: the calendar home",
    )
    ap.add_argument("--calendar-home", help="override discovery, a path with {user}")
    ap.add_argument("--suites", help="comma-separated; default all: " + ",".join(SUITES))
    ap.add_argument("--workdir", help="keep and reuse this directory (default: temporary)")
    ap.add_argument("--events", type=int, default=200, help="size of the sync scenario")
    ap.add_argument("--timeout", type=int, default=900, help="seconds for one suite")
    ap.add_argument("--json", help="also write the results, with failures, to this file")
    ap.add_argument("--show-failures", action="store_true")
    ap.add_argument("--verbose", action="store_true")
    args = ap.parse_args()

    users = [tuple(u.split(":", 1)) for u in args.user]
    if args.user_pattern:
        pp = args.password_pattern or args.user_pattern
        for i in range(args.first, args.first + args.count):
            users.append((args.user_pattern % i, pp % i if "%" in pp else pp))
    if not users or any(len(u) != 2 for u in users):
        ap.error("no accounts: give --user NAME:PASSWORD or --user-pattern")
    if len(users) < 10:
        print(f"warning: {len(users)} accounts, 10 wanted; suites will share them", file=sys.stderr)

    wanted = args.suites.split(",") if args.suites else SUITES
    for s in wanted:
        if s not in RUN:
            ap.error(f"unknown suite {s}")

    tmp = None
    if args.workdir:
        path = Path(args.workdir).resolve()
    else:
        tmp = tempfile.mkdtemp(prefix="conformance-")
        path = Path(tmp)
    work = Work(path, args.verbose)
    ctx = Ctx(args, work, users)
    results = {}
    status = 0
    try:
        for s in wanted:
            t0 = time.time()
            try:
                p, t, bad, note = RUN[s](ctx)
                results[s] = {"passed": p, "total": t, "failures": bad, "note": note}
                print(f"{s}: {p}/{t}", flush=True)
            except CannotRun as ex:
                status = 2
                results[s] = {"passed": 0, "total": 0, "failures": [], "note": f"not run: {ex}"}
                print(f"{s}: not run ({ex})", flush=True)
            results[s]["seconds"] = round(time.time() - t0, 1)
            if args.show_failures:
                for b in results[s]["failures"]:
                    print(f"    {b}", flush=True)
                if results[s]["note"]:
                    print(f"    ({results[s]['note']})", flush=True)
    finally:
        if args.json:
            Path(args.json).write_text(json.dumps({"url": args.url, "suites": results}, indent=1))
        if tmp:
            shutil.rmtree(tmp, ignore_errors=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
