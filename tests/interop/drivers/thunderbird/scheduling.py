"""Invitations and free-busy, where the server does scheduling."""

import argparse
import re
import time

from other_client import OtherClient, unfold


class Scheduling:
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
