"""Take the pictures of the README: a real Thunderbird, in French, with a real account.

    python thunderbird/pictures.py BASE_URL USER PASSWORD DAY DIRECTORY

DAY is a date such as 20260302 in the week to show. The account keeps what it has. Debian's package
thunderbird-l10n-fr gives Thunderbird its French.
"""

import argparse
import os
import shutil
import sys
import tempfile

from program import CannotRun, Thunderbird
from proxy import ProxyHandler, Recorder, SmtpSink, serve

FIND = """
    const [user, password, where] = args;
    const url = "chrome://calendar/content/calendar-creation.xhtml";
    const dialog = S.dialog = win.openDialog(url, "creation", "chrome,resizable,width=640,height=460");
    await until(() => dialog.document.readyState == "complete" && dialog.findCalendars, 15000);
    await sleep(800);
    const get = id => dialog.document.getElementById(id);
    get("network-username-input").value = user;
    get("network-location-input").value = where;
    dialog.selectPanel("panel-network-calendar-settings");
    dialog.findCalendars(password, true);
    const list = get("network-calendar-list");
    await until(() => list.children.length > 0, 20000);
    await sleep(600);
    return [...list.children].map(row => row.textContent.trim());
"""

SUBSCRIBE = """
    const dialog = S.dialog;
    dialog.createNetworkCalendars();
    await sleep(300);
    dialog.close();
    for (const calendar of cal.manager.getCalendars()) {
      if (calendar.type == "caldav") {
        S.calId = calendar.id;
        await until(() => inner(theCal()).checkedServerInfo, 20000);
        await sync();
      } else {
        cal.manager.unregisterCalendar(calendar);
      }
    }
    return cal.manager.getCalendars().map(c => [c.name, c.getProperty("color")]);
"""

SHOW = """
    const [view, day] = args;
    const tabmail = win.document.getElementById("tabmail");
    tabmail.openTab("calendar", {});
    await until(() => win.currentView && win.currentView(), 10000);
    await win.CalendarViews?.initialized;
    for (const id of ["today-pane-panel", "calendar-search-bar", "bottom-events-box"]) {
      const part = win.document.getElementById(id);
      if (part) { part.hidden = true; }
    }
    win.TodayPane?.setTodayPane?.(false);
    win.document.getElementById("spacesToolbar")?.setAttribute("hidden", "true");
    win.document.getElementById(view == "week" ? "calTabWeek" : "calTabMonth").click();
    await sleep(600);
    win.goToDate(cal.createDateTime(day));
    await sleep(2500);
    win.document.getElementById("unifinder-splitter")?.setAttribute("state", "collapsed");
    await sleep(600);
"""


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("base_url", "user", "password", "day", "directory"):
        parser.add_argument(name)
    opts = parser.parse_args()
    opts.thunderbird, opts.insecure = None, False
    opts.timezone, opts.timeout, opts.locale = "Pacific/Noumea", 60, "fr"
    work = tempfile.mkdtemp(prefix="pictures-")
    ProxyHandler.recorder, SmtpSink.messages = Recorder(), []
    try:
        program = Thunderbird(
            opts, work, serve(ProxyHandler)[1], serve(SmtpSink)[1], f"{opts.user}@localhost"
        )
        try:
            take(program, opts)
        finally:
            program.close()
    except CannotRun as error:
        print(f"ERROR {error}", file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 0


def take(program, opts):
    """The calendars that were found, then a week and a month."""
    program.js("""
        Services.prefs.setBoolPref("signon.rememberSignons", true);
        const { DNS } = ChromeUtils.importESModule("resource:///modules/DNS.sys.mjs");
        DNS.srv = DNS.txt = DNS.mx = async () => [];
        Services.prefs.setIntPref("calendar.view.daystarthour", 7);
        Services.prefs.setIntPref("calendar.view.dayendhour", 18);
        Services.prefs.setIntPref("calendar.view.visiblehours", 11);
        await until(() => win.document.readyState == "complete", 20000);
        await sleep(2000);
    """)
    main_window, before = (
        program.m.command("WebDriver:GetWindowHandle")["value"],
        set(program.m.command("WebDriver:GetWindowHandles")),
    )
    print(program.js(FIND, opts.user, opts.password, opts.base_url))
    [dialog] = set(program.m.command("WebDriver:GetWindowHandles")) - before
    program.m.command("WebDriver:SwitchToWindow", handle=dialog)
    program.screenshot(os.path.join(opts.directory, "thunderbird-discovery.png"))
    program.m.command("WebDriver:SwitchToWindow", handle=main_window)
    print(program.js(SUBSCRIBE))
    for view in ("week", "month"):
        program.js(SHOW, view, opts.day + "T080000")
        program.screenshot(os.path.join(opts.directory, f"thunderbird-{view}.png"))


if __name__ == "__main__":
    sys.exit(main())
