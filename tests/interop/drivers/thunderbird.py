#!/usr/bin/env python3
"""Drive a real, headless Thunderbird against a CalDAV server and report PASS/FAIL.

    tb_check.py [options] BASE_URL CALENDAR_URL USER PASSWORD

BASE_URL      what a user types in "New calendar > On the network" (server root;
              Thunderbird must find CALENDAR_URL from it by itself)
CALENDAR_URL  the calendar collection to subscribe to and work in (writable)

Only the Python standard library and a `thunderbird` binary are needed.  All of
Thunderbird's HTTP goes through a small logging proxy started by this script, which
refuses any host that is not loopback; its SMTP server is a sink in this script.
Everything lives in a temporary directory that is removed at the end.

Output: one line per check, "PASS name - detail", "FAIL ...", "SKIP ..." or "INFO ...".
Exit status: 0 no FAIL, 1 at least one FAIL, 2 the check could not run.
"""

import argparse
import base64
import contextlib
import datetime as dt
import http.client
import http.server
import ipaddress
import json
import os
import re
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse
import uuid
import xml.etree.ElementTree as ET

NS = {"D": "DAV:", "C": "urn:ietf:params:xml:ns:caldav"}
HOP = {
    "connection",
    "proxy-connection",
    "keep-alive",
    "proxy-authorization",
    "te",
    "transfer-encoding",
    "upgrade",
    "trailer",
}


class CannotRun(Exception):
    """The environment lacks something (exit status 2)."""


def is_loopback(host):
    host = host.strip("[]")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# --------------------------------------------------------------------------- proxy
class Recorder:
    """Exchanges seen by the proxy, grouped by the step that was running."""

    def __init__(self):
        self.lock = threading.Lock()
        self.step = "00-start"
        self.exchanges = []  # dicts
        self.refused = []

    def add(self, **kw):
        with self.lock:
            kw["step"] = self.step
            self.exchanges.append(kw)

    def mark(self):
        with self.lock:
            return len(self.exchanges)

    def since(self, mark, method=None, status=None):
        with self.lock:
            rows = self.exchanges[mark:]
        return [
            r
            for r in rows
            if (method is None or r["method"] == method)
            and (status is None or r["status"] == status)
        ]

    def write(self, folder):
        os.makedirs(folder, exist_ok=True)
        by_step = {}
        for row in self.exchanges:
            by_step.setdefault(row["step"], []).append(row)
        for step, rows in by_step.items():
            out = []
            for n, r in enumerate(rows, 1):
                out.append(f"===== {step} exchange {n} =====")
                out.append(f">>> {r['method']} {r['target']} HTTP/1.1")
                out += [f">>> {k}: {redact(k, v)}" for k, v in r["req_headers"]]
                out.append("")
                out.append(text(r["req_body"]))
                out.append("")
                out.append(f"<<< HTTP/1.1 {r['status']} {r['reason']}")
                out += [f"<<< {k}: {redact(k, v)}" for k, v in r["resp_headers"]]
                out.append("")
                out.append(text(r["resp_body"], r["resp_headers"]))
                out.append("")
            with open(
                os.path.join(folder, step + ".txt"), "w", encoding="utf-8", newline="\n"
            ) as f:
                f.write("\n".join(out).replace("\r\n", "\n"))


def redact(key, value):
    if key.lower() in ("authorization", "proxy-authorization", "cookie", "set-cookie"):
        return value.split(" ", 1)[0] + " (redacted)"
    return value


def text(body, headers=()):
    if not body:
        return "(no body)"
    kind = {k.lower(): v for k, v in headers}.get("content-type", "")
    if "html" in kind or "javascript" in kind or "image" in kind:
        return f"({len(body)} bytes of {kind} not recorded)"
    return body.decode("utf-8", "replace")


class ProxyHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    recorder = None

    def log_message(self, *a):
        pass

    def _body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            data = b""
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                data += self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    return data
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(length) if length else b""

    def _refuse(self, host):
        self.recorder.refused.append(host)
        self.send_response(403, "Not loopback")
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def do_CONNECT(self):
        host, _, port = self.path.rpartition(":")
        if not is_loopback(host):
            return self._refuse(host)
        up = socket.create_connection((host.strip("[]"), int(port)), timeout=60)
        self.send_response(200, "Connected")
        self.end_headers()

        def pump(a, b):
            try:
                while True:
                    data = a.recv(65536)
                    if not data:
                        break
                    b.sendall(data)
            except OSError:
                pass
            finally:
                for s in (a, b):
                    with contextlib.suppress(OSError):
                        s.shutdown(socket.SHUT_RDWR)

        t = threading.Thread(target=pump, args=(up, self.connection), daemon=True)
        t.start()
        pump(self.connection, up)
        self.close_connection = True
        return None

    def _any(self):
        body = self._body()
        url = urllib.parse.urlsplit(self.path)
        host = url.hostname or ""
        if url.scheme != "http" or not is_loopback(host):
            return self._refuse(host or self.path)
        path = url.path or "/"
        if url.query:
            path += "?" + url.query
        headers = [(k, v) for k, v in self.headers.items() if k.lower() not in HOP]
        try:
            conn = http.client.HTTPConnection(host, url.port or 80, timeout=120)
            conn.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
            for k, v in headers:
                if k.lower() != "content-length":
                    conn.putheader(k, v)
            if body or "Content-Length" in self.headers:
                conn.putheader("Content-Length", str(len(body)))
            conn.putheader("Connection", "close")
            conn.endheaders(body or None)
            resp = conn.getresponse()
            data = resp.read()
            conn.close()
        except OSError as e:
            self.recorder.add(
                method=self.command,
                target=path,
                host=url.netloc,
                req_headers=headers,
                req_body=body,
                status=502,
                reason=str(e),
                resp_headers=[],
                resp_body=b"",
            )
            self.send_response(502)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        resp_headers = [(k, v) for k, v in resp.getheaders() if k.lower() not in HOP]
        plain = data
        if resp.getheader("Content-Encoding", "").lower() == "gzip":
            import gzip

            with contextlib.suppress(OSError):
                plain = gzip.decompress(data)
        self.recorder.add(
            method=self.command,
            target=path,
            host=url.netloc,
            req_headers=headers,
            req_body=body,
            status=resp.status,
            reason=resp.reason,
            resp_headers=resp_headers,
            resp_body=plain,
        )
        self.wfile.write(f"HTTP/1.1 {resp.status} {resp.reason}\r\n".encode("latin-1"))
        for k, v in resp_headers:
            if k.lower() != "content-length":
                self.wfile.write(f"{k}: {v}\r\n".encode("latin-1"))
        if self.command == "HEAD":
            self.wfile.write(
                b"Content-Length: %s\r\n\r\n" % (resp.getheader("Content-Length", "0").encode())
            )
        elif resp.status in (204, 304):
            self.wfile.write(b"\r\n")
        else:
            self.wfile.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        return None

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self._any
        raise AttributeError(name)


