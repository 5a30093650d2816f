"""A house with diaries whose clock the test sets: who is told what, and when."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from calendars.kernel.database import Database
from calendars.kernel.identifiers import etag_of
from calendars.model.language import Language
from calendars.model.principal import Principal, Role
from calendars.services.delete_object import delete_object
from calendars.storage.calendar_objects import ObjectValues
from notifications.tables import outbox
from scheduler.reminders.desk import Desk
from scheduler.reminders.model import Guidance
from scheduler.reminders.rules import Policy, SendingHours
from scheduler.reminders.service import remind
from scheduler.reminders.tables import reminder_watches
from scheduler.working_time.holidays import public_holidays
from scheduler.working_time.rules import WorkingDays
from tests.builders import NOUMEA, a_valarm
from tests.scheduler.reminders.year import Entry, epoch
from tests.stores import a_person, object_path, put

WORKING = WorkingDays(public_holidays((2025, 2026, 2027), country="FR", subdivision="NC"))
HOURS = SendingHours(WORKING, NOUMEA)


def at(text: str) -> int:
    """An instant by the clocks of Nouméa."""
    return int(datetime.fromisoformat(text).replace(tzinfo=NOUMEA).timestamp())


def mail(trigger: str = "-PT15M", *extra: str, to: Sequence[str] = ("anne@example.org",)) -> str:
    """An alarm that goes off as a mail."""
    named = [f"ATTENDEE:mailto:{one}" for one in to]
    return a_valarm(trigger, action="EMAIL", extra=[*named, "SUMMARY:x", *extra])


class Told(NamedTuple):
    """A letter in the outbox."""

    recipient: str
    start: str
    """Of the occurrence, by the clocks of Nouméa."""
    leaves: str
    state: str
    facts: dict[str, object]

    @property
    def short(self) -> tuple[str, str]:
        """Whom, of what."""
        return self.recipient, self.start


def clock(instant: int | str) -> str:
    """`03-05 08:00` in Nouméa; a day as it is."""
    if isinstance(instant, str):
        if "T" not in instant:
            return instant[5:]
        return f"{datetime.fromisoformat(instant).astimezone(NOUMEA):%m-%d %H:%M}"
    return f"{datetime.fromtimestamp(instant, NOUMEA):%m-%d %H:%M}"


@dataclass
class House:
    """Diaries, and the ticks of the service."""

    database: Database
    policies: tuple[Policy, ...] = (Policy("Formation", (7, 2)),)
    seen: int = 0
    people: dict[str, Principal] = field(default_factory=dict)

    def person(self, login: str = "anne", role: Role = Role.AGENT) -> Principal:
        """Somebody with a diary."""
        with self.database.transaction() as db:
            self.people[login] = a_person(db, login, role=role)
        return self.people[login]

    def write(self, text: str, when: str, path: str = "a.ics", login: str = "anne") -> None:
        """An object is written at an instant."""
        with self.database.transaction() as db:
            put(db, self.people[login], text, path, now=at(when))

    def delete(self, when: str, path: str = "a.ics", login: str = "anne") -> None:
        """An object goes."""
        with self.database.transaction() as db:
            person = self.people[login]
            delete_object(db, person, object_path(person, path), now=at(when))

    @property
    def desk(self) -> Desk:
        """What a tick works with."""
        return Desk(Guidance(self.policies, HOURS), Language.FRENCH)

    def tick(self, when: str | int) -> list[Told]:
        """What is new in the outbox after a tick, in no order."""
        remind(self.database, self.desk, now=at(when) if isinstance(when, str) else when)
        found = self.letters()
        fresh, self.seen = found[self.seen :], len(found)
        return fresh

    def tick_through(self, first: str, last: str, every: int = 1800) -> list[tuple[str, Told]]:
        """Ticks at regular intervals: when something was told, and what."""
        return [
            (clock(now), told)
            for now in range(at(first), at(last) + 1, every)
            for told in self.tick(now)
        ]

    def tick_when_due(self, first: str, last: str) -> list[tuple[str, Told]]:
        """The same, with ticks at the start and whenever something falls due."""
        now, told = at(first), []
        while now <= at(last):
            told += [(clock(now), one) for one in self.tick(now)]
            with self.database.reading() as db:
                following = db.execute(select(func.min(reminder_watches.c.due_at))).scalar()
            now = at(last) + 1 if following is None else max(following, now + 60)
        return told

    def letters(self) -> list[Told]:
        """All letters, oldest first."""
        columns = (outbox.c.recipient, outbox.c.body, outbox.c.due_at, outbox.c.state)
        with self.database.reading() as db:
            rows = db.execute(select(*columns).order_by(outbox.c.id)).all()
        return [
            Told(
                recipient.removeprefix("mailto:"), clock(str(json.loads(body)["start"])),
                clock(due_at), state, json.loads(body),
            )
            for recipient, body, due_at, state in rows
        ]  # fmt: skip


def row_of(entry: Entry, written_at: int) -> ObjectValues:
    """The row that a request which stores the entry makes."""
    data = entry.text.encode()
    start = epoch(entry.start)
    return ObjectValues(
        uid=entry.uid, component="VEVENT", visibility="PUBLIC", etag=etag_of(data),
        size=len(data), recurring=bool(entry.every), floating=entry.all_day,
        alarmed=bool(entry.alarms), starts_at=start, ends_at=start + 3600,
        indexed_from=start, indexed_until=start, written_at=written_at, written_by=None, data=data,
    )  # fmt: skip
