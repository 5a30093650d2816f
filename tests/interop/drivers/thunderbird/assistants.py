"""Two assistants keep one director's diary in Thunderbird; somebody whom they invite has a third.

    python thunderbird/assistants.py [--thunderbird PATH] [--trace DIR] BASE_URL PASSWORD
        DIRECTOR ASSISTANT ASSISTANT ATTENDEE

The four are logins of the service, with one password; the director has delegated the diary to both
assistants. Each Thunderbird gets nothing but the address, a login and the password. Output and exit
status are those of the other script here.
"""

import argparse
import contextlib
import datetime as dt
import json
import os
import re
import sys
import time
import traceback
import urllib.parse
import uuid
from concurrent.futures import ThreadPoolExecutor

from desk import SUBSCRIBE, Desk
from other_client import OtherClient, unfold
from program import CannotRun
from proxy import SmtpSink, serve

CREATE = """
    const [ics, uid] = args;
    const ev = new CalEvent(ics);
    ev.calendar = theCal();
    await win.doTransaction("add", ev, theCal(), null, null,
                            { responseMode: Ci.calIItipItem.AUTO });
    await until(async () => theCal().getItem(uid), 20000);
    await sleep(1000);
"""

# What people change in the window of an event, of a series or of one of its occurrences.
CHANGE = """
    const [uid, rid, change, overwrite] = args;
    S.prompts.length = 0;
    S.overwrite = overwrite;
    const parent = await theCal().getItem(uid);
    const old = rid ? parent.recurrenceInfo.getOccurrenceFor(
      cal.createDateTime(rid).getInTimezone(parent.startDate.timezone)) : parent;
    const item = old.clone();
    if (change.title) { item.title = change.title; }
    if (change.location) { item.setProperty("LOCATION", change.location); }
    for (const edge of ["startDate", "endDate"]) {
      if (change[edge]) {
        item[edge] = cal.createDateTime(change[edge]).getInTimezone(old[edge].timezone);
      }
    }
    await Promise.race([
      win.doTransaction("modify", item, theCal(), old, null,
                        { responseMode: Ci.calIItipItem.AUTO }).catch(() => {}),
      sleep(10000)]);
    await sleep(1000);
    return S.prompts;
"""

ANSWER = """
    const [uid, partstat] = args;
    S.prompts.length = 0;
    S.overwrite = false;
    const old = await theCal().getItem(uid);
    const invited = cal.itip.getInvitedAttendee(old);
    if (!invited) { return null; }
    const item = old.clone(), answer = invited.clone();
    item.removeAttendee(invited);
    answer.participationStatus = partstat;
    item.addAttendee(answer);
    await Promise.race([
      win.doTransaction("modify", item, theCal(), old, null,
                        { responseMode: Ci.calIItipItem.AUTO }).catch(() => {}),
      sleep(10000)]);
    await sleep(1000);
    return S.prompts;
"""

DELETE = """
    const [uid] = args;
    const item = await theCal().getItem(uid);
    await win.doTransaction("delete", item, theCal(), item, null,
                            { responseMode: Ci.calIItipItem.AUTO });
    await sleep(1000);
"""

SHOWN = """
    const [uid, from, to] = args;
    await sync();
    const answer = i => i.getAttendees().map(a => [a.id.toLowerCase(), a.participationStatus]);
    return (await items(from, to)).filter(i => i.id == uid)
      .map(i => ({ ...plain(i), answers: Object.fromEntries(answer(i)) }))
      .sort((a, b) => a.utc < b.utc ? -1 : 1);
"""