class SmtpSink(socketserver.StreamRequestHandler):
    messages = None

    def handle(self):
        def say(s):
            self.wfile.write(s.encode() + b"\r\n")

        say("220 sink ESMTP")
        rcpt = []
        while True:
            line = self.rfile.readline()
            if not line:
                return
            verb = line.strip().upper()
            if verb.startswith(b"EHLO"):
                self.wfile.write(b"250-sink\r\n250-8BITMIME\r\n250 SIZE 20000000\r\n")
            elif verb.startswith(b"RCPT"):
                rcpt.append(line.decode("utf-8", "replace").strip())
                say("250 ok")
            elif verb == b"DATA":
                say("354 go")
                data = b""
                while True:
                    row = self.rfile.readline()
                    if row in (b".\r\n", b".\n", b""):
                        break
                    data += row[1:] if row.startswith(b"..") else row
                self.messages.append((rcpt, data))
                rcpt = []
                say("250 queued")
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


class Threaded(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64


def serve(handler):
    server = Threaded(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, server.server_address[1]


# --------------------------------------------------------------------- marionette
class Marionette:
    """The Marionette wire protocol: length-prefixed JSON on a local TCP port."""

    def __init__(self, port, timeout=180):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.buf = b""
        self.serial = 0
        self.hello = self._recv()

    def _recv(self):
        while b":" not in self.buf:
            self._more()
        size, rest = self.buf.split(b":", 1)
        self.buf = rest
        while len(self.buf) < int(size):
            self._more()
        msg, self.buf = self.buf[: int(size)], self.buf[int(size) :]
        return json.loads(msg)

    def _more(self):
        data = self.sock.recv(1 << 16)
        if not data:
            raise CannotRun("Thunderbird closed the Marionette connection")
        self.buf += data

    def command(self, name, **params):
        self.serial += 1
        msg = json.dumps([0, self.serial, name, params]).encode()
        self.sock.sendall(b"%d:" % len(msg) + msg)
        while True:
            kind, serial, error, result = self._recv()
            if kind == 1 and serial == self.serial:
                if error:
                    raise RuntimeError(f"{error.get('error')}: {error.get('message')}")
                return result


JS_PRELUDE = r"""
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const win = Services.wm.getMostRecentWindow("mail:3pane");
const S = win.__tbcheck ||= { prompts: [], errors: [] };
const sleep = ms => new Promise(r => win.setTimeout(r, ms));
const until = async (f, ms = 30000) => {
  const end = Date.now() + ms;
  for (;;) {
    const v = await f();
    if (v) { return v; }
    if (Date.now() > end) { return v; }
    await sleep(150);
  }
};
const theCal = () => cal.manager.getCalendarById(S.calId);
const inner = c => c.wrappedJSObject.mUncachedCalendar?.wrappedJSObject ?? c.wrappedJSObject;
const sync = async () => {
  const c = theCal().wrappedJSObject;
  if (c.synchronize) { await c.synchronize(); } else { theCal().refresh(); }
  await sleep(400);
};
const items = async (from, to, filter) => {
  const list = [];
  const F = Ci.calICalendar;
  const stream = theCal().getItems(
    filter ?? (F.ITEM_FILTER_TYPE_EVENT | F.ITEM_FILTER_CLASS_OCCURRENCES), 0,
    from ? cal.createDateTime(from) : null, to ? cal.createDateTime(to) : null);
  for await (const chunk of cal.iterate.streamValues(stream)) { list.push(...chunk); }
  return list;
};
const plain = i => ({
  id: i.id, title: i.title, location: i.getProperty("LOCATION"),
  start: i.startDate.icalString, tz: i.startDate.timezone.tzid,
  utc: i.startDate.getInTimezone(cal.dtz.UTC).icalString, end: i.endDate.icalString,
  rid: i.recurrenceId ? i.recurrenceId.getInTimezone(cal.dtz.UTC).icalString : null,
  alarms: i.getAlarms().length, attendees: i.getAttendees().map(a => [a.id, a.participationStatus]),
  organizer: i.organizer ? i.organizer.id : null, seq: i.getProperty("SEQUENCE"),
  status: i.status, recurs: !!i.recurrenceInfo,
});
"""


class Thunderbird:
    def __init__(self, opts, work, proxy_port, smtp_port, email_address):
        self.opts = opts
        self.work = work
        binary = opts.thunderbird or os.environ.get("THUNDERBIRD") or shutil.which("thunderbird")
        if not binary:
            raise CannotRun("no thunderbird binary (apt-get install thunderbird)")
        self.profile = os.path.join(work, "profile")
        home = os.path.join(work, "home")
        os.makedirs(self.profile)
        os.makedirs(home)
        prefs = {
            # quiet first run, no background traffic
            "app.update.enabled": False,
            "app.update.auto": False,
            "app.normandy.enabled": False,
            "app.donation.eoy.version.viewed": 999,
            "browser.safebrowsing.malware.enabled": False,
            "browser.safebrowsing.phishing.enabled": False,
            "datareporting.policy.dataSubmissionEnabled": False,
            "datareporting.healthreport.uploadEnabled": False,
            "extensions.update.enabled": False,
            "extensions.blocklist.enabled": False,
            "extensions.getAddons.cache.enabled": False,
            "mail.inappnotifications.enabled": False,
            "mail.instrumentation.postUrl": "",
            "mail.provider.suppress_dialog_on_startup": True,
            "mail.rights.version": 1,
            "mail.shell.checkDefaultClient": False,
            "mail.spotlight.firstRunDone": True,
            "mailnews.start_page.enabled": False,
            "mailnews.start_page_override.mstone": "ignore",
            "network.captive-portal-service.enabled": False,
            "network.connectivity-service.enabled": False,
            "network.dns.disablePrefetch": True,
            "network.dns.disabled": True,
            "network.prefetch-next": False,
            "services.settings.server": "http://127.0.0.1:9/",
            "toolkit.telemetry.enabled": False,
            "toolkit.telemetry.unified": False,
            # everything through the logging proxy, loopback included
            "network.proxy.type": 1,
            "network.proxy.http": "127.0.0.1",
            "network.proxy.http_port": proxy_port,
            "network.proxy.ssl": "127.0.0.1",
            "network.proxy.ssl_port": proxy_port,
            "network.proxy.no_proxies_on": "",
            "network.proxy.allow_hijacking_localhost": True,
            "network.proxy.failover_direct": False,
            # automation
            "marionette.port": 0,
            "remote.log.level": "Error",
            # calendar
            "calendar.timezone.useSystemTimezone": False,
            "calendar.timezone.local": opts.timezone,
            "calendar.alarms.show": False,
            "calendar.alarms.playsound": False,
            "calendar.week.start": 1,
            # Local Folders, and one account whose SMTP server is the sink
            "mail.accountmanager.accounts": "account1,account2",
            "mail.accountmanager.localfoldersserver": "server1",
            "mail.accountmanager.defaultaccount": "account2",
            "mail.account.account1.server": "server1",
            "mail.server.server1.type": "none",
            "mail.server.server1.hostname": "Local Folders",
            "mail.server.server1.userName": "nobody",
            "mail.server.server1.name": "Local Folders",
            "mail.server.server1.directory-rel": "[ProfD]Mail/Local Folders",
            "mail.account.account2.server": "server2",
            "mail.account.account2.identities": "id1",
            "mail.server.server2.type": "pop3",
            "mail.server.server2.hostname": "127.0.0.1",
            "mail.server.server2.port": 9,
            "mail.server.server2.userName": "tbcheck",
            "mail.server.server2.name": "tbcheck",
            "mail.server.server2.login_at_startup": False,
            "mail.server.server2.check_new_mail": False,
            "mail.server.server2.directory-rel": "[ProfD]Mail/tbcheck",
            "mail.identity.id1.useremail": email_address,
            "mail.identity.id1.fullName": opts.user,
            "mail.identity.id1.valid": True,
            "mail.identity.id1.smtpServer": "smtp1",
            "mail.identity.id1.fcc": False,
            "mail.smtpservers": "smtp1",
            "mail.smtp.defaultserver": "smtp1",
            "mail.smtpserver.smtp1.hostname": "127.0.0.1",
            "mail.smtpserver.smtp1.port": smtp_port,
            "mail.smtpserver.smtp1.authMethod": 1,
            "mail.smtpserver.smtp1.try_ssl": 0,
        }
        with open(os.path.join(self.profile, "user.js"), "w") as f:
            for k, v in prefs.items():
                f.write(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n")
        env = {
            k: v
            for k, v in os.environ.items()
            if k not in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")
        }
        env.update(
            HOME=home,
            XDG_RUNTIME_DIR=home,
            MOZ_HEADLESS="1",
            MOZ_CRASHREPORTER_DISABLE="1",
            TMPDIR=work,
            MOZ_HEADLESS_WIDTH="1400",
            MOZ_HEADLESS_HEIGHT="1000",
        )
        self.log = open(os.path.join(work, "thunderbird.log"), "wb")
        self.proc = subprocess.Popen(
            [
                binary,
                "--headless",
                "--marionette",
                "--remote-allow-system-access",
                "--no-remote",
                "--profile",
                self.profile,
            ],
            stdout=self.log,
            stderr=subprocess.STDOUT,
            env=env,
            start_new_session=True,
        )
        self.m = self._connect()
        caps = self.m.command("WebDriver:NewSession", capabilities={})
        self.version = caps["capabilities"]["browserVersion"]
        self.m.command("Marionette:SetContext", value="chrome")
        self.m.command("WebDriver:SetTimeouts", script=opts.timeout * 1000)
        if opts.insecure:
            self._accept_certificates()

    def _accept_certificates(self):
        """What the user does in the "Add Security Exception" dialog."""
        import ssl

        for url in {self.opts.base_url, self.opts.calendar_url}:
            u = urllib.parse.urlsplit(url)
            if u.scheme == "https":
                pem = ssl.get_server_certificate((u.hostname, u.port or 443))
                self.js(
                    """
                    const db = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
                    const over = Cc["@mozilla.org/security/certoverride;1"].getService(Ci.nsICertOverrideService);
                    const cert = db.constructX509FromBase64(args[0]);
                    over.rememberValidityOverride(args[1], args[2], {}, cert, true);
                """,
                    "".join(pem.split("-----")[2].split()),
                    u.hostname,
                    u.port or 443,
                )

    def _connect(self):
        port_file = os.path.join(self.profile, "MarionetteActivePort")
        end = time.time() + 90
        while time.time() < end:
            if self.proc.poll() is not None:
                raise CannotRun(f"thunderbird exited with {self.proc.returncode}:\n" + self.tail())
            try:
                with open(port_file) as f:
                    return Marionette(int(f.read().strip()), self.opts.timeout + 60)
            except (OSError, ValueError):
                time.sleep(0.3)
        raise CannotRun("Marionette did not come up:\n" + self.tail())

    def tail(self):
        with open(os.path.join(self.work, "thunderbird.log"), "rb") as f:
            return f.read()[-1500:].decode("utf-8", "replace")

    def js(self, body, *args):
        script = (
            JS_PRELUDE + "const done = arguments[arguments.length - 1];"
            "const args = Array.from(arguments).slice(0, -1);"
            "(async () => {" + body + "})().then(v => done({ ok: v === undefined ? null : v }),"
            "e => done({ err: String(e?.message || e), name: String(e?.name || ''),"
            " result: e?.result ? '0x' + e.result.toString(16) : '', stack: String(e?.stack || '').slice(0, 800) }));"
        )
        r = self.m.command(
            "WebDriver:ExecuteAsyncScript",
            script=script,
            args=list(args),
            sandbox="system",
            newSandbox=False,
        )["value"]
        if r is None:
            raise RuntimeError(
                "Thunderbird opened a dialog (a password prompt?) and the step was cut off"
            )
        if "err" in r:
            raise RuntimeError(f"{r['name']} {r['err']} {r['result']}".strip())
        return r["ok"]

    def screenshot(self, path):
        data = self.m.command("WebDriver:TakeScreenshot", full=True)["value"]
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))

    def close(self):
        with contextlib.suppress(OSError, RuntimeError, CannotRun, AttributeError):
            self.m.command("Marionette:Quit", flags=["eForceQuit"])
        try:
            self.proc.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.proc.pid, signal.SIGKILL)
            self.proc.wait(10)
        self.log.close()


