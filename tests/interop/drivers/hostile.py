#!/usr/bin/env python3
"""Replays the hostile corpus against a CalDAV server on the loopback interface.

  attack.py BASE_URL USER PASSWORD CALENDAR_URL [options]

Prints: cases, requests sent, 5xx, time-outs, server dead?, latencies, memory,
and the list of wrong outcomes. Standard library only. Refuses any address that
is not loopback. Request loops are bounded in count and time (--budget).
"""

import argparse
import base64
import contextlib
import csv
import json
import os
import re
import select
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
import zlib
from urllib.parse import urlsplit

csv.field_size_limit(10**8)
MAXBODY = 64 << 20


# ---------------------------------------------------------------- tiny HTTP client
class Resp:
    def __init__(self):
        self.status, self.headers, self.body, self.err, self.sec, self.count = (
            0,
            [],
            b"",
            "",
            0.0,
            0,
        )

    def hdr(self, name):
        return [v for k, v in self.headers if k.lower() == name.lower()]

    def text(self):
        return self.body.decode("utf-8", "replace")

    def __repr__(self):
        return self.err or str(self.status)


def loopback(host):
    for _fam, _, _, _, sa in socket.getaddrinfo(host, None):
        if not (sa[0].startswith("127.") or sa[0] == "::1"):
            return False
    return True


def dial(addr, timeout):
    return socket.create_connection(addr, timeout=timeout)


def parse_head(buf):
    i = buf.find(b"\r\n\r\n")
    if i < 0:
        return None
    lines = buf[:i].split(b"\r\n")
    m = re.match(rb"HTTP/\d\.\d (\d{3})", lines[0])
    if not m:
        return None
    hs = []
    for ln in lines[1:]:
        k, _, v = ln.partition(b":")
        hs.append((k.decode("latin-1").strip(), v.decode("latin-1").strip()))
    return int(m.group(1)), hs, i + 4


def exchange(addr, data, timeout, method="GET", accept100=False, half_close=False):
    """Sends data, reads one response. Notices early answers while sending."""
    r, t0 = Resp(), time.monotonic()
    end = t0 + timeout
    try:
        s = dial(addr, timeout)
    except OSError as e:
        r.err = "refused" if not isinstance(e, socket.timeout) else "timeout"
        r.sec = time.monotonic() - t0
        return r
    buf, view, pos = b"", memoryview(data), 0
    eof = False
    try:
        s.setblocking(False)
        while time.monotonic() < end:
            want_w = pos < len(data)
            rd, wr, _ = select.select(
                [s], [s] if want_w else [], [], min(0.5, max(0.01, end - time.monotonic()))
            )
            if wr:
                try:
                    pos += s.send(view[pos : pos + 262144])
                except BlockingIOError:
                    pass
                except OSError:
                    pos = len(data)
                if pos >= len(data) and half_close:
                    with contextlib.suppress(OSError):
                        s.shutdown(socket.SHUT_WR)
            if rd:
                try:
                    d = s.recv(1 << 18)
                except BlockingIOError:
                    continue
                except OSError:
                    d = b""
                if not d:
                    eof = True
                buf += d
            h = parse_head(buf)
            if h and 100 <= h[0] < 200 and not accept100:
                buf = buf[h[2] :]
                h = parse_head(buf)
            if h:
                r.status, r.headers = h[0], h[1]
                body = buf[h[2] :]
                cl = r.hdr("content-length")
                te = ",".join(r.hdr("transfer-encoding")).lower()
                if method == "HEAD" or r.status in (204, 304) or r.status < 200:
                    break
                if "chunked" in te:
                    if body.endswith(b"0\r\n\r\n") or eof:
                        r.body = unchunk(body)
                        break
                elif cl and cl[0].isdigit():
                    if len(body) >= int(cl[0]) or eof:
                        r.body = body[: int(cl[0])]
                        break
                elif eof:
                    r.body = body
                    break
                if len(body) > MAXBODY:
                    r.body = body
                    r.err = "hugebody"
                    break
            elif eof:
                r.err = "closed"
                break
        else:
            r.err = "timeout"
    finally:
        s.close()
    r.sec = time.monotonic() - t0
    return r


def unchunk(b):
    out, i = [], 0
    while True:
        j = b.find(b"\r\n", i)
        if j < 0:
            break
        try:
            n = int(b[i:j].split(b";")[0], 16)
        except ValueError:
            break
        if n == 0:
            break
        out.append(b[j + 2 : j + 2 + n])
        i = j + 2 + n + 2
    return b"".join(out)


# ---------------------------------------------------------------- corpus expansion
EXPR = re.compile(r"\{([i0-9+\-*/%() ]*i[i0-9+\-*/%() ]*)(?::(\d+))?\}")


