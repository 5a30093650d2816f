"""Somebody who takes part in meetings: what he sees of one, and does with it, in his Thunderbird.

He reads it and answers in the window that a double click opens, drags it in the week, and ticks
tasks in their list: what each of these calls is what the window itself calls.
"""

import base64

from desk import Desk

# The calendars of his that a test is about, by the last part of their addresses.
FIND = """
    const [user, password, where, wanted] = args;
    Services.prefs.setIntPref("calendar.view.daystarthour", 7);
    Services.prefs.setIntPref("calendar.view.dayendhour", 18);
    Services.prefs.setIntPref("calendar.view.visiblehours", 11);
    const map = await cal.provider.detection.detect(user, password, where, true, [], {});
    const nameOf = uri => decodeURI(uri.spec).replace(/\\/$/, "").split("/").pop();
    for (const c of cal.manager.getCalendars()) { cal.manager.unregisterCalendar(c); }
    S.ids = {};
    const all = [...map.values()].flat().filter(c => c.type == "caldav");
    for (const c of all.filter(c => wanted.includes(nameOf(c.uri)))) {
      c.setProperty("cache.enabled", true);
      c.setProperty("imip.identity.key", "id1");
      cal.manager.registerCalendar(c);
      S.ids[nameOf(c.uri)] = S.calId = c.id;
      await until(() => inner(theCal()).checkedServerInfo, 30000);
      await sync();
    }
    return Object.keys(S.ids);
"""

USE = """
    S.calId = S.ids[args.shift()];
    const bare = () => {
      for (const id of ["today-pane-panel", "calendar-search-bar", "bottom-events-box"]) {
        const part = win.document.getElementById(id);
        if (part) { part.hidden = true; }
      }
      win.TodayPane?.setTodayPane?.(false);
      win.document.getElementById("spacesToolbar")?.setAttribute("hidden", "true");
    };
"""

# The week with that day in it, and nothing but the week.
WEEK = """
    const week = async start => {
      win.document.getElementById("tabmail").openTab("calendar", {});
      await until(() => win.currentView && win.currentView(), 10000);
      await win.CalendarViews?.initialized;
      bare();
      win.document.getElementById("calTabWeek").click();
      await sleep(600);
      win.goToDate(start);
      await sleep(1500);
    };
"""

SEEN = """
    const [uid] = args;
    await sync();
    const item = await theCal().getItem(uid);
    return item && { ...plain(item), description: item.descriptionText,
      status: theCal().getProperty("currentStatus"),
      attachments: item.getAttachments().map(a => a.uri?.spec ?? "") };
"""

# The summary is what opens where the reader is a guest; the agenda stands in it as people read it.
READ = """
    const [uid] = args;
    await sync();
    const item = await theCal().getItem(uid);
    S.dialog?.close();
    win.openEventDialogForViewing(item);
    const dialog = S.dialog = await until(() =>
      Services.wm.getMostRecentWindow("Calendar:EventSummaryDialog"), 15000);
    const get = selector => dialog.document.querySelector(selector);
    await until(() => get(".item-title")?.textContent
      && get(".item-description")?.contentDocument?.body?.textContent.trim(), 15000);
    const labels = [...dialog.document.querySelectorAll(".item-attachment-cell-label")];
    return {
      title: get(".item-title").textContent,
      location: get(".item-location")?.textContent ?? "",
      text: get(".item-description").contentDocument.body.innerText,
      attachments: labels.map(l => l.getAttribute("value") ?? "").filter(Boolean),
      answers: !get("#summary-toolbox").hidden,
    };
"""

ANSWER = """
    const [uid, partstat] = args;
    S.dialog.reply("AUTO", partstat);
    S.dialog = null;
    return until(async () => {
      const mine = cal.itip.getInvitedAttendee(await theCal().getItem(uid));
      return mine?.participationStatus == partstat && partstat;
    }, 15000);
"""