# --------------------------------------------------- the "other client" (this script)
class OtherClient:
    def __init__(self, opts):
        self.opts = opts
        token = base64.b64encode(f"{opts.user}:{opts.password}".encode()).decode()
        self.auth = {"Authorization": "Basic " + token, "User-Agent": "tb-check"}

    def request(self, method, url, body=None, **headers):
        u = urllib.parse.urlsplit(url)
        if u.scheme == "https":
            import ssl

            ctx = ssl._create_unverified_context() if self.opts.insecure else None
            conn = http.client.HTTPSConnection(u.hostname, u.port, timeout=60, context=ctx)
        else:
            conn = http.client.HTTPConnection(u.hostname, u.port, timeout=60)
        head = dict(self.auth)
        head.update({k.replace("_", "-"): v for k, v in headers.items()})
        path = u.path + ("?" + u.query if u.query else "")
        conn.request(method, path or "/", body.encode() if isinstance(body, str) else body, head)
        r = conn.getresponse()
        data = r.read()
        conn.close()
        return r.status, {k.lower(): v for k, v in r.getheaders()}, data.decode("utf-8", "replace")

    def propfind(self, url, *props, depth="0"):
        xml = (
            '<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:" '
            'xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop>'
            + "".join(f"<{p}/>" for p in props)
            + "</D:prop></D:propfind>"
        )
        status, _headers, body = self.request(
            "PROPFIND", url, xml, Depth=depth, Content_Type="application/xml; charset=utf-8"
        )
        return status, (ET.fromstring(body) if status == 207 else None)

    def own_addresses(self):
        """calendar-user-address-set of the authenticated principal (may be empty)."""
        status, tree = self.propfind(self.opts.calendar_url, "D:current-user-principal")
        node = tree.find(".//D:current-user-principal/D:href", NS) if tree is not None else None
        if node is None or not node.text:
            return []
        principal = urllib.parse.urljoin(self.opts.calendar_url, node.text.strip())
        _status, tree = self.propfind(principal, "C:calendar-user-address-set")
        if tree is None:
            return []
        return [
            h.text.strip()[7:]
            for h in tree.findall(".//C:calendar-user-address-set/D:href", NS)
            if h.text and h.text.strip().lower().startswith("mailto:")
        ]

    def dav_features(self):
        _, headers, _ = self.request("OPTIONS", self.opts.calendar_url)
        return {f.strip() for f in headers.get("dav", "").split(",")}