def repeat(tpl, n):
    parts, last = [], 0
    for m in EXPR.finditer(tpl):
        parts.append(repr(tpl[last : m.start()]))
        parts.append(
            f"str({m.group(1)})"
            if not m.group(2)
            else "str(%s).zfill(%d)" % (m.group(1), int(m.group(2)))
        )
        last = m.end()
    if not parts:
        return tpl * n
    parts.append(repr(tpl[last:]))
    f = eval(
        "lambda i: " + "+".join(parts), {"__builtins__": {}, "str": str}
    )  # only digits, operators and i (see EXPR)
    return "".join(map(f, range(n)))


def expand_gen(spec):
    out = []
    for p in spec["parts"]:
        if "t" in p:
            out.append(p["t"])
        elif "r" in p:
            out.append(repeat(p["r"], p["n"]))
        else:
            a, b, n, inner = p["nest"]
            out.append(a * n + inner + b * n)
    return "".join(out).encode("utf-8")


def expand_genz(spec):
    c = zlib.compressobj(9, zlib.DEFLATED, 31 if spec["kind"] == "gzip" else 15)
    out = [c.compress(spec["prefix"].encode())]
    block = (spec["fill"] * 100000).encode()
    total, size = 0, len(spec["fill"]) * spec["n"]
    while total < size:
        out.append(c.compress(block[: size - total]))
        total += len(block)
    out.append(c.flush())
    return b"".join(out)


def expand_emlgen(spec, cal):
    top = "From: {ATT}\r\nTo: {ORG}\r\nSubject: gen\r\nMessage-ID: <{MID}@corpus.example>\r\nMIME-Version: 1.0\r\n"
    if spec["kind"] == "nest":
        return (
            top
            + "Content-Type: message/rfc822\r\n\r\n" * 1
            + "Content-Type: message/rfc822\r\n\r\n" * spec["n"]
            + "x\r\n"
        ).encode()
    if spec["kind"] == "wide":
        return (
            top
            + "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            + "--b\r\nContent-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
            * spec["n"]
            + "--b--\r\n"
        ).encode()
    return (top + "X-Big: " + "A" * spec["n"] + "\r\n\r\nbody\r\n").encode()


def unfold(b):
    return re.sub(rb"\r?\n[ \t]", b"", b).replace(b"\r\n", b"\n").split(b"\n")


VOLATILE = (
    b"PRODID",
    b"DTSTAMP",
    b"LAST-MODIFIED",
    b"CREATED",
    b"CALSCALE",
    b"X-RADICALE-NAME",
    b"BEGIN",
    b"END",
    b"VERSION",
    b"METHOD",
)


def norm_line(l):
    name, _, value = l.strip().partition(b":")
    parts = name.upper().split(b";")
    if parts[0] in (b"RRULE", b"EXRULE"):
        value = b";".join(sorted(value.upper().strip(b";").split(b";")))
    value = re.sub(rb"\\([,;\\nN])", lambda m: b"\n" if m.group(1) in b"nN" else m.group(1), value)
    return (
        b";".join([parts[0], *sorted(p.replace(b'"', b"") for p in parts[1:])])
        + b":"
        + value.strip()
    )


def same_lines(sent, got):
    """Coarse 'verbatim' check: every content line sent comes back (order, escapes, quotes, rule part order apart)."""
    pool = {norm_line(l) for l in unfold(got)}
    for l in unfold(sent):
        if not l.strip() or l.split(b":")[0].split(b";")[0].upper() in VOLATILE:
            continue
        if norm_line(l) not in pool:
            return False
    return True


