"""Free-busy tells when, in as few periods as can be, and never why (RFC 4791 §7.10)."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calendars.model.component import Component, parse
from calendars.model.free_busy import BusyInterval, free_busy, merge
from calendars.model.window import NEVER_AFTER, NEVER_BEFORE, Window

HOUR = 3_600
EIGHT = int(datetime(2026, 3, 3, 8, 0, tzinfo=UTC).timestamp())
DAY = Window(EIGHT - 8 * HOUR, EIGHT + 16 * HOUR)


def busy(start: float, end: float, kind: str = "B") -> BusyInterval:
    """In hours after eight."""
    return BusyInterval(EIGHT + int(start * HOUR), EIGHT + int(end * HOUR), kind)


def written(*intervals: BusyInterval) -> Component:
    """The VFREEBUSY of a day."""
    calendar = parse(free_busy(merge(intervals, DAY), DAY, stamp=EIGHT))
    [component] = calendar.components
    return component


@pytest.mark.rfc("4791 §7.10")
def test_nobody_busy() -> None:
    component = written()
    assert component.name == "VFREEBUSY"
    assert not component.all("FREEBUSY")
    assert [str(line) for line in component.lines] == [
        "DTSTAMP:20260303T080000Z",
        "DTSTART:20260303T000000Z",
        "DTEND:20260304T000000Z",
    ]


@pytest.mark.rfc("5545 §3.2.9")
def test_each_kind_has_its_periods_in_utc_by_start() -> None:
    component = written(busy(4, 5, "U"), busy(2, 3, "T"), busy(0, 1), busy(6, 7, "F"))
    assert [str(line) for line in component.all("FREEBUSY")] == [
        "FREEBUSY;FBTYPE=BUSY:20260303T080000Z/20260303T090000Z",
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260303T100000Z/20260303T110000Z",
        "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260303T120000Z/20260303T130000Z",
    ]


@pytest.mark.rfc("4791 §7.10")
@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        pytest.param([busy(0, 2), busy(1, 3)], [busy(0, 3)], id="overlapping"),
        pytest.param([busy(1, 2), busy(0, 1)], [busy(0, 2)], id="touching"),
        pytest.param([busy(0, 9), busy(1, 2)], [busy(0, 9)], id="inside"),
        pytest.param([busy(3, 4), busy(0, 1)], [busy(0, 1), busy(3, 4)], id="apart"),
        pytest.param(
            [busy(0, 2), busy(1, 3, "T")], [busy(0, 2), busy(1, 3, "T")], id="of-two-kinds"
        ),
        pytest.param([busy(-99, 99)], [busy(-8, 16)], id="longer-than-the-window"),
        pytest.param([busy(16, 20), busy(-9, -8)], [], id="outside"),
        pytest.param([BusyInterval(EIGHT, EIGHT + 1, "B")], [], id="without-length"),
        pytest.param(
            [BusyInterval(NEVER_BEFORE, NEVER_AFTER, "U")], [busy(-8, 16, "U")], id="for-ever"
        ),
    ],
)
def test_periods_are_merged_and_clipped(
    intervals: list[BusyInterval], expected: list[BusyInterval]
) -> None:
    assert merge(intervals, DAY) == expected


def test_a_grain_hides_the_minutes() -> None:
    odd = BusyInterval(EIGHT + 61, EIGHT + 29 * 60, "B")
    assert merge([odd], DAY, grain=900) == [busy(0, 0.5)]
    assert merge([odd, BusyInterval(EIGHT + 1_801, EIGHT + 1_900, "B")], DAY, grain=900) == [
        busy(0, 0.75)
    ]


@pytest.mark.rfc("5546 §3.3.3")
def test_a_reply_says_whose_it_is() -> None:
    text = free_busy(
        [busy(0, 1)],
        DAY,
        stamp=EIGHT,
        method="REPLY",
        lines=["UID:1", f"ATTENDEE;CN={'a' * 80}:mailto:anne@niaouli.test"],
    )
    calendar = parse(text)
    assert calendar.value("METHOD") == "REPLY"
    assert calendar.components[0].value("ATTENDEE") == "mailto:anne@niaouli.test"
    assert max(map(len, text.encode().split(b"\r\n"))) <= 75


INTERVALS = st.lists(
    st.builds(
        lambda start, length, kind: BusyInterval(EIGHT + start, EIGHT + start + length, kind),
        st.integers(-60, 60),
        st.integers(2, 30),
        st.sampled_from("BTUF"),
    ),
    max_size=12,
)


@given(INTERVALS)
@example([BusyInterval(EIGHT + 39, EIGHT + 50, "B")])
def test_merging_keeps_every_busy_second_and_no_other(intervals: list[BusyInterval]) -> None:
    window = Window(EIGHT - 40, EIGHT + 40)
    merged = merge(intervals, window)

    def seconds(of: list[BusyInterval], kind: str) -> set[int]:
        return {
            second
            for start, end, busy in of
            if busy == kind
            for second in range(max(start, window.start), min(end, window.end))
        }

    assert merged == sorted(merged)
    assert all(window.start <= one.starts_at < one.ends_at <= window.end for one in merged)
    for kind in "BTU":
        assert seconds(merged, kind) == seconds(intervals, kind)
        ends = [(one.starts_at, one.ends_at) for one in merged if one.busy == kind]
        assert all(end < start for (_, end), (start, _) in pairwise(ends))
    # What the window's edge cut down to a second cannot be told from what has no length.
    assert merge(merged, window) == [one for one in merged if one.ends_at - one.starts_at > 1]