# Thunderbird hands the address to the browser of the machine; what a browser gets there with the
# login of the calendar is asked for with Thunderbird's own requests.
OPEN = """
    const [address] = args;
    const opened = await new Promise(ok => {
      S.dialog.openLinkExternally = uri => ok(uri.spec);
      const labels = [...S.dialog.document.querySelectorAll(".item-attachment-cell-label")];
      labels.find(l => l.getAttribute("value") == address).click();
      win.setTimeout(() => ok(null), 5000);
    });
    if (!opened) { return null; }
    const { CalDavGenericRequest } =
      ChromeUtils.importESModule("resource:///modules/caldav/CalDavRequest.sys.mjs");
    const of = inner(theCal());
    const uri = Services.io.newURI(opened);
    const answer = await new CalDavGenericRequest(of.session, of, "GET", uri).commit();
    return { opened, status: answer.status, type: answer.getHeader("Content-Type"),
      named: answer.getHeader("Content-Disposition"),
      octets: btoa(String.fromCharCode(...answer.result)) };
"""

# What the mouse does when it lets go of an event (calendar-multiday-view.js).
DRAG = """
    const [uid, start, end] = args;
    S.prompts.length = 0;
    await sync();
    const item = await theCal().getItem(uid);
    const to = text => cal.createDateTime(text).getInTimezone(item.startDate.timezone);
    await week(item.startDate);
    win.currentView().controller.modifyOccurrence(item, to(start), to(end));
    await until(async () =>
      (await theCal().getItem(uid)).startDate.compare(to(start)) == 0, 20000);
    await sleep(500);
    await week(to(start));
    return S.prompts;
"""

TASKS = """
    const list = async () => {
      await sync();
      win.document.getElementById("tabmail").openTab("tasks", {});
      const tree = await until(() => win.document.getElementById("calendar-task-tree"), 10000);
      bare();
      win.document.getElementById("opt_all_filter").click();
      await until(() => tree.mTaskArray?.length, 10000);
      await sleep(800);
      return tree;
    };
    const told = t => ({ id: t.id, title: t.title, done: t.isCompleted, status: t.status,
      due: t.dueDate?.icalString ?? null, description: t.descriptionText });
"""

# A click into the first column (calendar-task-tree-view.js).
TICK = """
    const [title] = args;
    const tree = await list();
    const row = tree.mTaskArray.findIndex(t => t.title == title);
    const column = tree.columns.getNamedColumn("calendar-task-tree-col-completed");
    tree.mTreeView.selection.select(row);
    tree.mTreeView.cycleCell(row, column);
    const { id } = tree.mTaskArray[row];
    await until(async () => (await theCal().getItem(id)).isCompleted, 15000);
    await sleep(800);
    return told(await theCal().getItem(id));
"""


class Member(Desk):
    def find(self, calendars):
        return self.js(FIND, self.user, self.password, self.base_url, calendars)

    def seen(self, calendar, uid):
        return self.js(USE + SEEN, calendar, uid)

    def read(self, calendar, uid):
        return self.js(USE + READ, calendar, uid)

    def answer(self, calendar, uid, partstat):
        return self.js(USE + ANSWER, calendar, uid, partstat)

    def open(self, calendar, address):
        """What is behind an attachment of the event that is being read."""
        got = self.js(USE + OPEN, calendar, address)
        return got and {**got, "octets": base64.b64decode(got["octets"])}

    def drag(self, calendar, uid, start, end):
        return self.js(USE + WEEK + DRAG, calendar, uid, start, end)

    def tasks(self, calendar):
        return self.js(USE + TASKS + "return (await list()).mTaskArray.map(told);", calendar)

    def tick(self, calendar, title):
        return self.js(USE + TASKS + TICK, calendar, title)

    def picture(self, path, *, of_dialog=False):
        m = self.program.m
        home = m.command("WebDriver:GetWindowHandle")["value"]
        if of_dialog:
            [dialog] = set(m.command("WebDriver:GetWindowHandles")) - {home}
            m.command("WebDriver:SwitchToWindow", handle=dialog)
            m.command("WebDriver:SetWindowRect", width=760, height=720)
        self.program.screenshot(path)
        m.command("WebDriver:SwitchToWindow", handle=home)
