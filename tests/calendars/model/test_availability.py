"""When somebody is out of reach: VAVAILABILITY becomes busy time."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.model.availability import unavailable
from calendars.model.budget import Budget
from calendars.model.component import Component, parse
from calendars.model.window import Window

NOUMEA = ZoneInfo("Pacific/Noumea")
HOUR = 3_600


def at(day: int, hour: float) -> int:
    """An instant of March 2026 in Nouméa; the 2nd is a Monday."""
    midnight = datetime(2026, 3, day, tzinfo=NOUMEA)
    return int((midnight + timedelta(minutes=round(hour * 60))).timestamp())


def availability(*available: str, extra: str = "") -> Component:
    """A VAVAILABILITY with AVAILABLE components given by their lines."""
    parts = "".join(f"BEGIN:AVAILABLE\n{one}\nEND:AVAILABLE\n" for one in available)
    return parse(
        f"BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VAVAILABILITY\nUID:a\nDTSTAMP:20260101T000000Z\n"
        f"{extra}{parts}END:VAVAILABILITY\nEND:VCALENDAR\n"
    )


def weekly(start: str, end: str, days: str = "MO,TU,WE,TH,FR", uid: str = "") -> str:
    """Hours of work, by the clock of the site."""
    return (
        f"UID:{uid or start}\nDTSTART:20260105T{start}\nDTEND:20260105T{end}\n"
        f"RRULE:FREQ=WEEKLY;BYDAY={days}"
    )


def told(window: tuple[int, int], *calendars: Component) -> list[tuple[int, int, str]]:
    """What is found, as plain tuples."""
    found = unavailable(calendars, Window(*window), zone=NOUMEA, budget=Budget())
    return [tuple(one) for one in found]  # type: ignore[misc]


@pytest.mark.rfc("7953 §4")
def test_outside_of_working_hours_nobody_is_reached() -> None:
    hours = availability(weekly("073000", "113000"), weekly("123000", "160000"))

    assert told((at(2, 0), at(3, 0)), hours) == [
        (at(2, 0), at(2, 7.5), "U"),
        (at(2, 11.5), at(2, 12.5), "U"),
        (at(2, 16), at(3, 0), "U"),
    ]
    assert told((at(7, 0), at(8, 0)), hours) == [(at(7, 0), at(8, 0), "U")]


@pytest.mark.rfc("7953 §3.1")
@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ("BUSYTYPE:BUSY\n", [(at(2, 0), at(2, 8), "B"), (at(2, 9), at(3, 0), "B")]),
        ("BUSYTYPE:BUSY-TENTATIVE\n", [(at(2, 0), at(2, 8), "T"), (at(2, 9), at(3, 0), "T")]),
        ("DTSTART:20260302T100000\nDTEND:20260302T110000\n", [(at(2, 10), at(2, 11), "U")]),
        ("DTSTART:20260303T000000\n", []),
        ("DTEND:20260302T080000\n", [(at(2, 0), at(2, 8), "U")]),
    ],
    ids=["busy", "tentative", "of an hour", "from tomorrow on", "until eight"],
)
def test_an_availability_speaks_of_its_own_extent(
    extra: str, expected: list[tuple[int, int, str]]
) -> None:
    available = "UID:b\nDTSTART:20260302T080000\nDTEND:20260302T090000"

    assert told((at(2, 0), at(3, 0)), availability(available, extra=extra)) == expected


@pytest.mark.rfc("7953 §4")
def test_of_two_the_one_of_higher_priority_counts() -> None:
    usual = availability(weekly("080000", "160000"), extra="PRIORITY:9\n")
    away = availability(
        extra="PRIORITY:1\nBUSYTYPE:BUSY\nDTSTART:20260302T000000\nDTEND:20260302T120000\n"
    )
    expected = [(at(2, 0), at(2, 12), "B"), (at(2, 16), at(3, 0), "U")]

    assert told((at(2, 0), at(3, 0)), usual, away) == expected
    assert told((at(2, 0), at(3, 0)), away, usual) == expected


def test_one_week_differs_from_the_others() -> None:
    moved = "UID:w\nRECURRENCE-ID:20260302T080000\nDTSTART:20260302T140000\nDTEND:20260302T150000"
    hours = availability(weekly("080000", "120000", "MO", uid="w"), moved)

    assert told((at(2, 0), at(3, 0)), hours) == [
        (at(2, 0), at(2, 14), "U"),
        (at(2, 15), at(3, 0), "U"),
    ]


@given(
    st.lists(st.tuples(st.integers(0, 22), st.integers(1, 8)), max_size=6),
    st.integers(0, 20),
    st.integers(1, 4),
)
def test_every_hour_is_either_offered_or_told(
    offers: list[tuple[int, int]], first: int, length: int
) -> None:
    """By brute force: an hour is told exactly where no AVAILABLE covers it."""
    parts = [f"DTSTART:20260302T{start:02}0000\nDURATION:PT{hours}H" for start, hours in offers]
    window = at(2, first), at(2, first + length)
    busy = told(window, availability(*parts))

    for hour in range(first, first + length):
        offered = any(start <= hour < start + hours for start, hours in offers)
        told_busy = any(start <= at(2, hour) < end for start, end, _ in busy)
        assert told_busy is not offered