class Story:
    """One meeting, from the invitation to the cancellation."""

    def __init__(self, opts):
        self.opts = opts
        self.fails = 0
        self.mails = []
        self.director = opts.people[0]
        self.uid = f"two-assistants-{uuid.uuid4()}"
        self.desks = []
        day = dt.date.today() + dt.timedelta(days=14)
        self.day = day - dt.timedelta(days=day.weekday())  # a Monday
        self.eyes = {name: self._eyes(name) for name in opts.people}

    def _seated(self, name):
        o = self.opts
        return Desk(o.thunderbird, o.base_url, name, o.password, o.smtp)

    def _eyes(self, name):
        """Looks at the service itself, with somebody's rights."""
        return OtherClient(
            argparse.Namespace(
                user=name, password=self.opts.password, insecure=False,
                calendar_url=self._agenda(name),
            )
        )  # fmt: skip

    def _agenda(self, name):
        return f"{self.opts.base_url.rstrip('/')}/dav/calendars/{name}/agenda/"

    def run(self):
        SmtpSink.messages = self.mails
        self.opts.smtp = serve(SmtpSink)[1]
        try:
            with ThreadPoolExecutor() as pool:
                self.desks = list(pool.map(self._seated, self.opts.people[1:]))
            self.first, self.second, self.guest = self.desks
            for step in (
                self.find_the_diary,
                self.create_on_behalf,
                self.edit_at_the_same_time,
                self.move_one_occurrence,
                self.answer_with_a_stale_copy,
                self.cancel,
            ):
                for desk in self.desks:
                    desk.recorder.step = step.__name__
                try:
                    step()
                except CannotRun:
                    raise
                except Exception as error:
                    traceback.print_exc()
                    self.check(False, step.__name__, f"{type(error).__name__}: {error}")
        finally:
            for desk in self.desks:
                if self.opts.trace:
                    desk.recorder.write(os.path.join(self.opts.trace, desk.user))
                desk.close()
        return 1 if self.fails else 0

    def check(self, fine, name, detail=""):
        self.fails += not fine
        print(f"{'PASS' if fine else 'FAIL'} {name} - {detail}", flush=True)

    def at(self, hour, days=0):
        return (self.day + dt.timedelta(days=days)).strftime("%Y%m%d") + f"T{hour:02d}0000"

    def utc(self, hour, days=0):
        local = dt.datetime.strptime(self.at(hour, days), "%Y%m%dT%H%M%S")
        return (local - dt.timedelta(hours=11)).strftime("%Y%m%dT%H%M%SZ")

    def shown(self, desk):
        return desk.js(SHOWN, self.uid, self.at(0), self.at(0, 40))

    def stored(self, name=None):
        """The text of the meeting in somebody's own diary, None if it is not there."""
        eyes = self.eyes[name or self.director]
        _, tree = eyes.propfind(eyes.opts.calendar_url, "D:getetag", depth="1")
        for node in tree.iter("{DAV:}href"):
            if node.text.endswith("/"):
                continue
            _, _, text = eyes.request(
                "GET", urllib.parse.urljoin(eyes.opts.calendar_url, node.text)
            )
            if f"UID:{self.uid}" in unfold(text):
                self.name = node.text.rpartition("/")[2]
                return unfold(text)
        return None

    def everybody_agrees(self, step):
        """The two assistants and the guest see the same occurrences, and so does the service."""
        wanted, seen = None, {}
        for _ in range(4):
            seen = {
                desk.user: [
                    (i["rid"], i["utc"], i["title"], i["location"], i["organizer"].lower())
                    for i in self.shown(desk)
                ]
                for desk in self.desks
            }
            wanted = seen[self.first.user]
            if all(each == wanted for each in seen.values()):
                break
            time.sleep(1)
        differing = {user: each for user, each in seen.items() if each != wanted}
        self.check(
            not differing and bool(wanted),
            f"{step}: every copy agrees",
            json.dumps(differing or wanted, ensure_ascii=False)[:600],
        )
        organizers = set(re.findall(r"^ORGANIZER.*$", self.stored() or "", re.M))
        self.check(
            bool(organizers)
            and all(
                f":mailto:{self.director}@example.org" in one and "SENT-BY" in one
                for one in organizers
            ),
            f"{step}: the director is the organizer, by an assistant's hand",
            "; ".join(organizers),
        )
        self.check(not self.mails, f"{step}: no Thunderbird writes mails of its own", "")
        return wanted

    def find_the_diary(self):
        diaries = [f"{self.director}~agenda", f"{self.director}~agenda", "agenda"]
        for desk, name in zip(self.desks, diaries, strict=True):
            wanted = f"{self.opts.base_url.rstrip('/')}/dav/calendars/{desk.user}/{name}/"
            told = desk.js(SUBSCRIBE, desk.user, self.opts.password, self.opts.base_url, wanted)
            self.check(
                bool(told["name"]) and told["readOnly"] is False,
                f"{desk.user} finds the diary by login alone",
                f"{told['name']}, of {len(told['found'])} calendars",
            )

    def create_on_behalf(self):
        """Thunderbird makes its own user the organizer: that is all it knows (protocol T20)."""
        zone = "TZID=Pacific/Noumea"
        self.first.js(
            CREATE,
            f"BEGIN:VEVENT\r\nUID:{self.uid}\r\nSUMMARY:Comité de suivi\r\nLOCATION:Salle Ocre\r\n"
            f"DTSTART;{zone}:{self.at(9)}\r\nDTEND;{zone}:{self.at(10)}\r\n"
            "RRULE:FREQ=WEEKLY;COUNT=4\r\n"
            f"ORGANIZER;CN=A:mailto:{self.first.mail}\r\n"
            "ATTENDEE;CN=G;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE:"
            f"mailto:{self.guest.mail}\r\nX-MOZ-SEND-INVITATIONS:TRUE\r\nEND:VEVENT\r\n",
            self.uid,
        )
        text = self.stored() or ""
        self.check(
            f'SENT-BY="mailto:{self.first.mail}"' in text,
            "create: SENT-BY names who wrote",
            "; ".join(re.findall(r"^ORGANIZER.*$", text, re.M)),
        )
        shown = self.everybody_agrees("create")
        self.check(len(shown) == 4, "create: four occurrences", str(len(shown)))
        self.check(
            [i["answers"] for i in self.shown(self.guest)]
            == [{f"mailto:{self.guest.mail}": "NEEDS-ACTION"}] * 4,
            "create: the guest has an open invitation",
        )

    def edit_at_the_same_time(self):
        """Both have the same copy before them; the loser is asked, and nothing is lost."""
        changes = {self.first: {"title": "Comité de suivi (A)"}, self.second: {"location": "Ocre"}}
        with ThreadPoolExecutor() as pool:
            edits = {
                desk: pool.submit(desk.js, CHANGE, self.uid, None, change, False)
                for desk, change in changes.items()
            }
            asked = [desk for desk, edit in edits.items() if edit.result()]
        statuses = [
            (desk.user, [put["status"] for put in desk.recorder.since(0, "PUT")])
            for desk in (self.first, self.second)
        ]
        self.check(len(asked) == 1, "same time: one wins, the other is asked", str(statuses))
        self.everybody_agrees("same time")
        # The one who lost does it again on what is there now; then one who insists.
        for desk in asked:
            prompts = desk.js(CHANGE, self.uid, None, changes[desk], False)
            self.check(not prompts, "same time: the second try goes through", str(prompts))
        shown = self.everybody_agrees("same time, again")
        self.check(
            {(i[2], i[3]) for i in shown} == {("Comité de suivi (A)", "Ocre")},
            "same time: both changes are there",
            str(shown[0]),
        )
        self.first.js(CHANGE, self.uid, None, {"title": "Perdu"}, False)
        prompts = self.second.js(CHANGE, self.uid, None, {"title": "Comité de suivi"}, True)
        self.check(len(prompts) == 1, "overwrite: asked, and insisted", str(prompts))
        shown = self.everybody_agrees("overwrite")
        self.check({i[2] for i in shown} == {"Comité de suivi"}, "overwrite: the last one stands")
        path = f"principals/{self.director}/calendars/agenda/objects/{self.name}/history"
        _, _, told = self.eyes[self.director].request(
            "GET", f"{self.opts.base_url.rstrip('/')}/api/v1/{path}"
        )
        kept = [
            (item["content"]["title"], item["written_by"]["login"])
            for item in json.loads(told)["items"]
        ]
        self.check(
            ("Perdu", self.first.user) in kept, "overwrite: the lost version is kept", str(kept)
        )

    def move_one_occurrence(self):
        change = {"startDate": self.utc(14, 7), "endDate": self.utc(15, 7)}
        self.shown(self.second)
        prompts = self.second.js(CHANGE, self.uid, self.utc(9, 7), change, False)
        self.check(not prompts, "move: not asked", str(prompts))
        # The guest does not look yet: his copy stays the old one for the next step.
        moved = [i for i in self.shown(self.first) if i["utc"] == self.utc(14, 7)]
        self.check(len(moved) == 1, "move: the other assistant sees it", str(len(moved)))

    def answer_with_a_stale_copy(self):
        prompts = self.guest.js(ANSWER, self.uid, "ACCEPTED")
        puts = [put["status"] for put in self.guest.recorder.since(0, "PUT")]
        if prompts:  # his copy was refreshed: he answers what he sees now
            self.shown(self.guest)
            again = self.guest.js(ANSWER, self.uid, "ACCEPTED")
            self.check(not again, "stale answer: the second one goes through", str(again))
        self.check(bool(puts) and max(puts) < 500, "stale answer", f"PUT {puts}, asked {prompts}")
        shown = self.everybody_agrees("stale answer")
        self.check(
            self.utc(14, 7) in [i[1] for i in shown], "stale answer: the move is not undone"
        )
        for desk in self.desks:
            mine = f"mailto:{self.guest.mail}"
            answers = {i["utc"]: i["answers"].get(mine) for i in self.shown(desk)}
            # The occurrence that moved asks anew; a Thunderbird may answer it with the series.
            others = {v for start, v in answers.items() if start != self.utc(14, 7)}
            self.check(
                others == {"ACCEPTED"}, f"stale answer: {desk.user} sees it", json.dumps(answers)
            )

    def cancel(self):
        self.shown(self.first)
        self.first.js(DELETE, self.uid)
        self.check(self.stored() is None, "cancel: gone from the diary")
        left = None
        for _ in range(10):
            left = {desk.user: self.shown(desk) for desk in self.desks}
            if all(i["status"] == "CANCELLED" for shown in left.values() for i in shown):
                break
            time.sleep(1)
        self.check(
            not left[self.first.user]
            and not left[self.second.user]
            and all(i["status"] == "CANCELLED" for i in left[self.guest.user]),
            "cancel: everybody has heard of it",
            json.dumps({u: [i["status"] for i in s] for u, s in left.items()}),
        )
        self.check(not self.mails, "cancel: no Thunderbird writes mails of its own", "")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("base_url")
    parser.add_argument("password")
    parser.add_argument("people", nargs=4)
    parser.add_argument("--thunderbird", metavar="PATH", help="binary to run")
    parser.add_argument("--trace", metavar="DIR", help="write the recorded HTTP, one file per step")
    with contextlib.suppress(KeyboardInterrupt):
        try:
            return Story(parser.parse_args()).run()
        except CannotRun as error:
            print(f"ERROR {error}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
