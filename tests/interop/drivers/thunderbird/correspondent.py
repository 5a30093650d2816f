"""A Thunderbird with a mail account (IMAP and SMTP) and a calendar on its own disk.

Somebody without an account here: invitations reach him by mail, and so do his answers reach us. What he
does, he does in the window: the folder is opened, the message selected, a button pressed.
"""

import tempfile
import types

from program import Thunderbird
from proxy import ProxyHandler, Recorder, serve

START = """
    const [host, password] = args;
    Services.prefs.setBoolPref("signon.rememberSignons", true);
    Services.prefs.setBoolPref("calendar.itip.showImipBar", true);
    const { DNS } = ChromeUtils.importESModule("resource:///modules/DNS.sys.mjs");
    DNS.srv = DNS.txt = DNS.mx = async () => [];
    await until(() => win.document.readyState == "complete" && win.gTabmail?.currentAbout3Pane, 30000);
    const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
    const server = MailServices.accounts.getAccount("account2").incomingServer;
    login.init("imap://" + host, null, "imap://" + host, server.username, password, "", "");
    await Services.logins.addLoginAsync(login);
    for (const c of cal.manager.getCalendars()) { cal.manager.removeCalendar(c); }
    const c = cal.manager.createCalendar("storage", Services.io.newURI("moz-storage-calendar://"));
    c.name = args[2];
    c.setProperty("imip.identity.key", "id1");
    cal.manager.registerCalendar(c);
    S.calId = c.id;
    win.document.getElementById("spacesToolbar")?.setAttribute("hidden", "true");
    win.TodayPane?.setTodayPane?.(false);
    const today = win.document.getElementById("today-pane-panel");
    if (today) { today.hidden = true; }
    return cal.manager.getCalendars().length;
"""

# The newest message with that subject is opened in the three-pane window, as a click on it does.
OPEN = """
    const [subject, after] = args;
    const server = MailServices.accounts.getAccount("account2").incomingServer;
    const pane = win.gTabmail.currentAbout3Pane;
    const inbox = await until(() =>
      server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox), 20000);
    pane.displayFolder(inbox.URI);
    let found = null, all = [];
    const end = Date.now() + 40000;
    while (!found && Date.now() < end) {
      await new Promise(ok => {
        try {
          inbox.updateFolderWithListener(null, { OnStartRunningUrl() {}, OnStopRunningUrl() { ok(); } });
        } catch (e) { ok(); }
        win.setTimeout(ok, 4000);
      });
      all = [...inbox.messages];
      found = all.filter(m => m.mime2DecodedSubject.includes(subject)
                              && m.date > after).sort((a, b) => b.messageKey - a.messageKey)[0];
      if (!found) { await sleep(500); }
    }
    if (!found) { return { subjects: all.map(m => m.mime2DecodedSubject) }; }
    await until(() => pane.gDBView?.findIndexOfMsgHdr(found, true) < 1000000, 10000);
    pane.selectMessage(found);
    const about = await until(() => {
      const b = pane.messageBrowser?.contentWindow;
      return b?.gMessage?.messageKey == found.messageKey && b.calImipBar && b;
    }, 20000);
    const bar = about?.document.getElementById("imip-bar");
    const shown = bar && await until(() => !bar.collapsed, 15000);
    const visible = () => [...about.document.querySelectorAll("#imip-view-toolbar toolbarbutton")]
      .filter(b => !b.hidden).map(b => b.id);
    if (shown) { await until(() => visible().length && about.calImipBar.actionFunc, 8000); }
    await sleep(800);
    return {
      shown: !!shown, key: found.messageKey, author: found.mime2DecodedAuthor, buttons: about ? visible() : [],
      subject: found.mime2DecodedSubject, action: about?.calImipBar.actionFunc?.method || null,
      label: shown ? bar.querySelector(".msgNotificationBarText")?.textContent : null,
    };
"""

# What the buttons of the bar do; "Update", "Delete" and the like bring no answer with them.
PRESS = """
    const [answer, uid] = args;
    const about = win.gTabmail.currentAbout3Pane.messageBrowser.contentWindow;
    about.calImipBar.executeAction(answer || undefined, "AUTO");
    await sleep(2000);
    const item = uid ? await theCal().getItem(uid) : null;
    return item ? plain(item) : null;
"""

# The message has more room than the list, and its text is seen below the bar.
ROOM = """
    const pane = win.gTabmail.currentAbout3Pane;
    const splitter = pane.document.getElementById("messagePaneSplitter");
    if (splitter) { splitter.height = 860; }
    await sleep(800);
"""

HELD = "const item = await theCal().getItem(args[0]); return item ? plain(item) : null;"

INVITE = """
    const [ics, uid] = args;
    const ev = new CalEvent(ics);
    ev.calendar = theCal();
    await win.doTransaction("add", ev, theCal(), null, null, { responseMode: Ci.calIItipItem.AUTO });
    await until(async () => theCal().getItem(uid), 20000);
    await sleep(1500);
    const item = await theCal().getItem(uid);
    return item ? plain(item) : null;
"""


class Correspondent:
    def __init__(self, *, binary, address, name, password, imap, smtp, locale=None):
        self.work = tempfile.mkdtemp(prefix="correspondent-")
        ProxyHandler.recorder = Recorder()
        self.proxy, proxy_port = serve(ProxyHandler)
        opts = types.SimpleNamespace(
            thunderbird=binary, user=name, timezone="Pacific/Noumea", timeout=90, insecure=False, height=1040,
            base_url="http://127.0.0.1/", calendar_url="http://127.0.0.1/", locale=locale,
        )  # fmt: skip
        opts.prefs = {
            "mail.server.server2.type": "imap",
            "mail.server.server2.port": imap,
            "mail.server.server2.socketType": 0,
            "mail.server.server2.authMethod": 3,
            "mail.server.server2.userName": address,
            "mail.server.server2.name": address,
            "mail.server.server2.directory-rel": "[ProfD]ImapMail/guest",
            "mail.server.server2.login_at_startup": False,
            "mail.server.server2.check_new_mail": False,
            "mail.server.server2.using_subscription": False,
            "mail.imap.use_status_for_biff": False,
            "mail.pane_config.dynamic": 0,
            "mailnews.headers.showSender": True,
            "mail.uidensity": 0,
        }
        self.tb = Thunderbird(opts, self.work, proxy_port, smtp, address)
        try:
            calendars = self.tb.js(START, "127.0.0.1", password, name)
            assert calendars == 1, calendars
        except BaseException:
            self.close()
            raise

    def open(self, subject, after=0):
        return self.tb.js(OPEN, subject, after)

    def press(self, answer, uid):
        return self.tb.js(PRESS, answer, uid)

    def held(self, uid):
        return self.tb.js(HELD, uid)

    def invite(self, ics, uid):
        return self.tb.js(INVITE, ics, uid)

    def screenshot(self, path):
        self.tb.js(ROOM)
        self.tb.screenshot(path)

    def close(self):
        import shutil

        self.tb.close()
        self.proxy.shutdown()
        self.proxy.server_close()
        shutil.rmtree(self.work, ignore_errors=True)
