"""A headless Thunderbird in a fresh profile, driven through Marionette."""

import base64
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse


class CannotRun(Exception):
    """The environment lacks something (exit status 2)."""


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
            "mail.server.server2.name": "Niaouli",
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
        if getattr(opts, "locale", None):
            prefs |= {
                "intl.locale.requested": opts.locale,
                "extensions.autoDisableScopes": 0,
                "extensions.langpacks.signatures.required": False,
            }
        prefs |= getattr(opts, "prefs", {})
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
            MOZ_HEADLESS_WIDTH="1280",
            MOZ_HEADLESS_HEIGHT=str(getattr(opts, "height", 800)),
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
        with contextlib.suppress(AttributeError):
            self.m.sock.close()
        try:
            self.proc.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.proc.pid, signal.SIGKILL)
            self.proc.wait(10)
        self.log.close()
