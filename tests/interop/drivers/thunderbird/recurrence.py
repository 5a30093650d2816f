"""Series with exceptions, made on either side, and tasks."""

import os
import re

from other_client import unfold


class Recurrence:
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

    def own_series(self):
        """Made in Thunderbird: a series, then one instance changed and one removed."""
        uid = self.uid("series")
        tz = "TZID=Pacific/Noumea"
        ics = (
            f"BEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:Point d'équipe\r\n"
            f"DTSTART;{tz}:{self.at(10, 1)}\r\nDTEND;{tz}:{self.at(11, 1)}\r\n"
            "RRULE:FREQ=WEEKLY;COUNT=4\r\nEND:VEVENT\r\n"
        )
        self.made.append(self.url(uid + ".ics"))
        r = self.tb.js(
            """
            const [ics, uid, moved, gone, from, to] = args;
            const ev = new CalEvent(ics);
            ev.calendar = theCal();
            const quiet = { responseMode: Ci.calIItipItem.NONE };
            await win.doTransaction("add", ev, theCal(), null, null, quiet);
            await until(() => theCal().getItem(uid), 20000);
            await sleep(800);
            let parent = await theCal().getItem(uid);
            const at = text => cal.createDateTime(text).getInTimezone(parent.startDate.timezone);
            const occ = parent.recurrenceInfo.getOccurrenceFor(at(moved));
            const changed = occ.clone();
            changed.title = "Point d'équipe (salle B)";
            await win.doTransaction("modify", changed, theCal(), occ, null, quiet);
            await sleep(1200);
            parent = await theCal().getItem(uid);
            const less = parent.clone();
            less.recurrenceInfo.removeOccurrenceAt(at(gone));
            await win.doTransaction("modify", less, theCal(), parent, null, quiet);
            await sleep(1200);
            return (await items(from, to)).filter(i => i.id == uid).map(plain);
        """,
            ics,
            uid,
            self.noumea_utc(self.at(10, 8)),
            self.noumea_utc(self.at(10, 15)),
            self.at(0),
            self.at(0, 60),
        )
        _, _, body = self.other.request("GET", self.url(uid + ".ics"))
        flat = unfold(body)
        self.check(
            flat.count("BEGIN:VEVENT") == 2 and "RECURRENCE-ID" in flat and "RRULE" in flat,
            "own-series-changed-instance",
            f"{flat.count('BEGIN:VEVENT')} VEVENT in one resource",
        )
        self.check("EXDATE" in flat, "own-series-removed-instance", "EXDATE stored")
        titles = sorted(i["title"] for i in r)
        self.check(
            titles == ["Point d'équipe"] * 2 + ["Point d'équipe (salle B)"],
            "own-series-readback",
            "; ".join(titles),
        )

    def task(self):
        """A task with a due date and an alarm, then done."""
        uid = self.uid("task")
        tz = "TZID=Pacific/Noumea"
        ics = (
            f"BEGIN:VTODO\r\nUID:{uid}\r\nSUMMARY:Relire le rapport d'évaluation\r\n"
            f"DTSTART;{tz}:{self.at(8, 2)}\r\nDUE;{tz}:{self.at(17, 2)}\r\nPRIORITY:1\r\n"
            "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Rappel\r\nTRIGGER:-PT30M\r\n"
            "END:VALARM\r\nEND:VTODO\r\n"
        )
        self.made.append(self.url(uid + ".ics"))
        r = self.tb.js(
            """
            const { CalTodo } = ChromeUtils.importESModule("resource:///modules/CalTodo.sys.mjs");
            const [ics, uid] = args;
            const quiet = { responseMode: Ci.calIItipItem.NONE };
            const todo = new CalTodo(ics);
            todo.calendar = theCal();
            await win.doTransaction("add", todo, theCal(), null, null, quiet);
            await until(() => theCal().getItem(uid), 20000);
            await sleep(800);
            const old = await theCal().getItem(uid);
            const open = [old.title, old.isCompleted, old.getAlarms().length];
            const done = old.clone();
            done.isCompleted = true;
            await win.doTransaction("modify", done, theCal(), old, null, quiet);
            await sleep(1200);
            const now = await theCal().getItem(uid);
            return { open, done: now.isCompleted };
        """,
            ics,
            uid,
        )
        _, _, body = self.other.request("GET", self.url(uid + ".ics"))
        flat = unfold(body)
        self.check(
            r["open"] == ["Relire le rapport d'évaluation", False, 1], "task", str(r["open"])
        )
        self.check(
            r["done"] and "STATUS:COMPLETED" in flat and "BEGIN:VALARM" in flat,
            "task-done",
            "STATUS:COMPLETED stored" if "STATUS:COMPLETED" in flat else flat[-300:],
        )
