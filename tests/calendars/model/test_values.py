"""Dates, times, lengths, periods and offsets are read strictly (RFC 5545 §3.3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.model.invalid import InvalidCalendarData
from calendars.model.values import (
    Duration,
    Period,
    parse_date,
    parse_date_or_datetime,
    parse_datetime,
    parse_duration,
    parse_period,
    parse_utc_offset,
    utc_offset_text,
)

NINE = datetime(2026, 3, 5, 9, 0)  # noqa: DTZ001 - wall clock


@pytest.mark.rfc("5545 §3.3.4")
def test_a_date() -> None:
    assert parse_date("20260924") == date(2026, 9, 24)


@pytest.mark.rfc("5545 §3.3.5")
@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "wall clock": ("20260305T090000", NINE),
        "UTC": ("20260305T090000Z", NINE.replace(tzinfo=UTC)),
        "leap second": ("20261231T235960Z", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
    }.values(),
    ids=["wall clock", "UTC", "leap second"],
)
def test_a_date_and_time(text: str, expected: datetime) -> None:
    assert parse_datetime(text) == expected
    assert parse_datetime(text).tzinfo is expected.tzinfo


def test_date_and_time_are_told_apart_by_their_form() -> None:
    assert parse_date_or_datetime("20260305") == date(2026, 3, 5)
    assert parse_date_or_datetime("20260305T090000") == NINE


@pytest.mark.rfc("5545 §3.3.6")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P1W", Duration(7, 0)),
        ("P15DT5H0M20S", Duration(15, 18_020)),
        ("PT1H30M", Duration(0, 5_400)),
        ("PT86400S", Duration(0, 86_400)),
        ("-PT15M", Duration(0, -900)),
        ("+P1D", Duration(1, 0)),
        ("-P1DT1H", Duration(-1, -3_600)),
        ("PT0S", Duration(0, 0)),
    ],
)
def test_a_duration_keeps_days_apart_from_hours(text: str, expected: Duration) -> None:
    assert parse_duration(text) == expected


@pytest.mark.rfc("5545 §3.3.9")
def test_a_period_ends_by_a_time_or_a_length() -> None:
    noon = NINE.replace(hour=12)
    assert parse_period("20260305T090000/20260305T120000") == Period(NINE, noon)
    assert parse_period("20260305T090000/PT3H") == Period(NINE, Duration(0, 10_800))


@pytest.mark.rfc("5545 §3.3.14")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+1100", timedelta(hours=11)),
        ("-0330", -timedelta(hours=3, minutes=30)),
        ("+110548", timedelta(hours=11, minutes=5, seconds=48)),
        ("-0000", timedelta(0)),
    ],
)
def test_an_offset(text: str, expected: timedelta) -> None:
    assert parse_utc_offset(text) == expected


REFUSED: dict[str, tuple[Callable[[str], object], str]] = {
    "no such day": (parse_date, "20260230"),
    "year 0": (parse_date, "00000101"),
    "Arabic-Indic digits in a date": (parse_date, "٢٠٢٦٠١٠١"),
    "superscript digits": (parse_date, "2026010²"),
    "date with hyphens": (parse_date, "2026-01-01"),
    "date of four digits": (parse_date, "2026"),
    "empty date": (parse_date, ""),
    "hour 24": (parse_datetime, "20260305T240000"),
    "hour 25": (parse_datetime, "20260305T256161Z"),
    "second 61": (parse_datetime, "20260305T090061"),
    "without seconds": (parse_datetime, "20260305T0900"),
    "with an offset": (parse_datetime, "20260305T090000+1100"),
    "date and Z": (parse_datetime, "20131210Z"),
    "Arabic-Indic digits in a time": (parse_datetime, "20260305T٠٩٠٠٠٠"),
    "line end": (parse_datetime, "20260305T090000\n"),
    "empty": (parse_datetime, ""),
    "P alone": (parse_duration, "P"),
    "T alone": (parse_duration, "P1DT"),
    "weeks and days": (parse_duration, "P1W2D"),
    "years": (parse_duration, "P1Y"),
    "fraction": (parse_duration, "PT1.5H"),
    "fullwidth digit": (parse_duration, "PT１H"),
    "ten thousand years": (parse_duration, "P3650000D"),
    "more digits than sense": (parse_duration, "P99999999999999999999D"),
    "one time alone": (parse_period, "20260305T090000"),
    "backwards": (parse_period, "20260305T090000/20260305T080000"),
    "backwards by its length": (parse_period, "20260305T090000/-PT1H"),
    "two kinds of time": (parse_period, "20260305T090000Z/20260305T100000"),
    "a day and more": (parse_utc_offset, "+9959"),
    "no sign": (parse_utc_offset, "1100"),
    "sixty minutes": (parse_utc_offset, "+1060"),
}


@pytest.mark.rfc("5545 §3.3")
@pytest.mark.parametrize(("parse", "text"), REFUSED.values(), ids=REFUSED)
def test_what_the_grammar_does_not_know_is_refused(
    parse: Callable[[str], object], text: str
) -> None:
    with pytest.raises(InvalidCalendarData):
        parse(text)


@given(st.text(alphabet="0123456789TZP+-/WDHMS²٣ \n", max_size=20))
def test_no_text_does_worse_than_be_refused(text: str) -> None:
    for parse in (parse_date_or_datetime, parse_duration, parse_period, parse_utc_offset):
        try:
            parse(text)
        except InvalidCalendarData:
            continue


@given(st.integers(-86_399, 86_399))
def test_an_offset_reads_as_it_is_written(seconds: int) -> None:
    offset = timedelta(seconds=seconds)
    assert parse_utc_offset(utc_offset_text(offset)) == offset
