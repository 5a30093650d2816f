"""Events made, changed and removed on either side."""

import re
import urllib.parse

from other_client import prop, unfold


class Editing:
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
            match = [{k.lower(): v for k, v in d["req_headers"]}.get("if-match") for d in sent]
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
