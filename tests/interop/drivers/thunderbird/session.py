"""One run: the programs around Thunderbird, the steps, and what is reported of them."""

import contextlib
import datetime as dt
import os
import shutil
import tempfile
import traceback
import urllib.parse
import uuid

from other_client import VTIMEZONE, OtherClient
from program import CannotRun, Thunderbird
from proxy import ProxyHandler, Recorder, SmtpSink, is_loopback, serve


class Session:
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

    def noumea_utc(self, local):
        t = dt.datetime.strptime(local, "%Y%m%dT%H%M%S") - dt.timedelta(hours=11)
        return t.strftime("%Y%m%dT%H%M%SZ")

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
            for name, func in self.steps():
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
