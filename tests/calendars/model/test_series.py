"""Recurrence sets with their exceptions and overrides (RFC 5545 §3.8.4.4, §3.8.5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from calendars.model.component import parse
from calendars.model.instances import is_recurring
from calendars.model.invalid import TooManyInstances
from calendars.model.window import ALWAYS
from tests.builders import (
    Moment,
    a_calendar,
    a_series,
    a_todo,
    a_vevent,
    a_vtodo,
    an_event,
)
from tests.instants import (
    DAY,
    HOUR,
    PARIS,
    START,
    WEEK,
    found,
    moved,
    stamp,
    starts,
    summaries,
    window,
)


@pytest.mark.rfc("5545 §3.8.5.3")
@pytest.mark.parametrize(
    ("ending", "hours"),
    [("DTEND;TZID=Europe/Paris:20260328T120000", 24), ("DURATION:P1D", 23), ("DURATION:PT24H", 24)],
    ids=["DTEND is exact", "days are nominal", "hours are exact"],
)
def test_length_in_the_night_of_the_change(ending: str, hours: int) -> None:
    start = datetime(2026, 3, 27, 12, 0, tzinfo=PARIS)
    text = an_event(start=start, end=None, rrule="FREQ=DAILY;COUNT=2", extra=[ending])
    assert (found(text)[1].ends_at - found(text)[1].starts_at) // 3_600 == hours


def test_an_all_day_series_keeps_its_dates() -> None:
    text = an_event(start=date(2026, 3, 27), end=date(2026, 3, 29), rrule="FREQ=DAILY;COUNT=3")
    found_there = found(text, zone=PARIS)
    assert [(one.dtstart, one.dtend) for one in found_there] == [
        (date(2026, 3, day), date(2026, 3, day + 2)) for day in (27, 28, 29)
    ]
    assert [(one.ends_at - one.starts_at) // 3_600 for one in found_there] == [48, 47, 47]


def test_long_instances_reach_into_the_window() -> None:
    text = an_event(start=START, duration=40 * DAY, rrule="FREQ=WEEKLY")
    later = window(START + 10 * WEEK, START + 10 * WEEK + HOUR)
    assert starts(text, later) == [START + n * WEEK for n in (5, 6, 7, 8, 9, 10)]


@pytest.mark.rfc("5545 §3.8.5.2")
def test_dates_are_added_once_with_their_own_length() -> None:
    text = a_series(
        start=START,
        extra=[
            "RDATE;TZID=Pacific/Noumea:20260305T140000,20260310T080000",
            "RDATE;VALUE=PERIOD:20260305T030000Z/PT3H",
            "RDATE;VALUE=DATE:20260306",
        ],
    )
    rows = [(one.dtstart, one.ends_at - one.starts_at) for one in found(text)]
    assert rows[:4] == [
        (START, 3_600),
        (START + 2 * DAY + 6 * HOUR, 3 * 3_600),
        (START + 3 * DAY, 3_600),
        (START + WEEK, 3_600),
    ]
    assert len(rows) == 6


@pytest.mark.rfc("5545 §3.8.5.1")
@pytest.mark.parametrize(
    "exdate",
    [
        "EXDATE;TZID=Pacific/Noumea:20260310T080000",
        "EXDATE:20260309T210000Z",
        "EXDATE;TZID=Europe/Paris:20260309T220000",
        "EXDATE;VALUE=DATE:20260310",
        "EXDATE:20260310T080000",
    ],
    ids=["same zone", "UTC", "other zone", "date", "floating"],
)
def test_an_excluded_instance_is_found_by_its_instant(exdate: str) -> None:
    assert starts(a_series(start=START, extra=[exdate])) == [
        START,
        START + 2 * WEEK,
        START + 3 * WEEK,
    ]


@pytest.mark.parametrize(
    "exdate",
    [
        "EXDATE;VALUE=DATE:20260310",
        "EXDATE:20260310",
        "EXDATE:20260310T000000Z",
        "EXDATE:20260309T130000Z",
        "EXDATE;TZID=Pacific/Noumea:20260310T000000",
    ],
    ids=["date", "untold date", "midnight in UTC", "midnight as UTC", "midnight"],
)
def test_of_an_all_day_series_only_dates_count(exdate: str) -> None:
    text = a_series(start=date(2026, 3, 3), extra=[exdate])
    assert [one.dtstart for one in found(text)] == [
        date(2026, 3, 3),
        date(2026, 3, 17),
        date(2026, 3, 24),
    ]


def test_several_rules_add_up() -> None:
    text = an_event(
        start=START, rrule="FREQ=WEEKLY;COUNT=3", extra=["RRULE:FREQ=DAILY;INTERVAL=7;COUNT=4"]
    )
    assert starts(text) == [START + n * WEEK for n in range(4)]


def test_an_exception_rule_takes_away() -> None:
    text = an_event(
        start=START, rrule="FREQ=DAILY;COUNT=14", extra=["EXRULE:FREQ=WEEKLY;BYDAY=SA,SU"]
    )
    assert [start.weekday() for start in starts(text)] == [1, 2, 3, 4, 0, 1, 2, 3, 4, 0]


def test_exceptions_that_take_all_away_end_in_a_refusal_or_nothing() -> None:
    text = an_event(start=START, rrule="FREQ=DAILY", extra=["EXRULE:FREQ=DAILY"])
    assert starts(text) == []
    with pytest.raises(TooManyInstances):
        found(text, ALWAYS)


def test_clocks_that_skip_an_hour_keep_the_order() -> None:
    start = datetime(2026, 3, 29, 0, 0, tzinfo=PARIS)
    text = an_event(start=start, duration=HOUR, rrule="FREQ=HOURLY;COUNT=6;BYMINUTE=0,30")
    begun = [one.starts_at for one in found(text)]
    assert begun == sorted(set(begun))


@pytest.mark.rfc("5545 §3.8.4.4")
@pytest.mark.parametrize(
    "original",
    [
        START + WEEK,
        (START + WEEK).astimezone(UTC),
        (START + WEEK).astimezone(PARIS),
        (START + WEEK).replace(tzinfo=None),
        (START + WEEK).date(),
    ],
    ids=["same zone", "UTC", "other zone", "floating", "date"],
)
def test_an_override_replaces_the_instance_that_it_names(original: Moment) -> None:
    text = a_series(moved(original, START + WEEK + 2 * HOUR), start=START)
    assert starts(text) == [START, START + WEEK + 2 * HOUR, START + 2 * WEEK, START + 3 * WEEK]
    assert found(text)[1].original == START + WEEK
    assert found(text)[1].recurrence_id == stamp(START + WEEK)


def test_an_override_moved_behind_the_next_stands_there() -> None:
    text = a_series(moved(START, START + WEEK + HOUR), start=START)
    assert [one.recurrence_id for one in found(text)] == [
        stamp(START + n * WEEK) for n in (1, 0, 2, 3)
    ]


def test_an_override_is_found_where_it_is_now_and_not_where_it_was() -> None:
    text = a_series(moved(START + WEEK, START + 3 * DAY), start=START)
    assert starts(text, window(START + WEEK, START + WEEK + HOUR)) == []
    assert starts(text, window(START + 3 * DAY, START + 4 * DAY)) == [START + 3 * DAY]


def test_a_cancelled_instance_stays_one_and_takes_no_time() -> None:
    text = a_series(a_vevent(recurrence_id=START, start=START, status="CANCELLED"), start=START)
    assert [one.busy for one in found(text)] == ["F", "B", "B", "B"]


def test_overrides_without_master_stand_for_themselves() -> None:
    text = a_calendar(moved(START + WEEK, START + WEEK), moved(START, START + DAY))
    assert [(one.dtstart, one.original) for one in found(text)] == [
        (START + DAY, START),
        (START + WEEK, START + WEEK),
    ]
    assert is_recurring(parse(text))


def test_an_override_of_what_the_rule_does_not_know_is_shown() -> None:
    text = a_series(moved(START + DAY, START + DAY), start=START)
    assert starts(text)[:2] == [START, START + DAY]


def test_a_deleted_instance_stays_deleted_though_its_override_was_left() -> None:
    text = a_series(moved(START + WEEK, START + 8 * DAY), start=START, exdates=[START + WEEK])
    assert starts(text) == [START, START + 2 * WEEK, START + 3 * WEEK]


FUTURE = "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Pacific/Noumea:{:%Y%m%dT%H%M%S}"


def and_later(original: datetime, start: Moment, summary: str) -> str:
    return a_vevent(start=start, summary=summary, extra=[FUTURE.format(original)])


@pytest.mark.rfc("5545 §3.2.13")
def test_a_change_of_all_that_follows() -> None:
    text = a_series(
        and_later(START + WEEK, START + WEEK + HOUR, "later"),
        moved(START + 2 * WEEK, START + 2 * WEEK + 5 * HOUR, "single"),
        and_later(START + 3 * WEEK, START + 3 * WEEK + 3 * HOUR, "last"),
        start=START,
        rrule="FREQ=WEEKLY;COUNT=5",
        summary="first",
    )
    assert summaries(text) == ["first", "later", "single", "last", "last"]
    assert starts(text) == [
        START,
        START + WEEK + HOUR,
        START + 2 * WEEK + 5 * HOUR,
        START + 3 * WEEK + 3 * HOUR,
        START + 4 * WEEK + 3 * HOUR,
    ]
    assert [one.original for one in found(text)] == [START + n * WEEK for n in range(5)]


def test_what_follows_may_move_before_what_came_first() -> None:
    text = a_series(and_later(START + WEEK, START - DAY, "earlier"), start=START)
    assert starts(text) == [START - DAY, START, START + 6 * DAY, START + 13 * DAY]


def test_a_change_of_all_that_follows_may_change_the_zone() -> None:
    start = datetime(2026, 3, 17, 8, 0, tzinfo=PARIS)
    text = a_series(
        and_later(START + WEEK, start, "abroad"), start=START, rrule="FREQ=WEEKLY;COUNT=4"
    )
    assert [one.dtstart for one in found(text)] == [
        START,
        start,
        start + WEEK,
        # The clocks of Paris have changed since; the time of day is what was meant.
        datetime(2026, 3, 31, 8, 0, tzinfo=PARIS),
    ]


def test_recurring_tasks_expand() -> None:
    override = a_vtodo(recurrence_id=START + WEEK, start=START + WEEK, status="COMPLETED")
    text = a_calendar(a_vtodo(start=START, due=START + DAY, rrule="FREQ=WEEKLY;COUNT=3"), override)
    assert [(one.dtstart, one.due) for one in found(text)] == [
        (START, START + DAY),
        (START + WEEK, None),
        (START + 2 * WEEK, START + 2 * WEEK + DAY),
    ]


def test_a_recurring_task_may_have_nothing_but_a_due_date() -> None:
    text = a_todo(due=START, rrule="FREQ=WEEKLY;COUNT=3")
    assert [one.due for one in found(text)] == [START + n * WEEK for n in range(3)]
    assert starts(text, window(START - HOUR, START)) == [START - timedelta(seconds=1)]


def test_a_file_of_several_series_is_told_apart_by_uid() -> None:
    one = a_vevent(uid="one", start=START, rrule="FREQ=WEEKLY;COUNT=2")
    two = a_vevent(uid="two", start=START + HOUR, rrule="FREQ=WEEKLY;COUNT=2")
    change = a_vevent(uid="two", recurrence_id=START + WEEK + HOUR, start=START - HOUR)
    text = a_calendar(one, two, change)
    assert [one.component.value("UID") for one in found(text)] == ["two", "one", "two", "one"]
