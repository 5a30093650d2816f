"""Busy time of many: who may know what, and at what cost."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from calendars.kernel.database import Db
from calendars.model.free_busy import BusyInterval
from calendars.model.principal import Rights
from calendars.model.utc_text import DAY, utc_text
from calendars.model.window import Window
from calendars.services.gather_busy_time import BusyQuestion
from calendars.services.make_calendar import CalendarDraft, make_calendar
from calendars.services.tell_busy_time import FreeBusyPolicy, tell_busy_time
from calendars.storage import delegations
from tests.builders import a_series, an_event
from tests.stores import NOW, a_person, put

MONTH = BusyQuestion(Window(NOW, NOW + 31 * 86_400))


@pytest.mark.rule("SEC-5")
@pytest.mark.parametrize(
    ("rights", "policy", "known"),
    [
        (None, FreeBusyPolicy.EVERYBODY, True),
        (None, FreeBusyPolicy.DELEGATES, False),
        (Rights.FREE_BUSY, FreeBusyPolicy.DELEGATES, True),
        (Rights.READ, FreeBusyPolicy.DELEGATES, True),
    ],
)
def test_who_learns_when_somebody_is_busy(
    db: Db,
    rights: Rights | None,
    policy: FreeBusyPolicy,
    known: bool,
) -> None:
    anne, paul = a_person(db), a_person(db, "paul")
    put(db, paul, an_event())
    if rights is not None:
        delegations.grant(db, paul.id, anne.id, rights)

    told = tell_busy_time(db, anne, [paul], MONTH, policy=policy, now=NOW)

    assert (told[paul.id] is not None) == known


def test_many_people_cost_as_many_queries_as_few(db: Db) -> None:
    people = [a_person(db, f"p{number}") for number in range(12)]
    for person in people:
        put(db, person, a_series(rrule="FREQ=DAILY;COUNT=20"))
    asked: list[str] = []

    def count(how_many: int) -> int:
        asked.clear()
        told = tell_busy_time(db, people[0], people[:how_many], MONTH, now=NOW)
        assert all(len(told[one.id] or ()) == 20 for one in people[:how_many])
        return len(asked)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert count(12) == count(2) <= 12


@pytest.mark.rfc("7953 §7.2")
def test_an_availability_in_a_calendar_counts_as_the_one_of_the_inbox_does(db: Db) -> None:
    anne, paul = a_person(db), a_person(db, "paul")
    draft = CalendarDraft(("VAVAILABILITY",))
    make_calendar(db, paul, ("paul", "absences"), draft, now=NOW)
    day = NOW // DAY * DAY
    away = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VAVAILABILITY\r\nUID:away\r\nPRIORITY:1\r\n"
        f"DTSTAMP:{utc_text(NOW)}\r\nDTSTART:{utc_text(day)}\r\nDTEND:{utc_text(day + DAY)}\r\n"
        "END:VAVAILABILITY\r\nEND:VCALENDAR\r\n"
    )
    put(db, paul, away, "paul/absences/a.ics")

    window = Window(day - DAY, day + 2 * DAY)
    told = tell_busy_time(db, anne, [paul], BusyQuestion(window), now=NOW)

    assert told[paul.id] == [BusyInterval(day, day + DAY, "U")]
