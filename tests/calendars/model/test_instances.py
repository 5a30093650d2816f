"""The time that one component takes (RFC 4791 §9.9)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.model.window import ALWAYS, NEVER_AFTER, NEVER_BEFORE, Window
from tests.builders import (
    Moment,
    a_calendar,
    a_component,
    a_journal,
    a_todo,
    an_event,
)
from tests.instants import (
    DAY,
    HOUR,
    PARIS,
    START,
    found,
    stamp,
    window,
)


def test_a_single_event() -> None:
    (one,) = found(an_event(start=START))
    assert one.row == (stamp(START), stamp(START + HOUR), None, "B")
    assert (one.dtstart, one.dtend, one.due, one.original) == (START, START + HOUR, None, None)


@pytest.mark.rfc("4791 §9.9")
@pytest.mark.parametrize(
    ("during", "overlaps"),
    [
        (window(START - HOUR, START), False),
        (window(START - HOUR, START + HOUR / 60), True),
        (window(START + HOUR / 2, START + HOUR / 2 + timedelta(seconds=1)), True),
        (window(START + HOUR, START + 2 * HOUR), False),
        (Window(NEVER_BEFORE, stamp(START)), False),
        (Window(stamp(START), NEVER_AFTER), True),
    ],
    ids=["before", "start", "within", "after", "all before", "all after"],
)
def test_an_event_overlaps_what_shares_time_with_it(during: Window, *, overlaps: bool) -> None:
    assert bool(found(an_event(start=START), during)) is overlaps


@pytest.mark.rfc("4791 §9.9")
@pytest.mark.parametrize(
    "text",
    [
        an_event(start=START, end=None),
        an_event(start=START, duration="PT0S"),
        an_event(start=START, end=START),
    ],
    ids=["no end", "no length", "end at start"],
)
def test_an_event_without_length_takes_its_instant(text: str) -> None:
    (one,) = found(text)
    assert one.row[:2] == (stamp(START), stamp(START) + 1)
    assert one.dtend == START


def test_an_all_day_event_lasts_from_midnight_to_midnight_where_it_is_read() -> None:
    text = an_event(start=date(2026, 3, 3))
    (here,), (there,) = found(text), found(text, zone=PARIS)
    assert here.row[:2] == (stamp(date(2026, 3, 3)), stamp(date(2026, 3, 4)))
    assert there.starts_at == stamp(datetime(2026, 3, 3, tzinfo=PARIS))
    assert (here.dtstart, here.dtend) == (date(2026, 3, 3), date(2026, 3, 4))


def test_a_floating_event_happens_where_it_is_read() -> None:
    (one,) = found(an_event(start=START.replace(tzinfo=None)), zone=PARIS)
    assert one.starts_at == stamp(START.replace(tzinfo=PARIS))
    assert one.dtstart == START.replace(tzinfo=None)


@pytest.mark.parametrize(
    ("status", "transparency", "busy"),
    [
        ("CONFIRMED", "OPAQUE", "B"),
        ("TENTATIVE", "OPAQUE", "T"),
        ("CANCELLED", "OPAQUE", "F"),
        ("CONFIRMED", "TRANSPARENT", "F"),
        ("tentative", "opaque", "T"),
    ],
)
@pytest.mark.rfc("4791 §7.10")
def test_what_an_event_does_to_free_busy_time(status: str, transparency: str, busy: str) -> None:
    (one,) = found(an_event(start=START, status=status, transparency=transparency))
    assert one.busy == busy


@pytest.mark.rfc("4791 §9.9")
@settings(max_examples=300)
@given(
    st.tuples(*[st.none() | st.integers(-5, 5)] * 4),
    st.none() | st.integers(0, 4),
    st.integers(-8, 8),
    st.integers(1, 8),
)
def test_tasks_match_as_the_table_of_rfc_4791_says(
    times: tuple[int | None, ...], duration: int | None, low: int, length: int
) -> None:
    start, due, completed, created = times
    if start is None or due is not None:
        duration = None

    def at(second: int | None) -> Moment | None:
        return None if second is None else START.astimezone(UTC) + timedelta(seconds=second)

    text = a_todo(
        start=at(start),
        due=at(due),
        completed=at(completed),
        created=at(created),
        duration="" if duration is None else f"PT{duration}S",
    )
    during = Window(stamp(START) + low, stamp(START) + low + length)
    expected = _table(start, due, duration, completed, created, low, low + length)
    assert bool(found(text, during)) is expected


def _table(
    dtstart: int | None,
    due: int | None,
    duration: int | None,
    completed: int | None,
    created: int | None,
    start: int,
    end: int,
) -> bool:
    if dtstart is not None and duration is not None:
        until = dtstart + duration
        return start <= until and (end > dtstart or end >= until)
    if dtstart is not None and due is not None:
        return (start < due or start <= dtstart) and (end > dtstart or end >= due)
    if dtstart is not None:
        return start <= dtstart < end
    if due is not None:
        return start < due <= end
    if completed is not None and created is not None:
        return (start <= created or start <= completed) and (end >= created or end >= completed)
    if completed is not None:
        return start <= completed <= end
    return created is None or end > created


def test_a_task_is_due() -> None:
    (by_due,) = found(a_todo(start=START, due=START + HOUR))
    (by_length,) = found(a_todo(start=START, duration=HOUR))
    (alone,) = found(a_todo(due=START))
    assert (by_due.dtstart, by_due.due, by_due.dtend) == (START, START + HOUR, None)
    assert by_length.due == START + HOUR
    assert (alone.dtstart, alone.due, alone.busy) == (None, START, "F")


@pytest.mark.rfc("4791 §9.9")
def test_journal_entries() -> None:
    (day,) = found(a_journal(start=date(2026, 3, 3)))
    (moment,) = found(a_journal(start=START))
    assert day.row == (stamp(date(2026, 3, 3)), stamp(date(2026, 3, 4)), None, "F")
    assert moment.row[:2] == (stamp(START), stamp(START) + 1)
    assert found(a_journal(start=None), ALWAYS) == []


@pytest.mark.rfc("4791 §9.9")
def test_free_busy_time_is_known_by_its_periods() -> None:
    lines = [
        "UID:f",
        "DTSTAMP:20260101T000000Z",
        "FREEBUSY:20260303T000000Z/PT1H,20260303T030000Z/20260303T040000Z",
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260304T000000Z/PT1H",
        "FREEBUSY;FBTYPE=FREE:20260305T000000Z/PT1H",
    ]
    text = a_calendar(a_component("VFREEBUSY", lines))
    assert [one.busy for one in found(text)] == ["B", "B", "T", "F"]
    dated = text.replace("UID:f", "DTSTART:20260303T023000Z\r\nDTEND:20260304T000000Z\r\nUID:f")
    assert [(one.busy, one.ends_at - one.starts_at) for one in found(dated)] == [
        ("F", 21 * 3_600 + 1_801),
        ("B", 3_600),
    ]


@pytest.mark.rfc("7953 §3.1")
@pytest.mark.parametrize(
    ("lines", "extent"),
    [
        ([], ALWAYS),
        (["DTSTART:20260302T210000Z"], (stamp(START), NEVER_AFTER)),
        (["DTSTART:20260302T210000Z", "DURATION:P1D"], (stamp(START), stamp(START + DAY))),
    ],
    ids=["always", "from then on", "for a day"],
)
def test_availability_reaches_as_far_as_it_says(lines: list[str], extent: tuple[int, int]) -> None:
    text = a_calendar(a_component("VAVAILABILITY", ["UID:a", *lines]))
    assert [one.row for one in found(text)] == [(*extent, None, "F")]
