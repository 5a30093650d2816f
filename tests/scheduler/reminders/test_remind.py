"""Reminders leave once, in time, to whom they concern, and move with the event (TIM-11, NOT-3)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest

from calendars.kernel.database import Database
from calendars.services.make_calendar import remove_calendar
from scheduler.reminders import service
from scheduler.reminders.rules import Policy
from scheduler.reminders.wishes import Wishes
from tests.builders import NOUMEA, a_series, a_vevent, an_event
from tests.scheduler.reminders.house import House, at, mail
from tests.stores import a_collection

THURSDAY = datetime(2026, 3, 5, 9, 0, tzinfo=NOUMEA)
COURSE = {"start": THURSDAY, "categories": ["Formation"]}
MEETING = {
    **COURSE,
    "organizer": "anne@example.org",
    "attendees": {
        "anne@example.org": "ACCEPTED",
        "famille@outside.test": "NEEDS-ACTION",
        "absent@outside.test": "DECLINED",
    },
}
HOSTILE = Path(__file__).parents[2] / "data" / "corpus" / "hostile"


@pytest.fixture
def house(database: Database) -> House:
    one = House(database)
    one.person("anne")
    one.tick("2026-01-01T00:00")
    return one


@pytest.mark.rule("TIM-11")
def test_an_alarm_is_told_once_when_it_goes_off(house: House) -> None:
    house.write(an_event(start=THURSDAY, alarms=[mail("-PT30M")]), "2026-03-02T08:00")
    told = house.tick_through("2026-03-05T07:00", "2026-03-05T10:00", 600)
    assert [(when, one.short) for when, one in told] == [
        ("03-05 08:30", ("anne@example.org", "03-05 09:00"))
    ]


@pytest.mark.rule("TIM-11")
def test_a_policy_reminds_the_owner_and_the_people_outside_who_have_not_declined(
    house: House,
) -> None:
    house.write(an_event(**MEETING), "2026-02-20T08:00")  # type: ignore[arg-type]
    told = house.tick_when_due("2026-02-25T00:00", "2026-03-06T00:00")
    both = {"anne@example.org", "famille@outside.test"}
    assert {when for when, _ in told} == {"02-26 07:30", "03-03 07:30"}
    assert {one.recipient for _, one in told} == both
    assert len(told) == 4


def test_a_colleague_is_reminded_by_his_own_diary_and_only_as_he_wants(house: House) -> None:
    house.person("paul")
    text = an_event(**(MEETING | {"attendees": ["paul@example.org"]}))  # type: ignore[arg-type]
    house.write(text, "2026-02-20T08:00")
    house.write(text, "2026-02-20T08:00", login="paul")
    assert {one.recipient for one in house.tick("2026-02-26T07:30")} == {
        "anne@example.org",
        "paul@example.org",
    }
    with house.database.transaction() as db:
        service.set_wishes(db, house.people["paul"], Wishes(muted=("formation",)))
    assert [one.recipient for one in house.tick("2026-03-03T07:30")] == ["anne@example.org"]


@pytest.mark.rule("NOT-3")
def test_moved_with_the_event_and_gone_with_it(house: House) -> None:
    house.write(an_event(**COURSE), "2026-02-20T08:00")  # type: ignore[arg-type]
    assert len(house.tick("2026-02-26T07:30")) == 1
    later = THURSDAY + timedelta(days=14)
    moved = an_event(start=later, categories=["Formation"])
    house.write(moved, "2026-02-27T10:00")
    told = house.tick_when_due("2026-02-27T10:00", "2026-03-13T00:00")
    assert [when for when, _ in told] == ["03-12 07:30"]
    house.delete("2026-03-13T08:00")
    # The letter that no relay has taken yet is taken back.
    assert house.tick_when_due("2026-03-13T08:00", "2026-03-20T00:00") == []
    assert [one.state for one in house.letters()] == ["CANCELLED", "CANCELLED"]


@pytest.mark.rule("NOT-3")
def test_what_waits_and_is_still_right_is_told_with_what_holds_now(house: House) -> None:
    house.write(an_event(**COURSE), "2026-02-20T08:00")  # type: ignore[arg-type]
    house.tick("2026-03-03T07:30")
    hour_later = THURSDAY + timedelta(hours=1)
    house.write(an_event(start=hour_later, categories=["Formation"]), "2026-03-03T08:00")
    house.tick("2026-03-03T08:05")
    assert [(one.state, one.start) for one in house.letters()] == [("PENDING", "03-05 10:00")]


def test_what_was_due_before_the_event_was_written_is_no_news(house: House) -> None:
    house.write(an_event(**COURSE), "2026-03-03T10:00")  # type: ignore[arg-type]
    assert house.tick_when_due("2026-03-03T10:00", "2026-03-06T00:00") == []


@pytest.mark.rule("TIM-11")
@pytest.mark.rule("acceptance 11")
def test_after_an_outage_of_a_day_only_what_is_still_of_use(house: House) -> None:
    friday = THURSDAY + timedelta(days=1)
    morning = datetime(2026, 3, 4, 9, 0, tzinfo=NOUMEA)
    for name, text in {
        "past": an_event(uid="past", start=morning, alarms=[mail("-PT30M")]),
        "both": an_event(uid="both", start=friday, alarms=[mail("-P3D"), mail("-P2D")]),
        "later": an_event(uid="later", start=THURSDAY, alarms=[mail("-P1D")]),
    }.items():
        house.write(text, "2026-03-01T08:00", f"{name}.ics")
    house.tick("2026-03-03T08:00")
    # Down from Tuesday 8:00 to Wednesday 10:00.
    told = house.tick("2026-03-04T10:00")
    assert sorted(one.start for one in told) == ["03-05 09:00", "03-06 09:00"]
    assert house.tick("2026-03-04T10:01") == []


@pytest.mark.rule("TIM-11")
def test_what_an_outage_made_late_waits_for_the_morning_to_be_told_outside(house: House) -> None:
    house.write(an_event(**MEETING), "2026-02-20T08:00")  # type: ignore[arg-type]
    house.tick("2026-03-03T07:00")
    told = house.tick("2026-03-03T22:00")
    assert {one.leaves for one in told} == {"03-04 07:00"}


def test_clocks_that_jump_do_no_harm(house: House) -> None:
    text = a_series(start=THURSDAY, rrule="FREQ=WEEKLY;COUNT=6", alarms=[mail("-PT30M")])
    house.write(text, "2026-03-01T08:00")
    house.tick("2026-03-01T08:01")
    house.tick("2026-03-19T08:40")  # two weeks ahead by mistake
    told = house.tick_when_due("2026-03-02T08:00", "2026-04-10T00:00")
    assert [one.start for _, one in told] == [
        "03-05 09:00", "03-12 09:00", "03-26 09:00", "04-02 09:00", "04-09 09:00"
    ]  # fmt: skip
    assert sorted(one.start for one in house.letters())[2] == "03-19 09:00"
    house.tick("2026-03-10T08:00")
    assert house.tick_when_due("2026-03-10T08:30", "2026-04-10T00:00") == []


@pytest.mark.parametrize("name", ["valarm-mail-relay-a.ics", "valarm-repeat-bomb-a.ics"])
def test_nobody_makes_the_service_write_to_strangers(house: House, name: str) -> None:
    text = (HOSTILE / name).read_text()
    # Fewer than the limit, so that it is stored.
    lines = [line for line in text.splitlines() if not line.startswith("ATTENDEE:mailto:victim")]
    lines.insert(lines.index("END:VALARM"), "ATTENDEE:mailto:victim1@corpus.example")
    lines = [
        line.replace("REPEAT:999999999", "REPEAT:9").replace("DISPLAY", "EMAIL") for line in lines
    ]
    house.write("\r\n".join(lines) + "\r\n", "2026-05-01T08:00")
    assert house.tick_when_due("2026-06-01T00:00", "2026-06-02T00:00") == []


def test_an_alarm_may_name_those_whom_its_owner_invited(house: House) -> None:
    alarm = mail("-PT1H", to=["famille@outside.test", "other@outside.test", "anne@example.org"])
    house.write(an_event(**(MEETING | {"categories": [], "alarms": [alarm]})), "2026-03-01T08:00")  # type: ignore[arg-type]
    told = house.tick("2026-03-05T08:00")
    assert {one.recipient for one in told} == {"anne@example.org", "famille@outside.test"}


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    ("rule", "owner", "outside"),
    [
        ("FREQ=HOURLY;COUNT=6", 6, 1),
        ("FREQ=HOURLY;BYMINUTE=0,10,20;COUNT=60", 0, 0),
    ],
)
def test_nobody_is_written_to_all_day_by_the_alarm_of_somebody_else(
    house: House, rule: str, owner: int, outside: int
) -> None:
    alarm = mail("-PT5M", to=["famille@outside.test", "anne@example.org"])
    parts = MEETING | {"categories": [], "alarms": [alarm], "rrule": rule}
    house.write(an_event(**parts), "2026-03-01T08:00")  # type: ignore[arg-type]
    told = [one.recipient for _, one in house.tick_when_due("2026-03-05T00:00", "2026-03-06T00:00")]
    assert told.count("anne@example.org") == owner
    assert told.count("famille@outside.test") == outside


@pytest.mark.rule("SEC-6")
@pytest.mark.parametrize(
    ("visibility", "title", "subject"),
    [("PUBLIC", "Bilan", "Bilan"), ("PRIVATE", "Bilan", ""), ("CONFIDENTIAL", "", "")],
)
def test_what_is_confidential_is_not_named(
    house: House, visibility: str, title: str, subject: str
) -> None:
    text = an_event(start=THURSDAY, summary="Bilan", visibility=visibility, alarms=[mail()])
    house.write(text, "2026-03-01T08:00")
    [told] = house.tick("2026-03-05T08:50")
    assert (told.facts["title"], told.facts["subject_title"]) == (title, subject)


def test_days_are_told_as_days(house: House) -> None:
    text = an_event(start=date(2026, 3, 5), end=date(2026, 3, 7), alarms=[mail("-PT15H")])
    house.write(text, "2026-03-01T08:00")
    [told] = house.tick("2026-03-04T09:00")
    assert (told.facts["start"], told.facts["end"]) == ("2026-03-05", "2026-03-07")


def test_each_occurrence_of_a_series_is_told_of_as_it_stands(house: House) -> None:
    week = timedelta(weeks=1)
    moved = THURSDAY + week + timedelta(hours=3)
    text = a_series(
        a_vevent(recurrence_id=THURSDAY + week, start=moved, alarms=[mail("-PT1H")]),
        start=THURSDAY, exdates=[THURSDAY + 2 * week], alarms=[mail("-PT30M")],
        rrule="FREQ=WEEKLY;COUNT=4",
    )  # fmt: skip
    house.write(text, "2026-03-01T08:00")
    told = house.tick_when_due("2026-03-01T08:00", "2026-04-05T00:00")
    assert [(when, one.start) for when, one in told] == [
        ("03-05 08:30", "03-05 09:00"), ("03-12 11:00", "03-12 12:00"),
        ("03-26 08:30", "03-26 09:00"),
    ]  # fmt: skip


def test_a_new_policy_holds_from_now_on(house: House) -> None:
    house.write(an_event(start=THURSDAY, categories=["Atelier"]), "2026-02-01T08:00")
    house.tick("2026-03-04T08:00")
    house.policies = (Policy("Atelier", (7, 1)),)
    assert house.tick("2026-03-04T09:00") == []
    house.write(
        an_event(uid="b", start=THURSDAY + timedelta(days=1), categories=["Atelier"]),
        "2026-03-04T09:30", "b.ics",
    )  # fmt: skip
    assert [one.start for one in house.tick("2026-03-05T07:30")] == ["03-06 09:00"]


def test_a_calendar_that_was_removed_reminds_nobody(house: House) -> None:
    anne = house.people["anne"]
    with house.database.transaction() as db:
        a_collection(db, anne.id, "second")
    house.write(an_event(**COURSE), "2026-02-20T08:00", "anne/second/a.ics")  # type: ignore[arg-type]
    house.tick("2026-02-26T07:30")
    with house.database.transaction() as db:
        remove_calendar(db, anne, ("anne", "second"), now=at("2026-02-27T08:00"))
    assert house.tick("2026-03-03T07:30") == []
    assert [one.state for one in house.letters()] == ["CANCELLED"]


@pytest.mark.parametrize("engine", ["postgresql"])
def test_two_processes_at_once_remind_of_each_once(house: House) -> None:
    for number in range(60):
        text = an_event(uid=f"e{number}", start=THURSDAY, alarms=[mail("-PT30M")])
        house.write(text, "2026-03-01T08:00", f"{number}.ics")
    house.tick("2026-03-01T08:01")
    url = house.database.engine.url.render_as_string(hide_password=False)
    both = [Database(url), Database(url)]
    together = Barrier(2)

    def tick(database: Database) -> int:
        together.wait(30)
        return service.remind(database, house.desk, now=at("2026-03-05T08:30"))

    with ThreadPoolExecutor(2) as threads:
        told = list(threads.map(tick, both))
    for one in both:
        one.close()
    assert sum(told) == len(house.letters()) == 60