def unfold(ics):
    return re.sub(r"\r?\n[ \t]", "", ics)


def prop(ics, name):
    """Value of the first property of that name inside a VEVENT."""
    ics = unfold(ics).partition("BEGIN:VEVENT")[2]
    m = re.search(rf"^{name}(?:;[^:\n]*)?:(.*)$", ics, re.M)
    return m.group(1).strip() if m else None


VTIMEZONE = {
    "Pacific/Noumea": (
        "BEGIN:VTIMEZONE\r\nTZID:Pacific/Noumea\r\nBEGIN:STANDARD\r\n"
        "TZNAME:+11\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+1100\r\n"
        "TZOFFSETTO:+1100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    ),
}


# ---------------------------------------------------------------------- the checks
class Checks:
    def __init__(self, opts):
        self.opts = opts
        self.fails = 0
        self.passes = 0
        self.rec = Recorder()
        self.mails = []
        self.other = OtherClient(opts)
        self.made = []  # URLs to remove at the end
        self.day = dt.date.today() + dt.timedelta(days=14)
        self.day -= dt.timedelta(days=self.day.weekday())  # a Monday

    def say(self, kind, name, detail=""):
        print(f"{kind} {name}" + (f" - {detail}" if detail else ""), flush=True)

    def check(self, ok, name, detail=""):
        if ok:
            self.passes += 1
        else:
            self.fails += 1
        self.say("PASS" if ok else "FAIL", name, detail)
        return ok

    def step(self, name, func):
        self.rec.step = name
        try:
            func()
        except CannotRun:
            raise
        except Exception as e:
            if self.opts.verbose:
                traceback.print_exc()
            self.check(False, name, f"{type(e).__name__}: {e}")

    def uid(self, tag):
        return f"tbcheck-{tag}-{uuid.uuid4()}"

    def url(self, name):
        return self.opts.calendar_url.rstrip("/") + "/" + urllib.parse.quote(name)

    def ics(self, body):
        return (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tb-check//other client//EN\r\n"
            + VTIMEZONE["Pacific/Noumea"]
            + body
            + "END:VCALENDAR\r\n"
        )

    def put(self, name, body, **headers):
        url = self.url(name)
        self.made.append(url)
        return self.other.request(
            "PUT", url, self.ics(body), Content_Type="text/calendar; charset=utf-8", **headers
        )

    def at(self, hour, days=0):
        return (self.day + dt.timedelta(days=days)).strftime("%Y%m%d") + f"T{hour:02d}0000"

    # -- run
    def run(self):
        o = self.opts
        for u in (o.base_url, o.calendar_url):
            host = urllib.parse.urlsplit(u).hostname or ""
            if not is_loopback(host):
                raise CannotRun(f"{host} is not a loopback host; this check only runs on loopback")
        status, _headers, _ = self.other.request("OPTIONS", o.calendar_url)
        if status >= 400:
            raise CannotRun(f"OPTIONS {o.calendar_url} answered {status}")
        self.features = self.other.dav_features()
        self.auto = "calendar-auto-schedule" in self.features
        self.addresses = self.other.own_addresses()
        self.mail = o.email or (
            self.addresses[0]
            if self.addresses
            else o.user
            if "@" in o.user
            else o.user + "@tbcheck.invalid"
        )
        work = tempfile.mkdtemp(prefix="tbcheck-")
        ProxyHandler.recorder = self.rec
        SmtpSink.messages = self.mails
        proxy, proxy_port = serve(ProxyHandler)
        smtp, smtp_port = serve(SmtpSink)
        self.tb = None
        try:
            self.tb = Thunderbird(o, work, proxy_port, smtp_port, self.mail)
            self.say(
                "INFO",
                "thunderbird",
                f"version {self.tb.version}, headless, "
                f"identity {self.mail}, server DAV features: "
                + ", ".join(sorted(f for f in self.features if f)),
            )
            self.tb.js("""
                // Marionette's recommended preferences switch password saving off
                Services.prefs.setBoolPref("signon.rememberSignons", true);
                // no DNS SRV/TXT/MX look-ups: everything stays on loopback
                const { DNS } = ChromeUtils.importESModule("resource:///modules/DNS.sys.mjs");
                DNS.srv = DNS.txt = DNS.mx = async () => [];
                // a modal question would hang the run: record it and answer "keep the server's"
                cal.provider.promptOverwrite = (mode, item) => {
                  S.prompts.push(mode + " " + item.title); return !!S.overwrite; };
                await until(() => win.document.readyState == "complete" && win.gMailInit?.delayedStartupFinished !== false, 20000);
            """)
            for name, func in (
                ("01-discovery", self.discovery),
                ("02-subscribe", self.subscribe),
                ("03-create", self.create),
                ("04-remote-create", self.remote_create),
                ("05-edit", self.edit),
                ("06-conflict", self.conflict),
                ("07-recurring", self.recurring),
                ("08-edit-occurrence", self.edit_occurrence),
                ("09-scheduling", self.scheduling),
                ("10-freebusy", self.freebusy),
                ("10b-peer", self.peer),
                ("11-remote-delete", self.remote_delete),
                ("12-delete", self.delete),
                ("13-restart-resync", self.resync),
            ):
                self.step(name, func)
            outside = sorted(set(self.rec.refused))
            if outside:
                self.say("INFO", "network", "refused by the loopback proxy: " + ", ".join(outside))
        finally:
            if self.tb:
                self.tb.close()
            for u in self.made:
                with contextlib.suppress(OSError):
                    self.other.request("DELETE", u)
            if o.trace:
                self.rec.write(o.trace)
                for n, (_rcpt, data) in enumerate(self.mails, 1):
                    with open(os.path.join(o.trace, f"mail-{n}.eml"), "wb") as f:
                        f.write(data)
            proxy.shutdown()
            smtp.shutdown()
            if o.keep:
                self.say("INFO", "kept", work)
            else:
                shutil.rmtree(work, ignore_errors=True)
        self.say("INFO", "summary", f"{self.passes} passed, {self.fails} failed")
        return 1 if self.fails else 0

    # -- 1 discovery and subscription
    def discovery(self):
        o = self.opts
        found = self.tb.js(
            """
            const [user, password, where] = args;
            const map = await cal.provider.detection.detect(user, password, where, true, [], {});
            const list = [];
            S.detected = [];
            for (const [provider, calendars] of map) {
              for (const c of calendars) {
                S.detected.push(c);
                list.push([provider.type, c.uri.spec, c.name, c.readOnly, c.getProperty("color")]);
              }
            }
            return list;
        """,
            o.user,
            o.password,
            o.base_url,
        )
        want = o.calendar_url.rstrip("/")
        hits = [
            f
            for f in found
            if f[0] == "caldav"
            and urllib.parse.unquote(f[1]).rstrip("/") == urllib.parse.unquote(want)
        ]
        self.check(
            bool(hits),
            "discovery",
            f"from {o.base_url}: {len(found)} calendar(s) "
            + "; ".join(f"{f[2]} <{f[1]}>" for f in found[:6]),
        )
        false_hits = [f[1] for f in found if f[0] == "ics"]
        self.check(
            not false_hits,
            "discovery-no-false-hit",
            'Thunderbird would also offer these as .ics files (a PUT with "If-Match: nothing" '
            "answered 412/409, or a GET returned iCalendar): " + ", ".join(false_hits)
            if false_hits
            else "only CalDAV calendars offered",
        )
        if hits:
            self.check(hits[0][3] is False, "discovery-writable", f"readOnly={hits[0][3]}")
            self.say("INFO", "discovery", f"name {hits[0][2]!r}, colour {hits[0][4]}")

    def subscribe(self):
        o = self.opts
        r = self.tb.js(
            """
            const [url, user, password] = args;
            const want = decodeURI(url).replace(/\\/$/, "");
            let c = (S.detected || []).find(x => x.type == "caldav"
                      && decodeURI(x.uri.spec).replace(/\\/$/, "") == want);
            if (!c) {
              // not discovered: subscribe by URL, with the password in the password manager
              const uri = Services.io.newURI(url);
              c = cal.manager.createCalendar("caldav", uri);
              c.name = "tbcheck";
              c.setProperty("username", user);
              const r = await new Promise(ok => {
                const x = new win.XMLHttpRequest({ mozAnon: true });
                x.open("OPTIONS", url); x.onloadend = () => ok(x.getResponseHeader("WWW-Authenticate")); x.send(); });
              const realm = /realm="([^"]*)"/.exec(r || "")?.[1] || "";
              cal.auth.passwordManagerSave(user, password, uri.prePath, realm);
            }
            c.setProperty("cache.enabled", true);
            c.setProperty("imip.identity.key", "id1");
            cal.manager.registerCalendar(c);
            S.calId = c.id;
            await until(() => inner(theCal()).checkedServerInfo, 30000);
            await sync();
            const k = theCal(), n = inner(k);
            return { url: k.uri.spec, readOnly: k.readOnly, disabled: !!k.getProperty("disabled"),
              status: k.getProperty("currentStatus"), types: n.supportedItemTypes,
              sync: n.mHasWebdavSyncSupport, token: n.mWebdavSyncToken, ctag: n.mCtag,
              auto: k.getProperty("capabilities.autoschedule.supported"),
              addresses: n.calendarUserAddresses, inbox: n.inboxUrl?.spec, outbox: n.outboxUrl?.spec,
              organizer: k.getProperty("organizerId"), scheduling: !!cal.itip.isSchedulingCalendar(k) };
        """,
            o.calendar_url,
            o.user,
            o.password,
        )
        self.info = r
        self.check(
            not r["disabled"] and not r["readOnly"] and r["status"] == 0,
            "subscribe",
            f"disabled={r['disabled']} readOnly={r['readOnly']} components={r['types']}",
        )
        self.check(
            bool(r["sync"]) or bool(r["ctag"]),
            "change-detection",
            "sync-collection, token " + str(r["token"])
            if r["sync"]
            else f"ctag only ({r['ctag']})",
        )
        self.say(
            "INFO",
            "scheduling",
            f"auto-schedule={r['auto']} inbox={r['inbox']} "
            f"outbox={r['outbox']} addresses={r['addresses']} organizerId={r['organizer']}",
        )

    # -- 2 create
    def create(self):
        self.ev = self.uid("create")
        ics = (
            f"BEGIN:VEVENT\r\nUID:{self.ev}\r\nSUMMARY:Réunion de direction – été\r\n"
            f"LOCATION:Salle Pétroglyphes\r\nDTSTART;TZID=Pacific/Noumea:{self.at(9)}\r\n"
            f"DTEND;TZID=Pacific/Noumea:{self.at(10)}\r\n"
            f"ORGANIZER;CN=Organisateur;PARTSTAT=ACCEPTED;ROLE=CHAIR:mailto:{self.mail}\r\n"
            f"ATTENDEE;CN=Invité;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE:"
            f"mailto:{self.opts.attendee}\r\n"
            "X-MOZ-SEND-INVITATIONS:TRUE\r\nX-MOZ-SEND-INVITATIONS-UNDISCLOSED:FALSE\r\n"
            "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Rappel\r\nTRIGGER:-PT15M\r\n"
            "END:VALARM\r\nEND:VEVENT\r\n"
        )
        mark, mails = self.rec.mark(), len(self.mails)
        r = self.tb.js(
            """
            const ev = new CalEvent(args[0]);
            ev.calendar = theCal();
            await win.doTransaction("add", ev, theCal(), null, null,
                                    { responseMode: Ci.calIItipItem.AUTO });
            await until(async () => theCal().getItem(args[1]), 20000);
            await sleep(2500);
            const i = await theCal().getItem(args[1]);
            return i && plain(i);
        """,
            ics,
            self.ev,
        )
        puts = self.rec.since(mark, "PUT")
        self.check(r is not None, "create", f"in Thunderbird: {r and r['title']}")
        if self.opts.calendar_url.startswith("https:"):
            self.say("SKIP", "create-put", "https: traffic goes through the proxy unread")
        else:
            self.check(
                len(puts) >= 1 and puts[0]["status"] in (200, 201, 204),
                "create-put",
                "; ".join(f"{p['target']} {p['status']}" for p in puts) or "no PUT seen",
            )
        self.ev_url = self.url(self.ev + ".ics")
        if puts:
            self.ev_url = urllib.parse.urljoin(self.opts.calendar_url, puts[-1]["target"])
            etag = {k.lower(): v for k, v in puts[0]["resp_headers"]}.get("etag")
            self.say(
                "INFO",
                "create-etag",
                f"PUT answered ETag {etag}; Thunderbird re-reads with "
                "calendar-multiget: " + str(len(self.rec.since(mark, "REPORT"))),
            )
        self.made.append(self.ev_url)
        status, _headers, body = self.other.request("GET", self.ev_url)
        flat = unfold(body)
        self.check(
            status == 200 and "Réunion de direction" in flat, "create-stored", f"GET {status}"
        )
        self.check(f"mailto:{self.opts.attendee}".lower() in flat.lower(), "create-attendee")
        self.check(
            "BEGIN:VALARM" in flat and re.search(r"TRIGGER[^:\n]*:-PT15M", flat) is not None,
            "create-alarm",
        )
        self.check(
            "TZID=Pacific/Noumea" in flat and "BEGIN:VTIMEZONE" in flat,
            "create-timezone",
            prop(body, "DTSTART") or "",
        )
        if r:
            self.check(
                r["alarms"] == 1 and len(r["attendees"]) >= 1,
                "create-readback",
                f"alarms={r['alarms']} attendees={r['attendees']}",
            )
        self.create_mails = self.mails[mails:]
        self.create_body = flat

    # -- 3 created by another client
    def remote_create(self):
        self.remote = self.uid("remote")
        status, _, _ = self.put(
            self.remote + ".ics",
            f"BEGIN:VEVENT\r\nUID:{self.remote}\r\nDTSTAMP:20250101T000000Z\r\n"
            f"SUMMARY:Créé ailleurs\r\nDTSTART;TZID=Pacific/Noumea:{self.at(14)}\r\n"
            f"DTEND;TZID=Pacific/Noumea:{self.at(15)}\r\nEND:VEVENT\r\n",
            If_None_Match="*",
        )
        self.check(status in (201, 204), "remote-create-put", str(status))
        r = self.tb.js(
            """
            await sync();
            const i = await until(() => theCal().getItem(args[0]), 10000);
            return i && plain(i);
        """,
            self.remote,
        )
        self.check(
            bool(r) and r["title"] == "Créé ailleurs", "remote-create-seen", str(r and r["title"])
        )
        want = self.noumea_utc(self.at(14))
        self.check(
            bool(r) and r["utc"] == want, "remote-create-time", f"{r and r['utc']} (want {want})"
        )

    def noumea_utc(self, local):
        t = dt.datetime.strptime(local, "%Y%m%dT%H%M%S") - dt.timedelta(hours=11)
        return t.strftime("%Y%m%dT%H%M%SZ")

    # -- 4 edit
    def edit(self):
        mark = self.rec.mark()
        r = self.tb.js(
            """
            const old = await theCal().getItem(args[0]);
            const i = old.clone();
            i.title = "Modifié dans Thunderbird";
            i.startDate = cal.createDateTime(args[1]).getInTimezone(cal.dtz.UTC)
                          .getInTimezone(old.startDate.timezone);
            i.endDate = cal.createDateTime(args[2]).getInTimezone(old.endDate.timezone);
            await win.doTransaction("modify", i, theCal(), old, null,
                                    { responseMode: Ci.calIItipItem.AUTO });
            await sleep(1500);
            return plain(await theCal().getItem(args[0]));
        """,
            self.remote,
            self.noumea_utc(self.at(16)),
            self.noumea_utc(self.at(17)),
        )
        puts = self.rec.since(mark, "PUT")
        if puts:
            h = {k.lower(): v for k, v in puts[-1]["req_headers"]}
            self.check(
                "if-match" in h and puts[-1]["status"] in (200, 201, 204),
                "edit-if-match",
                f"If-Match {h.get('if-match')} -> {puts[-1]['status']}",
            )
        _status, _, body = self.other.request("GET", self.url(self.remote + ".ics"))
        self.check(
            "Modifié dans Thunderbird" in unfold(body) and self.at(16) in unfold(body),
            "edit-stored",
            f"{prop(body, 'SUMMARY')} {prop(body, 'DTSTART')} SEQUENCE {prop(body, 'SEQUENCE')}",
        )
        self.check(r["title"] == "Modifié dans Thunderbird", "edit-readback", r["title"])

    # -- 4b a conflicting edit must be refused with 412 and not lose the server's version
    def conflict(self):
        status, headers, body = self.other.request("GET", self.url(self.remote + ".ics"))
        changed = body.replace("Modifié dans Thunderbird", "Modifié ailleurs")
        status, _, _ = self.other.request(
            "PUT",
            self.url(self.remote + ".ics"),
            changed,
            If_Match=headers.get("etag", "*"),
            Content_Type="text/calendar; charset=utf-8",
        )
        self.check(status in (200, 201, 204), "conflict-setup", f"PUT with If-Match {status}")
        mark = self.rec.mark()
        r = self.tb.js(
            """
            S.prompts.length = 0;
            const old = await theCal().getItem(args[0]);
            const i = old.clone();
            i.title = "Écrasement";
            await Promise.race([theCal().modifyItem(i, old).catch(() => {}), sleep(8000)]);
            await sleep(1500);
            await sync();
            return { prompts: S.prompts, item: plain(await theCal().getItem(args[0])) };
        """,
            self.remote,
        )
        refused = self.rec.since(mark, "PUT", 412)
        if self.rec.since(mark):
            self.check(
                bool(refused),
                "conflict-412",
                ", ".join(str(p["status"]) for p in self.rec.since(mark, "PUT")),
            )
        self.check(bool(r["prompts"]), "conflict-asked", str(r["prompts"]))
        self.check(
            r["item"]["title"] == "Modifié ailleurs", "conflict-server-kept", r["item"]["title"]
        )

    # -- 6 recurrence with exceptions
    def recurring(self):
        self.rec_uid = self.uid("rec")
        u = self.rec_uid
        tz = "TZID=Pacific/Noumea"
        status, _, _ = self.put(
            u + ".ics",
            (
                f"BEGIN:VEVENT\r\nUID:{u}\r\nDTSTAMP:20250101T000000Z\r\nSUMMARY:Commission hebdo\r\n"
                f"DTSTART;{tz}:{self.at(8)}\r\nDTEND;{tz}:{self.at(9)}\r\nRRULE:FREQ=WEEKLY;COUNT=5\r\n"
                f"EXDATE;{tz}:{self.at(8, 7)}\r\nEND:VEVENT\r\n"
                f"BEGIN:VEVENT\r\nUID:{u}\r\nDTSTAMP:20250101T000000Z\r\nSUMMARY:Commission déplacée\r\n"
                f"RECURRENCE-ID;{tz}:{self.at(8, 14)}\r\nDTSTART;{tz}:{self.at(15, 15)}\r\n"
                f"DTEND;{tz}:{self.at(16, 15)}\r\nEND:VEVENT\r\n"
            ),
        )
        self.check(status in (201, 204), "recurring-put", str(status))
        first, last = self.at(0), self.at(0, 60)
        r = self.tb.js(
            """
            await sync();
            const [uid, from, to] = args;
            await until(() => theCal().getItem(uid), 10000);
            return (await items(from, to)).filter(i => i.id == uid).map(plain)
              .sort((a, b) => a.utc < b.utc ? -1 : 1);
        """,
            u,
            first,
            last,
        )
        want = [
            ("Commission hebdo", self.at(8)),
            ("Commission déplacée", self.at(15, 15)),
            ("Commission hebdo", self.at(8, 21)),
            ("Commission hebdo", self.at(8, 28)),
        ]
        want = sorted((self.noumea_utc(t), s) for s, t in want)
        got = [(i["utc"], i["title"]) for i in r]
        self.check(got == want, "recurring-expanded", "; ".join(f"{a} {b}" for a, b in got))
        shown = self.tb.js(
            """
            const [day, title] = args;
            const tabmail = win.document.getElementById("tabmail");
            tabmail.openTab("calendar", {});
            await until(() => win.currentView && win.currentView(), 10000);
            await win.CalendarViews?.initialized;
            win.switchToView ? win.switchToView("multiweek") : win.switchCalendarView("multiweek", true);
            await sleep(500);
            win.goToDate(cal.createDateTime(day));
            const look = () => {
              const found = [];
              const walk = root => {
                for (const e of root.querySelectorAll("*")) {
                  if (e.occurrence?.title) {
                    const b = e.closest("[hidden]");
                    found.push([e.occurrence.title, e.occurrence.startDate.getInTimezone(cal.dtz.UTC).icalString]);
                  }
                  if (e.shadowRoot) { walk(e.shadowRoot); }
                }
              };
              walk(win.document.getElementById("multiweek-view") || win.currentView());
              return found;
            };
            await until(() => look().filter(x => x[0].startsWith("Commission")).length >= 2, 10000);
            return look();
        """,
            self.at(8),
            "Commission",
        )
        seen = sorted({(t, s) for s, t in shown if s.startswith("Commission")})
        self.check(
            len(seen) >= 2 and all(x in want for x in seen),
            "recurring-displayed",
            "multiweek view shows " + "; ".join(f"{a} {b}" for a, b in seen),
        )
        if self.opts.screenshots:
            self.tb.screenshot(os.path.join(self.opts.screenshots, "multiweek.png"))

    def edit_occurrence(self):
        self.rec.mark()
        rid = self.noumea_utc(self.at(8, 21))
        r = self.tb.js(
            """
            const [uid, rid] = args;
            const parent = await theCal().getItem(uid);
            const occ = parent.recurrenceInfo.getOccurrenceFor(
              cal.createDateTime(rid).getInTimezone(parent.startDate.timezone));
            const i = occ.clone();
            i.title = "Commission modifiée (occurrence)";
            await win.doTransaction("modify", i, theCal(), occ, null,
                                    { responseMode: Ci.calIItipItem.NONE });
            await sleep(1500);
            return (await items(args[2], args[3])).filter(i => i.id == uid).map(plain);
        """,
            self.rec_uid,
            rid,
            self.at(0),
            self.at(0, 60),
        )
        _, _, body = self.other.request("GET", self.url(self.rec_uid + ".ics"))
        flat = unfold(body)
        self.check(
            len(re.findall(r"^RECURRENCE-ID", flat, re.M)) == 2
            and "Commission modifiée (occurrence)" in flat
            and "Commission déplacée" in flat,
            "edit-occurrence-stored",
            f"{flat.count('BEGIN:VEVENT')} VEVENT in one resource",
        )
        self.check(
            len(r) == 4 and sum(i["title"] == "Commission modifiée (occurrence)" for i in r) == 1,
            "edit-occurrence-readback",
            f"{len(r)} occurrences",
        )

    # -- 7 scheduling
    def scheduling(self):
        if not hasattr(self, "create_mails"):
            return self.say("SKIP", "scheduling", "no event was created")
        if not self.auto:
            self.say("SKIP", "auto-schedule", "server does not advertise calendar-auto-schedule")
            self.check(
                len(self.create_mails) == 1,
                "client-sends-invitation",
                f"without server scheduling Thunderbird itself sent {len(self.create_mails)} "
                "iMIP message(s)",
            )
            return None
        self.check(
            self.info["auto"] is True,
            "auto-schedule-recognised",
            f"capabilities.autoschedule.supported={self.info['auto']}",
        )
        self.check(
            bool(self.info["inbox"]) and bool(self.info["outbox"]) and bool(self.info["addresses"]),
            "auto-schedule-inbox-outbox",
            f"inbox={self.info['inbox']} outbox={self.info['outbox']} "
            f"addresses={self.info['addresses']}",
        )
        self.check(
            not self.create_mails,
            "auto-schedule-leaves-invitations-to-server",
            f"Thunderbird sent {len(self.create_mails)} iMIP message(s) itself",
        )
        self.check(
            "SCHEDULE-AGENT=CLIENT" not in self.create_body,
            "auto-schedule-agent",
            "no SCHEDULE-AGENT=CLIENT in the stored event",
        )
        status = re.search(r"SCHEDULE-STATUS=([^;:\r\n]+)", self.create_body)
        self.check(
            bool(status),
            "auto-schedule-status",
            f"SCHEDULE-STATUS={status.group(1)}"
            if status
            else "the stored ATTENDEE has no SCHEDULE-STATUS after the PUT (RFC 6638 7.3)",
        )
        # an invitation in which this user is the attendee: accept it, the server must do the reply
        mails = len(self.mails)
        uid = self.uid("invite")
        organizer = self.opts.attendee
        code, _, _ = self.put(
            uid + ".ics",
            (
                f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20250101T000000Z\r\nSUMMARY:Invitation reçue\r\n"
                f"DTSTART;TZID=Pacific/Noumea:{self.at(11)}\r\nDTEND;TZID=Pacific/Noumea:{self.at(12)}\r\n"
                f"ORGANIZER:mailto:{organizer}\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{organizer}\r\n"
                f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{self.mail}\r\n"
                "SEQUENCE:0\r\nEND:VEVENT\r\n"
            ),
        )
        if code not in (201, 204):
            self.say(
                "INFO",
                "accept-invitation",
                f"server refused a client-made invitation copy ({code})",
            )
            return None
        mark = self.rec.mark()
        r = self.tb.js(
            """
            await sync();
            const i = await until(() => theCal().getItem(args[0]), 8000);
            if (!i) { return null; }
            const isInv = cal.itip.isInvitation(i);
            const att = cal.itip.getInvitedAttendee(i);
            if (!att) { return { isInv, who: null }; }
            const n = i.clone(); const a = att.clone();
            n.removeAttendee(att); a.participationStatus = "ACCEPTED"; n.addAttendee(a);
            await win.doTransaction("modify", n, theCal(), i, null, { responseMode: Ci.calIItipItem.AUTO });
            await sleep(2500);
            return { isInv, who: att.id, after: plain(await theCal().getItem(args[0])) };
        """,
            uid,
        )
        puts = self.rec.since(mark, "PUT")
        self.check(
            bool(r) and r["isInv"] and bool(r["who"]),
            "accept-invitation-recognised",
            str(r and [r["isInv"], r["who"]]),
        )
        if r and r["who"]:
            self.check(
                len(self.mails) == mails and all(p["status"] < 300 for p in puts),
                "accept-reply-left-to-server",
                f"Thunderbird sent {len(self.mails) - mails} message(s), PUT "
                + ", ".join(str(p["status"]) for p in puts),
            )
        return None

    # -- 7b both directions with a second account of the same server (--peer)
    def peer(self):
        if not self.opts.peer:
            return self.say("SKIP", "peer", "no --peer account given")
        url, user, password = self.opts.peer
        url = url.rstrip("/") + "/"
        peer = OtherClient(
            argparse.Namespace(
                user=user, password=password, calendar_url=url, insecure=self.opts.insecure
            )
        )
        peer_mail = (peer.own_addresses() or [""])[0]
        if not self.check(bool(peer_mail), "peer-address", f"{user} is {peer_mail}"):
            return None
        mails = len(self.mails)
        # the peer invites this user: the server must deliver into this user's calendar
        uid = self.uid("peer")
        name = url + uid + ".ics"
        status, _, _ = peer.request(
            "PUT",
            name,
            self.ics(
                f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20250101T000000Z\r\nSEQUENCE:0\r\n"
                f"SUMMARY:Invitation du pair\r\nDTSTART;TZID=Pacific/Noumea:{self.at(13, 1)}\r\n"
                f"DTEND;TZID=Pacific/Noumea:{self.at(14, 1)}\r\nORGANIZER:mailto:{peer_mail}\r\n"
                f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{peer_mail}\r\n"
                f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{self.mail}\r\nEND:VEVENT\r\n"
            ),
            Content_Type="text/calendar; charset=utf-8",
            If_None_Match="*",
        )
        self.check(status in (201, 204), "peer-invites", f"PUT {status}")
        r = self.tb.js(
            """
            const end = Date.now() + 15000;
            let i = null;
            while (!i && Date.now() < end) { await sync(); i = await theCal().getItem(args[0]); }
            if (!i) { return null; }
            const before = plain(i), att = cal.itip.getInvitedAttendee(i);
            const open = cal.itip.isOpenInvitation(i);
            if (att) {
              const n = i.clone(), a = att.clone();
              n.removeAttendee(att); a.participationStatus = "ACCEPTED"; n.addAttendee(a);
              await win.doTransaction("modify", n, theCal(), i, null,
                                      { responseMode: Ci.calIItipItem.AUTO });
              await sleep(1500);
            }
            return { before, open, invited: att?.id };
        """,
            uid,
        )
        self.check(
            bool(r) and r["open"],
            "peer-invitation-delivered",
            "in Thunderbird as an open invitation" if r else "not delivered to the calendar",
        )
        if r:
            flat = ""
            for _ in range(20):
                _, _, body = peer.request("GET", name)
                flat = unfold(body)
                if (
                    "PARTSTAT=ACCEPTED"
                    in flat.partition(f"mailto:{self.mail}")[0].rpartition("ATTENDEE")[2]
                ):
                    break
                time.sleep(0.5)
            mine = [x for x in flat.splitlines() if x.startswith("ATTENDEE") and self.mail in x]
            self.check(
                any("PARTSTAT=ACCEPTED" in x for x in mine), "peer-sees-acceptance", "; ".join(mine)
            )
            self.check(
                len(self.mails) == mails,
                "peer-no-client-mail",
                f"{len(self.mails) - mails} message(s) from Thunderbird",
            )
        # cancelled by the organizer: Thunderbird must see the cancellation
        status, _, _ = peer.request("DELETE", name)
        gone = self.tb.js(
            """
            const end = Date.now() + 12000;
            let i;
            do { await sync(); i = await theCal().getItem(args[0]); }
            while (i && i.status != "CANCELLED" && Date.now() < end);
            return i ? i.status : "removed";
        """,
            uid,
        )
        self.check(gone in ("removed", "CANCELLED"), "peer-cancellation-seen", str(gone))
        self.tb.js(
            """
            const i = await theCal().getItem(args[0]);
            if (i) { await theCal().deleteItem(i); }
        """,
            uid,
        )
        return None

    def freebusy(self):
        if not self.info.get("outbox"):
            return self.say("SKIP", "freebusy", "no schedule-outbox-URL known to Thunderbird")
        mark = self.rec.mark()
        r = self.tb.js(
            """
            const [who, from, to] = args;
            const list = await new Promise(ok => {
              inner(theCal()).getFreeBusyIntervals(who, cal.createDateTime(from), cal.createDateTime(to),
                Ci.calIFreeBusyInterval.BUSY_ALL ?? 0x1f, { onResult: (op, res) => ok(res) });
            });
            return list && list.map(i => [i.freeBusyType, i.interval.start.icalString, i.interval.end.icalString]);
        """,
            "mailto:" + self.mail,
            self.noumea_utc(self.at(0)),
            self.noumea_utc(self.at(0, 1)),
        )
        posts = self.rec.since(mark, "POST")
        self.check(r is not None, "freebusy", f"POST outbox {[p['status'] for p in posts]}: {r}")
        if r is not None:
            start, end = self.noumea_utc(self.at(9)), self.noumea_utc(self.at(10))
            self.check(
                any(i[0] > 1 and i[1] <= start and i[2] >= end for i in r),
                "freebusy-busy",
                "the 9:00 to 10:00 event is reported busy",
            )
        return None

    def remote_delete(self):
        code, _, _ = self.other.request("DELETE", self.url(self.rec_uid + ".ics"))
        r = self.tb.js(
            """
            await sync();
            await until(async () => !(await theCal().getItem(args[0])), 8000);
            return !!(await theCal().getItem(args[0]));
        """,
            self.rec_uid,
        )
        self.check(code in (200, 204) and r is False, "remote-delete-seen", f"DELETE {code}")

    def delete(self):
        for name, uid, url in (
            ("own", self.ev, self.ev_url),
            ("other", self.remote, self.url(self.remote + ".ics")),
        ):
            mark = self.rec.mark()
            r = self.tb.js(
                """
                const i = await theCal().getItem(args[0]);
                if (!i) { return "not there"; }
                await win.doTransaction("delete", i, theCal(), i, null, { responseMode: Ci.calIItipItem.AUTO });
                await sleep(1500);
                return !!(await theCal().getItem(args[0]));
            """,
                uid,
            )
            status, _, _ = self.other.request("GET", url)
            sent = self.rec.since(mark, "DELETE")
            match = [
                {k.lower(): v for k, v in d["req_headers"]}.get("if-match") for d in sent
            ]
            self.check(
                r is False and status in (404, 410),
                f"delete-{name}",
                f"server GET {status}, If-Match {match}",
            )

    def resync(self):
        """Forget everything and sync from scratch: nothing of ours may be left, nothing may fail."""
        r = self.tb.js(
            """
            const n = inner(theCal());
            n.mWebdavSyncToken = null; n.mCtag = null;
            await sync();
            const all = await items(null, null, Ci.calICalendar.ITEM_FILTER_ALL_ITEMS);
            return { left: all.map(i => i.id).filter(x => args[0].includes(x)),
                     count: all.length, disabled: !!theCal().getProperty("disabled"),
                     status: theCal().getProperty("currentStatus") };
        """,
            [self.ev, self.remote, self.rec_uid],
        )
        self.check(not r["left"] and not r["disabled"] and r["status"] == 0, "full-resync", str(r))


def main():
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("base_url")
    p.add_argument("calendar_url")
    p.add_argument("user")
    p.add_argument("password")
    p.add_argument(
        "--email",
        help="e-mail of Thunderbird's identity (default: the server's "
        "calendar-user-address, else USER)",
    )
    p.add_argument("--attendee", default="guest@tbcheck.invalid", help="address to invite")
    p.add_argument("--timezone", default="Pacific/Noumea")
    p.add_argument(
        "--peer",
        nargs=3,
        metavar=("CALENDAR_URL", "USER", "PASSWORD"),
        help="a second account of the server, to test scheduling in both directions",
    )
    p.add_argument("--trace", metavar="DIR", help="write the recorded HTTP, one file per step")
    p.add_argument("--screenshots", metavar="DIR")
    p.add_argument("--thunderbird", metavar="PATH", help="binary to run")
    p.add_argument(
        "--insecure", action="store_true", help="accept a self-signed certificate (https)"
    )
    p.add_argument("--timeout", type=int, default=60, help="seconds for one action")
    p.add_argument("--keep", action="store_true", help="keep the temporary profile")
    p.add_argument("-v", "--verbose", action="store_true")
    opts = p.parse_args()
    if not opts.calendar_url.endswith("/"):
        opts.calendar_url += "/"
    try:
        return Checks(opts).run()
    except CannotRun as e:
        print(f"ERROR {e}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
