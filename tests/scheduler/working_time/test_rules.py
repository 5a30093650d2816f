"""Day units and legal periods against the oracles of the territory (acceptance 6, in part)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.model.french_dates import long_date
from scheduler.working_time.holidays import public_holidays
from scheduler.working_time.rules import (
    Closed,
    DayUnit,
    WorkingDays,
    add_months,
    appeal_end,
    last_sending_day,
    planned_sending,
)

DATA = Path(__file__).parents[2] / "data" / "dpass"
CLOSED = {date(2026, 1, 2): "Fermeture des services publics"}
WORKING = WorkingDays(public_holidays((2025, 2026, 2027), country="FR", subdivision="NC"), CLOSED)


def rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


@pytest.mark.rule("TIM-4")
def test_the_holidays_of_the_year_are_those_of_the_territory() -> None:
    wanted = {date.fromisoformat(row["date"]) for row in rows("territory/public_holidays_2026.csv")}
    assert {day for day in WORKING.holidays if day.year == 2026} == wanted


@pytest.mark.rule("TIM-5")
def test_an_order_closes_a_day_for_who_works_but_not_for_the_law() -> None:
    day = date(2026, 1, 2)
    closed = WORKING.closed(day)
    assert closed is not None
    assert (closed.because, closed.label) == (Closed.CLOSURE, CLOSED[day])
    assert WORKING.closed(day, DayUnit.WORKABLE) is None


@pytest.mark.rule("TIM-7")
@pytest.mark.parametrize(
    ("day", "unit", "because"),
    [
        ("2026-03-07", DayUnit.WORKING, Closed.WEEKEND),  # a Saturday
        ("2026-03-07", DayUnit.WORKABLE, None),
        ("2026-03-08", DayUnit.WORKABLE, Closed.WEEKEND),
        ("2026-08-15", DayUnit.WORKABLE, Closed.HOLIDAY),
        ("2026-08-15", DayUnit.CLEAR, None),
    ],
)
def test_a_day_counts_by_its_unit(day: str, unit: DayUnit, because: Closed | None) -> None:
    closed = WORKING.closed(date.fromisoformat(day), unit)
    assert (closed and closed.because) == because


@pytest.mark.rule("TIM-8")
@pytest.mark.rule("acceptance 6")
@pytest.mark.shows("notice_deadlines.csv")
@pytest.mark.parametrize("row", list(rows("expected/notice_deadlines.csv")), ids=str)
def test_the_last_day_to_send(row: dict[str, str]) -> None:
    meeting, unit = date.fromisoformat(row["meeting_date"]), DayUnit(row["unit"])
    found = last_sending_day(meeting, int(row["days"]), unit, WORKING)
    assert found.day == date.fromisoformat(row["latest_send_date"])

    planned = planned_sending(meeting, int(row["days"]), unit, WORKING)
    assert planned.day <= found.day
    assert WORKING.closed(planned.day) is None


@pytest.mark.rule("TIM-9")
@pytest.mark.rule("acceptance 6")
@pytest.mark.shows("appeal_deadlines.csv")
@pytest.mark.parametrize("row", list(rows("expected/appeal_deadlines.csv")), ids=str)
def test_the_last_day_of_an_appeal(row: dict[str, str]) -> None:
    notified = date.fromisoformat(row["notified_on"])
    found = appeal_end(notified, int(row["months"]), WORKING)
    assert found.day == date.fromisoformat(row["last_day"])
    assert long_date(found.day) == row["say"]


@pytest.mark.rule("TIM-10")
def test_a_computed_date_says_what_moved_it() -> None:
    found = appeal_end(date(2026, 7, 23), 2, WORKING)
    assert [(str(one.day), one.because) for one in found.passed_over] == [
        ("2026-09-24", Closed.HOLIDAY)
    ]


@pytest.mark.rule("TIM-7")
@given(st.dates(date(2025, 2, 1), date(2027, 6, 1)), st.integers(0, 40), st.sampled_from(DayUnit))
def test_the_units_are_in_order(meeting: date, days: int, unit: DayUnit) -> None:
    """More days never leave later, and no unit is more generous than days of the calendar."""
    latest = last_sending_day(meeting, days, unit, WORKING).day
    assert last_sending_day(meeting, days + 1, unit, WORKING).day < latest
    assert latest <= meeting - timedelta(days=days)


@pytest.mark.rule("TIM-7")
@pytest.mark.parametrize(
    ("day", "months", "wanted"),
    [
        ("2026-12-31", 2, "2027-02-28"),
        ("2027-12-31", 2, "2028-02-29"),
        ("2026-10-31", 1, "2026-11-30"),
        ("2026-07-23", 12, "2027-07-23"),
    ],
)
def test_months_run_from_number_to_number(day: str, months: int, wanted: str) -> None:
    assert str(add_months(date.fromisoformat(day), months)) == wanted