# ---------------------------------------------------------------- runner
class Runner:
    def __init__(self, a):
        self.a = a
        u = urlsplit(a.base_url)
        self.host, self.port = u.hostname, u.port or 80
        if not loopback(self.host):
            sys.exit(f"refused: {self.host} is not a loopback address")
        self.addr = (self.host, self.port)
        self.hostport = "%s:%d" % (self.host, self.port)
        self.root = u.path or "/"
        self.cal = urlsplit(a.calendar_url).path
        self.cal += "" if self.cal.endswith("/") else "/"
        self.cal0 = self.cal
        self.auth = "Basic " + base64.b64encode((f"{a.user}:{a.password}").encode()).decode()
        self.sent = self.n5xx = self.timeouts = self.dead = self.restarts = 0
        self.maxlat, self.maxlat_case = 0.0, ""
        self.slow, self.wrong, self.altered, self.noprec, self.fives, self.tos, self.skipped = (
            [],
            [],
            [],
            [],
            [],
            [],
            [],
        )
        self.by_lat, self.by_fail, self.stop = [], 0, False
        self.canary_hits = []
        self.canary_port = self.start_canary()
        self.run_id = uuid.uuid4().hex[:8]
        self.rss0 = self.rss()[0]
        self.peak = self.rss0
        self.t0 = time.monotonic()
        self.per_status = {}

    # --- helpers
    def start_canary(self):
        s = socket.socket()
        s.bind(("127.0.0.1", 0))
        s.listen(50)

        def loop():
            while True:
                try:
                    c, _ = s.accept()
                    c.settimeout(1)
                    try:
                        first = c.recv(200)
                    except OSError:
                        first = b""
                    self.canary_hits.append(first[:80])
                    c.close()
                except OSError:
                    return

        threading.Thread(target=loop, daemon=True).start()
        return s.getsockname()[1]

    def pid(self):
        if self.a.pidfile and os.path.exists(self.a.pidfile):
            try:
                return int(open(self.a.pidfile).read().strip())
            except ValueError:
                return None
        return self.a.pid

    def rss(self):
        p = self.pid()
        try:
            t = open("/proc/%d/status" % p).read()
            def g(k):
                return int(re.search(k + r":\s+(\d+)", t).group(1)) // 1024
            return g("VmRSS"), g("VmHWM")
        except Exception:
            return 0, 0

    def note(self, r, case, what, limit=None):
        self.sent += 1
        self.per_status[str(r)] = self.per_status.get(str(r), 0) + 1
        if r.sec > self.maxlat:
            self.maxlat, self.maxlat_case = r.sec, f"{case} {what}"
        if 500 <= r.status <= 599 and r.status not in (501, 505, 507):
            self.n5xx += 1
            self.fives.append("%s [%s] %d" % (case, what, r.status))
        if r.err == "timeout":
            self.timeouts += 1
            self.tos.append(f"{case} [{what}]")
        elif limit and r.sec > limit:
            self.slow.append(f"{case} [{what}] {r.sec:.1f}s > {limit}s")
        cur, hw = self.rss()
        self.peak = max(self.peak, hw, cur)
        return r

    def req(self, method, target, body=b"", headers=None, timeout=10, chunked=False):
        h = {
            "Host": self.hostport,
            "Authorization": self.auth,
            "User-Agent": "corpus-attack/1",
            "Connection": "close",
        }
        for k, v in (headers or {}).items():
            for k2 in list(h):
                if k2.lower() == k.lower():
                    del h[k2]
            if v is not None:
                h[k] = v
        if body or method in ("PUT", "POST"):
            if chunked:
                h["Transfer-Encoding"] = "chunked"
                body = (
                    b"".join(
                        b"%x\r\n%s\r\n" % (len(body[i : i + 65536]), body[i : i + 65536])
                        for i in range(0, len(body), 65536)
                    )
                    + b"0\r\n\r\n"
                )
            else:
                h["Content-Length"] = str(len(body))
        head = (
            f"{method} {target} HTTP/1.1\r\n"
            + "".join("{}: {}\r\n".format(*kv) for kv in h.items())
            + "\r\n"
        )
        return exchange(self.addr, head.encode("utf-8", "surrogateescape") + body, timeout, method)

    def alive(self, timeout=5):
        r = self.req(
            "PROPFIND",
            self.cal,
            b'<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/></D:prop></D:propfind>',
            {"Depth": "0", "Content-Type": "application/xml"},
            timeout,
        )
        ok = r.status in (207, 200)
        if ok and getattr(self, "typed", False) and not CALTYPE.search(r.text()):
            r.status, ok = 403, False  # it answers, but is no calendar any more
        return ok, r

    def bystander(self):
        while not self.stop:
            t, n = time.monotonic(), self.restarts
            ok, r = self.alive(10)
            if n == self.restarts:  # waits caused by our own restart do not count
                self.by_lat.append((t, r.sec))
                if not ok:
                    self.by_fail += 1
            time.sleep(0.4)

    def by_max(self, since):
        return max([s for t, s in self.by_lat if t + s >= since] or [0.0])

    def ensure(self, case):
        ok, r = self.alive(self.a.recover)
        if ok:
            return True
        for _ in range(3):
            if r.status and r.status < 500:
                break
            time.sleep(2)
            ok, r = self.alive(self.a.recover)
            if ok:
                return True
        if r.status:  # the server answers, but the calendar is no longer one
            self.wrong.append(
                "%s: CALENDAR DESTROYED, PROPFIND on it now gives %d" % (case, r.status)
            )
            self.req("DELETE", self.cal)
            self.req("MKCALENDAR", self.cal)
            if not self.alive(5)[0]:
                self.broken_calendars = getattr(self, "broken_calendars", 0) + 1
                self.cal = self.cal0.rstrip("/") + "-%d/" % self.broken_calendars
                self.req("MKCALENDAR", self.cal)
            self.prepare()
            return self.alive(5)[0]
        self.dead += 1
        self.wrong.append(f"{case}: SERVER DEAD OR HUNG afterwards ({r!r})")
        return bool(self.a.restart_cmd) and self.restart()

    def restart(self):
        """A request that hangs goes on burning CPU in most servers: start the server afresh."""
        subprocess.run(
            self.a.restart_cmd,
            shell=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )
        self.restarts += 1
        for _ in range(30):
            time.sleep(0.5)
            if self.alive(3)[0]:
                return True
        return False

    def prepare(self):
        self.req("PUT", self.cal + "control.ics", CONTROL, {"Content-Type": "text/calendar"})

    def control_ok(self):
        r = self.req(
            "REPORT",
            self.cal,
            CONTROL_QUERY,
            {"Depth": "1", "Content-Type": "application/xml"},
            self.a.timeout,
        )
        return ("control.ics" in r.text()), r

    def control2_ok(self):
        self.req("PUT", self.cal + "control2.ics", CONTROL2, {"Content-Type": "text/calendar"})
        r = self.req(
            "REPORT",
            self.cal,
            CONTROL_QUERY,
            {"Depth": "1", "Content-Type": "application/xml"},
            self.a.timeout,
        )
        self.req("DELETE", self.cal + "control2.ics")
        return "control2.ics" in r.text()

    # --- one case
    def subst(self, s, env):
        if isinstance(s, bytes):
            for k, v in env.items():
                kb = b"{" + k.encode() + b"}"
                if kb in s:
                    s = s.replace(kb, v.encode())
            return s
        for k, v in env.items():
            s = s.replace("{" + k + "}", v)
        return s

    def setup(self, kind, env, body):
        path = self.cal + f"setup-{uuid.uuid4().hex[:8]}.ics"
        uid = "setup-" + uuid.uuid4().hex
        env["SETUP"], env["SETUPUID"] = path, uid
        if kind == "same-uid":
            m = re.search(rb"UID:([^\r\n]+)", body)
            uid = m.group(1).decode()
        extra, start = "", "20261201T080000Z"
        if kind == "daily":
            extra, start = "RRULE:FREQ=DAILY\r\n", "20260101T080000Z"
        if kind == "fat-hourly":
            extra, start = (
                "RRULE:FREQ=HOURLY;COUNT=20000\r\nDESCRIPTION:" + "fat " * 12500 + "\r\n",
                "20260101T080000Z",
            )
        if kind == "organized":
            extra = (
                "ORGANIZER:mailto:{}\r\nATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{}\r\n".format(env["USER"], env["ATT"])
            )
        if kind == "invited":
            extra = (
                "ORGANIZER:mailto:boss@corpus.example\r\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{}\r\n".format(env["USER"])
            )
        data = (
            f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//corpus//setup//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:setup\r\n{extra}END:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        r = self.req("PUT", path, data.encode(), {"Content-Type": "text/calendar"})
        return path, r.status in (200, 201, 204)

    def run(self, d, row):
        cid, a = row["id"], self.a
        for need in filter(None, row["requires"].split(",")):
            if not getattr(
                a,
                {
                    "scheduling": "outbox_url",
                    "other": "other_url",
                    "rsvp": "rsvp_url",
                    "mail": "mail_cmd",
                }[need],
            ):
                self.skipped.append(cid)
                return
        env = {
            "CAL": self.cal,
            "ROOT": self.root,
            "NEW": self.cal + f"h-{cid}.ics",
            "ITEM": self.cal + "control.ics",
            "USER": a.email,
            "USERNAME": a.user,
            "HOST": self.hostport,
            "AUTH": self.auth,
            "CANARY": "http://127.0.0.1:%d" % self.canary_port,
            "OTHER": urlsplit(a.other_url or "").path,
            "OUTBOX": urlsplit(a.outbox_url or "").path,
            "INBOX": a.inbox,
            "ORG": a.email,
            "ATT": a.attendee,
            "MID": uuid.uuid4().hex,
            "SETUP": "",
            "SETUPUID": "x",
        }
        rs = urlsplit(a.rsvp_url or "")
        rsp = rs.path + ("?" + rs.query if rs.query else "")
        env.update(
            {
                "RSVP": rsp,
                "RSVP:flip": rsp[:-1] + ("A" if rsp[-1:] != "A" else "B"),
                "RSVP:cut": rsp[:-6],
            }
        )
        data = open(os.path.join(d, row["file"]), "rb").read()
        ext = row["file"].rsplit(".", 1)[1]
        if ext == "gen":
            data = expand_gen(json.loads(data))
        elif ext == "genz":
            data = expand_genz(json.loads(data))
        elif ext == "emlgen":
            data = expand_emlgen(json.loads(data), "")
        elif ext == "req":
            data = b""
        hdr = row["headers"]
        hdr = (
            json.load(open(os.path.join(d, hdr[1:])))
            if hdr.startswith("@")
            else json.loads(hdr or "{}")
        )
        tgt = row["target"]
        tgt = open(os.path.join(d, tgt[1:])).read() if tgt.startswith("@") else tgt
        opts = json.loads(row["opts"] or "{}")
        limit = float(row["max_seconds"])
        tmo = max(a.timeout, limit + 2)
        created = []
        hits0 = len(self.canary_hits)
        t_start = time.monotonic()
        if row["setup"]:
            p, ok = self.setup(row["setup"], env, data)
            created.append(p)
            if not ok:
                self.skipped.append(cid + " (setup refused)")
                return
        if not len(data) > 4_000_000 or b"{" in data[:4000]:
            data = self.subst(data, env)
        tgt = self.subst(tgt, env)
        hdr = {k: (self.subst(v, env) if isinstance(v, str) else v) for k, v in hdr.items()}
        if (
            "Authorization" in hdr
            and hdr["Authorization"]
            and hdr["Authorization"].startswith("Basic ")
            and "{" in row["headers"]
        ):
            try:  # placeholders inside base64 credentials
                dec = base64.b64decode(hdr["Authorization"][6:]).decode()
                if "{USERNAME}" in dec:
                    hdr["Authorization"] = (
                        "Basic "
                        + base64.b64encode(dec.replace("{USERNAME}", a.user).encode()).decode()
                    )
            except ValueError:
                pass
        if "Destination" in hdr and hdr["Destination"].startswith("/"):
            hdr["Destination"] = "http://" + self.hostport + hdr["Destination"]
        extra_wrong = []
        m = row["method"]
        if m == "RAW":
            r = self.raw(data, opts, tmo)
            self.note(r, cid, "main", None if opts else limit)
        elif m == "MAIL":
            r = self.mail(data, env, opts)
            self.note(r, cid, "mail", limit)
        else:
            r = self.note(
                self.req(m, tgt, data, hdr, tmo, opts.get("chunked", False)), cid, "main", limit
            )
            if m == "PUT" or m == "MKCALENDAR":
                created.append(tgt)
        ok = self.match(row["expect"], r, cid, tgt, data)
        if not ok and m != "MAIL":
            self.wrong.append("{}: got {!r}, expected {}".format(cid, r, row["expect"]))
        if (
            row["precondition"]
            and 400 <= r.status < 500
            and not any(x in r.text() for x in row["precondition"].split("|"))
        ):
            self.noprec.append(cid)
        for chk in filter(None, row["check"].split(" && ")):
            e = self.check(chk, r, cid, tgt, data, env, hits0, t_start)
            if e:
                extra_wrong.append(e)
        hung = r.err == "timeout"
        for f in filter(None, row["followup"].split(",")):
            if (hung or (
                created
                and f in ("query", "expand", "freebusy", "get")
                and not 200 <= r.status < 300
            )) and (f != "control" or (hung and a.restart_cmd)):
                continue
            n_to = self.timeouts
            e = self.follow(f, cid, tgt, env, limit, row)
            if (
                self.timeouts > n_to
            ):  # one hung request is enough evidence; do not pile up more load
                hung = True
            if e:
                extra_wrong.append(e)
        bm = self.by_max(t_start)
        if bm > 5 and "bystander" not in row["check"]:
            self.slow.append(f"{cid}: another user waited {bm:.1f}s")
        for e in extra_wrong:
            self.wrong.append(f"{cid}: {e}")
        if hung and a.restart_cmd:
            self.restart()
        else:
            self.ensure(cid)
        for p in created:
            if (
                p.startswith(self.cal)
                and len(p) < 400
                and "/../" not in p
                and "%2e%2e" not in p.lower()
            ):
                for _ in range(3):  # a bomb left behind would slow down every later case
                    if self.req("DELETE", p, timeout=15).status:
                        break
        if hung and a.restart_cmd:
            self.prepare()

    def match(self, expect, r, cid, tgt, data):
        for t in expect.split("|"):
            if t in ("close", "hold"):
                if r.err in ("closed", "hold", "refused") and (t == "close" or r.err != "refused"):
                    return True
            elif t == "verbatim":
                if r.status in (200, 201, 204):
                    g = self.note(self.req("GET", tgt, timeout=self.a.timeout), cid, "verbatim-get")
                    if g.status == 200 and not same_lines(data, g.body):
                        self.altered.append(cid)
                    return g.status == 200 or g.err == "timeout"
            elif t.endswith("xx"):
                if r.status // 100 == int(t[0]):
                    return True
            elif t.isdigit() and r.status == int(t):
                return True
        return False

    def check(self, chk, r, cid, tgt, data, env, hits0, t_start):
        kind, _, arg = chk.partition(":")
        if kind == "body-not":
            return f"answer contains /{arg}/" if re.search(arg, r.text()) else ""
        if kind == "header-not":
            n, _, rx = arg.partition(":")
            return (
                f"header {n}: {r.hdr(n)[0]}"
                if any(re.search(rx, v) for v in r.hdr(n))
                else ""
            )
        if kind == "canary":
            time.sleep(0.3)
            return (
                f"server fetched a URL from the data: {self.canary_hits[hits0:]!r}"
                if len(self.canary_hits) > hits0
                else ""
            )
        if kind == "no-line" and 200 <= r.status < 300:
            g = self.req("GET", tgt)
            lines = [l.decode("utf-8", "replace") for l in unfold(g.body)]
            orig = [l.decode("utf-8", "replace") for l in unfold(data)]
            bad = [l for l in lines if re.search(arg, l) and l not in orig]
            return f"injected line came to life: {bad[0][:60]!r}" if bad else ""
        if kind == "one-response":
            return "%d responses to one request (smuggling)" % r.count if r.count > 1 else ""
        if kind == "not-created":
            return "half a body was stored" if self.req("GET", env["NEW"]).status == 200 else ""
        if kind == "bystander":
            b = self.by_max(t_start)
            return f"another user waited {b:.1f}s" if b > 3 else ""
        if kind in ("event-not", "event-has", "event-unchanged", "idempotent"):
            time.sleep(self.a.mail_wait)
            g = self.req("GET", env["SETUP"]).text()
            g = re.sub(r"\r?\n[ \t]", "", g)
            if kind == "event-not" and re.search(arg, g):
                return f"mail changed the event: /{arg}/"
            if kind == "event-has" and not re.search(arg, g):
                return "a valid mail was not processed"
            if not g:
                return "event vanished"
        if kind == "no-mail-sent" and self.a.sent_cmd:
            time.sleep(self.a.mail_wait)
            n = self.sent_mails()
            return "%d mails were sent" % (n - self.mails0) if n > self.mails0 else ""
        if kind == "partstat-unchanged" and self.a.rsvp_event:
            g = re.sub(r"\r?\n[ \t]", "", self.req("GET", urlsplit(self.a.rsvp_event).path).text())
            if not re.search("PARTSTAT=NEEDS-ACTION", g):
                return "PARTSTAT changed"
        return ""

    def follow(self, f, cid, tgt, env, limit, row):
        T = max(self.a.timeout, limit + 2)
        rep = {"Depth": "1", "Content-Type": "application/xml"}
        if f == "get":
            self.note(self.req("GET", tgt, timeout=T), cid, f, limit)
        elif f == "query":
            self.note(self.req("REPORT", self.cal, QUERY, rep, T), cid, f, limit)
        elif f == "expand":
            self.note(self.req("REPORT", self.cal, EXPAND, rep, T), cid, f, limit)
        elif f == "freebusy":
            self.note(self.req("REPORT", self.cal, FREEBUSY, rep, T), cid, f, limit)
        elif f in ("propfind0", "propfind1"):
            r = self.note(
                self.req(
                    "PROPFIND",
                    self.cal,
                    PROPFIND,
                    {"Depth": f[-1], "Content-Type": "application/xml"},
                    T,
                ),
                cid,
                f,
                limit,
            )
            if r.status != 207 and not r.err:
                return f"collection listing broken afterwards: {r!r}"
            for chk in filter(None, row["check"].split(" && ")):
                if (
                    chk.startswith("body-not:")
                    and not chk.startswith("body-not:HTTP")
                    and re.search(chk[9:], r.text())
                ):
                    return f"collection properties now contain /{chk[9:]}/"
        elif f == "anon-get":
            r = self.note(
                self.req(
                    "GET", self.cal + "control.ics", headers={"Authorization": None}, timeout=T
                ),
                cid,
                f,
                limit,
            )
            if 200 <= r.status < 300:
                return "readable without credentials"
        elif f == "setup-alive":
            if self.req("GET", env["SETUP"]).status != 200:
                return "resource was deleted through an override"
        elif f == "control":
            ok, r = self.control_ok()
            self.note(r, cid, f, limit)
            if not ok and self.control_base:
                self.prepare()
                again, r2 = self.control_ok()
                if not again and r2.status == 207:  # not an effect of this case alone: say it once
                    self.control_base = False
                    return "from here on the control event, stored again, is NOT found by its time-range query"
                return f"control event no longer found by a time-range query ({r!r})"
            if (
                row["category"] == "timezone"
                and self.control2_base
                and self.control_base
                and not self.control2_ok()
            ):
                return "time zone poisoned: a new event in Pacific/Noumea is placed wrongly"
        return ""

    def raw(self, data, opts, tmo):
        r, t0 = Resp(), time.monotonic()
        n = opts.get("conns", 1)
        if n == 1 and not opts.get("hold"):
            try:
                s = dial(self.addr, 5)
            except OSError:
                r.err = "refused"
                return r
            buf = b""
            try:
                s.sendall(data)
                if opts.get("half_close"):
                    s.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            end = time.monotonic() + min(tmo, 4.0)
            s.settimeout(0.5)
            quiet = 0
            closed = False
            while time.monotonic() < end:
                try:
                    d = s.recv(1 << 16)
                    if not d:
                        closed = True
                        break
                    buf += d
                    quiet = 0
                except TimeoutError:
                    quiet += 1
                    if buf and quiet >= 2:
                        break
                except OSError:
                    closed = True
                    break
            s.close()
            h = parse_head(buf)
            if h:
                r.status, r.headers, r.body = h[0], h[1], buf[h[2] :]
                r.count = len(re.findall(rb"(?:^|\r?\n|>|\}|[\w\"])HTTP/1\.[01] \d{3} ", buf))
            else:
                r.err = "closed" if closed else "hold"
            r.sec = time.monotonic() - t0
            return r
        socks, tail = [], opts.get("tail", 0)
        first, drip = (data[:-tail], data[-tail:]) if tail else (data, b"")
        for _ in range(n):
            if time.monotonic() - t0 > 12:
                break
            try:
                s = dial(self.addr, 1)
                s.setblocking(False)
                if first:
                    s.send(first)
                socks.append(s)
            except OSError:
                pass
        hold = opts.get("hold", 0)
        end = time.monotonic() + (hold or len(drip) * opts.get("byte_delay", 0.5))
        i, gone, status = 0, 0, 0
        while time.monotonic() < end and socks:
            time.sleep(opts.get("byte_delay", 0.5))
            for s in list(socks):
                try:
                    if i < len(drip):
                        s.send(drip[i : i + 1])
                    try:
                        d = s.recv(65536)
                        h = parse_head(d) if d else None
                        if h:
                            status = h[0]
                        if not d or h:
                            socks.remove(s)
                            s.close()
                            gone += 1
                    except BlockingIOError:
                        pass
                except OSError:
                    socks.remove(s)
                    gone += 1
            i += 1
        open_ = len(socks)
        for s in socks:
            s.close()
        r.sec = 0.0
        if n == 1 and status:
            r.status = status
        else:
            r.err = "hold" if open_ else "closed"
        self.slow_info = getattr(self, "slow_info", [])
        self.slow_info.append(
            "%d of %d connections taken: %d dropped by the server, %d still open after %.0fs; another user waited at most %.1fs"
            % (gone + open_, n, gone, open_, time.monotonic() - t0, self.by_max(t0))
        )
        return r

    def sent_mails(self):
        if not self.a.sent_cmd:
            return 0
        return int(
            subprocess.run(
                self.a.sent_cmd, shell=True, capture_output=True, timeout=30
            ).stdout.strip()
            or 0
        )

    def mail(self, data, env, opts):
        time.sleep(
            min(self.a.mail_wait, 1) if self.a.sent_cmd else 0
        )  # let mails about the set-up event leave first
        self.mails0 = self.sent_mails()
        r, t0 = Resp(), time.monotonic()
        for _ in range(opts.get("times", 1)):
            p = subprocess.run(
                self.a.mail_cmd,
                shell=True,
                input=data,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=60,
            )
            r.status = 200 if p.returncode == 0 else 400
        r.sec = time.monotonic() - t0
        return r

    def auth_probe(self, n=25):
        """Figures, not pass/fail: user enumeration by time, brute-force brake."""

        def one(u, p):
            return self.req(
                "PROPFIND",
                self.cal,
                b"",
                {
                    "Depth": "0",
                    "Authorization": "Basic "
                    + base64.b64encode((f"{u}:{p}").encode()).decode(),
                },
                10,
            )

        known, unknown, braked = [], [], 0
        for i in range(n):
            a, b = one(self.a.user, "wrong%d" % i), one("nobody%d" % i, "wrong")
            known.append(a.sec)
            unknown.append(b.sec)
            braked += (a.status in (403, 423, 429, 503)) + (b.status in (403, 423, 429, 503))
            if sum(known) + sum(unknown) > 40:
                break
        ok, _ = self.alive(10)
        return {
            "wrong_password_median_ms": round(1000 * statistics.median(known), 1),
            "unknown_user_median_ms": round(1000 * statistics.median(unknown), 1),
            "attempts": 2 * len(known),
            "braked": braked,
            "right_password_still_works": ok,
        }

    def go(self):
        a = self.a
        ok, r = self.alive(10)
        if not ok:
            sys.exit(f"calendar not usable: {r!r}")
        self.typed = bool(CALTYPE.search(r.text()))
        self.prepare()
        self.control_base = self.control_ok()[0]
        self.control2_base = self.control2_ok()
        threading.Thread(target=self.bystander, daemon=True).start()
        cases = 0
        for d in a.corpus:
            for row in csv.DictReader(open(os.path.join(d, "index.csv"), newline="")):
                if a.only and not re.search(a.only, row["id"]):
                    continue
                if row["tier"] == "heavy" and not a.heavy:
                    self.skipped.append(row["id"] + " (heavy)")
                    continue
                if time.monotonic() - self.t0 > a.budget:
                    self.skipped.append(row["id"] + " (budget)")
                    continue
                before = len(self.skipped)
                t = time.monotonic()
                try:
                    self.run(d, row)
                except Exception as e:  # a bug of the runner must not hide the rest
                    self.wrong.append("{}: runner error {}: {}".format(row["id"], type(e).__name__, e))
                if len(self.skipped) == before:
                    cases += 1
                if a.verbose:
                    print("%-45s %.1fs" % (row["id"], time.monotonic() - t), flush=True)
        auth = {} if a.only else self.auth_probe()
        self.stop = True
        self.req("DELETE", self.cal + "control.ics")
        rss, hw = self.rss()
        lat = sorted(s for _, s in self.by_lat)
        res = {
            "cases": cases,
            "requests": self.sent,
            "skipped": len(self.skipped),
            "http_5xx": self.n5xx,
            "cases_with_5xx": len({x.split(" ")[0] for x in self.fives}),
            "timeouts": self.timeouts,
            "over_limit": len(self.slow),
            "server_dead": self.dead,
            "restarts": self.restarts,
            "max_latency_s": round(self.maxlat, 2),
            "max_latency_case": self.maxlat_case,
            "bystander": {
                "n": len(lat),
                "p50_ms": round(1000 * lat[len(lat) // 2], 1) if lat else None,
                "max_s": round(lat[-1], 2) if lat else None,
                "failed": self.by_fail,
            },
            "rss_mb": {"start": self.rss0, "end": rss, "peak": max(self.peak, hw)},
            "wrong_outcomes": len(self.wrong),
            "altered_on_return": len(self.altered),
            "refused_without_precondition": len(self.noprec),
            "auth": auth,
            "slow_connections": getattr(self, "slow_info", []),
            "statuses": self.per_status,
            "control_query_works": self.control_base,
            "seconds": round(time.monotonic() - self.t0),
        }
        print(json.dumps(res, indent=1))
        for title, l in (
            ("5xx", self.fives),
            ("TIME-OUT", self.tos),
            ("OVER LIMIT", self.slow),
            ("WRONG", self.wrong),
            ("ALTERED", self.altered),
            ("NO PRECONDITION ELEMENT", self.noprec),
            ("SKIPPED", self.skipped),
        ):
            if l and not (title == "SKIPPED" and not a.verbose):
                print("\n%s (%d)" % (title, len(l)))
                for x in l:
                    print("  " + x)
        if a.json:
            json.dump(
                {
                    **res,
                    "list_5xx": self.fives,
                    "list_timeouts": self.tos,
                    "list_over_limit": self.slow,
                    "list_wrong": self.wrong,
                    "list_altered": self.altered,
                    "list_no_precondition": self.noprec,
                    "list_skipped": self.skipped,
                },
                open(a.json, "w"),
                indent=1,
            )
        return 1 if (self.n5xx or self.timeouts or self.dead or self.wrong) else 0


def vevent(uid, tzpart):
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//corpus//control//EN\r\n{tzpart}BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Pacific/Noumea:20260615T090000\r\nDTEND;TZID=Pacific/Noumea:20260615T100000\r\nSUMMARY:control\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


CONTROL = vevent(
    "control-event",
    "BEGIN:VTIMEZONE\r\nTZID:Pacific/Noumea\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+1100\r\nTZOFFSETTO:+1100\r\nTZNAME:+11\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n",
)
CONTROL2 = vevent("control-event-2", "")
CALTYPE = re.compile(r"<(?:\w+:)?calendar(?:\s[^>]*)?/?>")
NS = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'


def cq(prop, a, b):
    return (
        f'<?xml version="1.0"?><C:calendar-query {NS}><D:prop><D:getetag/>{prop}</D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="{a}" end="{b}"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>'
    ).encode()


CONTROL_QUERY = cq("", "20260614T220500Z", "20260614T225500Z")
QUERY = cq("<C:calendar-data/>", "20260601T000000Z", "20260608T000000Z")
EXPAND = cq(
    '<C:calendar-data><C:expand start="20260601T000000Z" end="20260608T000000Z"/></C:calendar-data>',
    "20260601T000000Z",
    "20260608T000000Z",
)
FREEBUSY = b'<?xml version="1.0"?><C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="20260601T000000Z" end="20260608T000000Z"/></C:free-busy-query>'
PROPFIND = (
    f'<?xml version="1.0"?><D:propfind {NS}><D:prop><D:displayname/><D:resourcetype/><D:getetag/><C:calendar-timezone/></D:prop></D:propfind>'
).encode()

if __name__ == "__main__":
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("base_url")
    p.add_argument("user")
    p.add_argument("password")
    p.add_argument("calendar_url")
    p.add_argument("--corpus", action="append", required=True, help="directory with index.csv")
    p.add_argument("--only", help="regular expression on the case id")
    p.add_argument("--heavy", action="store_true", help="also cases of tier heavy")
    p.add_argument("--timeout", type=float, default=7)
    p.add_argument(
        "--recover", type=float, default=10, help="seconds to wait for life after a case"
    )
    p.add_argument("--budget", type=float, default=1500, help="stop sending after so many seconds")
    p.add_argument("--pid", type=int)
    p.add_argument("--pidfile")
    p.add_argument("--restart-cmd")
    p.add_argument("--email", default="user@corpus.example", help="calendar user address of USER")
    p.add_argument("--attendee", default="bob@corpus.example")
    p.add_argument("--inbox", default="calendar@corpus.example")
    p.add_argument("--other-url", help="calendar of another user, with control.ics in it")
    p.add_argument("--outbox-url", help="turns scheduling cases on")
    p.add_argument("--rsvp-url", help="a fresh RSVP link of an attendee in NEEDS-ACTION")
    p.add_argument("--rsvp-event", help="URL of that event in USER's calendar")
    p.add_argument("--mail-cmd", help="shell command that feeds one mail on stdin to the service")
    p.add_argument(
        "--sent-cmd", help="shell command that prints how many mails the service has sent so far"
    )
    p.add_argument("--mail-wait", type=float, default=2)
    p.add_argument("--json")
    p.add_argument("--verbose", action="store_true")
    a = p.parse_args()
    sys.exit(Runner(a).go())
