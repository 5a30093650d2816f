"""How far the instances of an object reach, and what asking for them may cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest

from calendars.model.component import parse
from calendars.model.instances import bounds, instances
from calendars.model.invalid import InvalidCalendarData, TooManyInstances
from calendars.model.recurrence import Budget
from calendars.model.window import ALWAYS, NEVER_AFTER, Window
from tests.builders import (
    NOUMEA,
    a_calendar,
    a_series,
    a_todo,
    an_event,
)
from tests.instants import (
    DAY,
    HOUR,
    MONTHS,
    START,
    WEEK,
    found,
    moved,
    stamp,
)


def test_an_open_window_costs_what_is_taken_from_it() -> None:
    text = an_event(start=START, rrule="FREQ=DAILY")
    endless = Window(stamp(START + 365 * DAY), NEVER_AFTER)
    budget = Budget(5, 5)
    first = next(instances(parse(text), endless, zone=NOUMEA, budget=budget))
    assert first.starts_at == stamp(START + 365 * DAY)
    with pytest.raises(TooManyInstances):
        list(instances(parse(text), endless, zone=NOUMEA, budget=Budget()))


def test_added_dates_cost_like_instances() -> None:
    dates = [START + n * HOUR for n in range(1, 30)]
    text = an_event(start=START, rdates=dates)
    with pytest.raises(TooManyInstances):
        list(instances(parse(text), MONTHS, zone=NOUMEA, budget=Budget(20, 20)))


BOUNDS: dict[str, tuple[str, Sequence[datetime | None]]] = {
    "single": (an_event(start=START), [START, START + HOUR]),
    "endless": (an_event(start=START, rrule="FREQ=WEEKLY"), [START, None]),
    "COUNT": (a_series(start=START), [START, START + 3 * WEEK + HOUR]),
    "counted COUNT": (
        an_event(start=START, rrule="FREQ=MONTHLY;BYDAY=1TU;COUNT=3"),
        [START, START + 9 * WEEK + HOUR],
    ),
    "UNTIL": (
        an_event(start=START, rrule="FREQ=DAILY;UNTIL=20360301T000000Z"),
        [START, datetime(2036, 3, 1, 9, 0, tzinfo=NOUMEA)],
    ),
    "UNTIL long before": (
        an_event(start=START, rrule="FREQ=DAILY;UNTIL=20000101T000000Z"),
        [START, START + HOUR],
    ),
    "UNTIL year 9999": (
        an_event(start=START, rrule="FREQ=DAILY;UNTIL=99991231T000000Z"),
        [START, None],
    ),
    "COUNT without sense": (
        an_event(start=START, rrule="FREQ=DAILY;COUNT=999999999"),
        [START, None],
    ),
    "too many to count": (
        an_event(start=START, rrule="FREQ=DAILY;BYMONTH=1,2,3,4,5,6;COUNT=9999"),
        [START, None],
    ),
    "last excluded": (
        a_series(start=START, exdates=[START + 3 * WEEK, START + 2 * WEEK]),
        [START, START + WEEK + HOUR],
    ),
    "first excluded": (
        a_series(start=START, exdates=[START]),
        [START + WEEK, START + 3 * WEEK + HOUR],
    ),
    "moved away": (
        a_series(moved(START + 3 * WEEK, START - DAY), start=START),
        [START - DAY, START + 2 * WEEK + HOUR],
    ),
    "added date": (
        a_series(start=START, rdates=[START + 50 * WEEK]),
        [START, START + 50 * WEEK + HOUR],
    ),
    "override alone": (a_calendar(moved(START, START + DAY)), [START + DAY, START + DAY + HOUR]),
}


@pytest.mark.parametrize(("text", "expected"), BOUNDS.values(), ids=BOUNDS)
def test_from_the_first_start_to_the_last_end(
    text: str, expected: Sequence[datetime | None]
) -> None:
    first, last = expected
    assert first is not None
    assert bounds(parse(text), NOUMEA) == (
        stamp(first),
        NEVER_AFTER if last is None else stamp(last),
    )


def test_bounds_of_what_has_no_time() -> None:
    assert bounds(parse(a_todo()), NOUMEA) == ALWAYS
    empty = bounds(
        parse(a_series(start=START, exdates=[START + n * WEEK for n in range(4)])), NOUMEA
    )
    assert empty.start == empty.end


@pytest.mark.parametrize(
    "line",
    ["RRULE:FREQ=DAILY;INTERVAL=0", "RDATE:tomorrow", "EXDATE:20260230", "DURATION:long"],
)
def test_what_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(InvalidCalendarData):
        found(a_series(start=START, end=None, rrule="", extra=["RDATE:20260401T000000Z", line]))


def test_no_date_is_too_far_to_be_answered() -> None:
    for text in (
        an_event(start="00010101T000000Z", end="99991231T235959Z"),
        an_event(start="99991231T230000Z", duration="P100D"),
        an_event(
            start=START, end=None, extra=["RDATE;VALUE=PERIOD:00010101T000000Z/99991231T235959Z"]
        ),
    ):
        calendar = parse(text)
        assert found(text, MONTHS) is not None
        for one in found(text, ALWAYS):
            assert one.dtstart is not None
            assert one.dtend is not None
        assert bounds(calendar, NOUMEA).start < bounds(calendar, NOUMEA).end
