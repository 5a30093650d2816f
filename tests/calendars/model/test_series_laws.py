"""Laws of recurrence sets, and an independent engine beside ours (RFC 5545 §3.8.5)."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.model.component import parse
from calendars.model.instances import bounds
from calendars.model.window import ALWAYS
from tests.builders import (
    NOUMEA,
    a_series,
    a_vevent,
    an_event,
)
from tests.instants import (
    DAY,
    HOUR,
    PARIS,
    found,
    window,
)


@st.composite
def series(draw: st.DrawFn) -> str:
    """A weekly or daily series with added, excluded and changed instances."""
    zone = draw(st.sampled_from([NOUMEA, PARIS, ZoneInfo("Australia/Lord_Howe")]))
    start = datetime(2026, draw(st.integers(1, 12)), draw(st.integers(1, 28)), 9, tzinfo=zone)
    rule = draw(st.sampled_from(["FREQ=WEEKLY", "FREQ=DAILY;INTERVAL=3", "FREQ=MONTHLY"]))
    count = draw(st.integers(1, 20))
    whole = an_event(start=start, rrule=f"{rule};COUNT={count}")
    at = [one.dtstart for one in found(whole, ALWAYS)]
    some = st.sets(st.sampled_from(at), max_size=3).map(
        lambda moments: [m for m in at if m in moments]
    )
    excluded, changed = draw(some), draw(some)
    length = draw(st.sampled_from(["PT1H", "P1D", "PT30H"]))
    overrides = [
        a_vevent(
            recurrence_id=original,
            start=original + draw(st.integers(1, 300)) * HOUR,
            duration="PT1H",
        )
        for original in changed
        if isinstance(original, datetime) and original not in excluded
    ]
    added = [start + n * DAY for n in draw(st.sets(st.integers(40, 60), max_size=3))]
    return a_series(
        *overrides,
        start=start,
        duration=length,
        rrule=f"{rule};COUNT={count}",
        rdates=added,
        exdates=[moment for moment in excluded if moment is not None],
    )


spans = st.tuples(st.integers(-30, 700), st.integers(1, 200))


@settings(max_examples=100, deadline=None)
@given(series(), spans)
def test_the_instances_are_those_of_an_independent_engine(text: str, span: tuple[int, int]) -> None:
    low = datetime(2026, 1, 1, tzinfo=UTC) + span[0] * DAY
    high = low + span[1] * DAY
    events = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(low, high)
    expected = sorted(event["DTSTART"].dt.astimezone(UTC) for event in events)

    ours = found(text, window(low, high))

    assert [datetime.fromtimestamp(one.starts_at, UTC) for one in ours] == expected


@settings(max_examples=100, deadline=None)
@given(series(), spans, st.integers(0, 100), st.integers(0, 100))
def test_a_window_shows_what_a_larger_one_shows_of_it(
    text: str, span: tuple[int, int], before: int, after: int
) -> None:
    low = datetime(2026, 1, 1, tzinfo=UTC) + span[0] * DAY
    high = low + span[1] * DAY
    inner = window(low, high)
    around = found(text, window(low - before * DAY, high + after * DAY))

    inside = [one.row for one in found(text, inner)]

    assert inside == [one.row for one in around if inner.overlaps(one.starts_at, one.ends_at)]
    assert all(one.starts_at <= two.starts_at for one, two in pairwise(around))


@settings(max_examples=60, deadline=None)
@given(series())
def test_the_bounds_are_exact(text: str) -> None:
    everything = found(text, ALWAYS)
    extent = bounds(parse(text), NOUMEA)
    if everything:
        assert extent.start == min(one.starts_at for one in everything)
        assert extent.end == max(one.ends_at for one in everything)
    else:
        assert extent.start == extent.end
