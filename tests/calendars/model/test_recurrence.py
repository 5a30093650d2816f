"""Recurrence rules: what they mean, what is refused, and what they may cost (RFC 5545 §3.3.10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from calendars.model.invalid import InvalidCalendarData, TooManyInstances, UnsupportedRscale
from calendars.model.recurrence import LAST, Budget, Rule

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
PARIS = ZoneInfo("Europe/Paris")
CHEAP = 2
"""Instances' worth of work: less than one search from 1997 to a far year would take."""


def at(*clock: int) -> datetime:
    return datetime(*clock)  # type: ignore[arg-type]  # noqa: DTZ001 - wall clock


def starts(
    text: str,
    dtstart: datetime | date,
    start: datetime | None = None,
    end: datetime = LAST,
    *,
    budget: Budget | None = None,
) -> list[datetime]:
    rule = Rule.parse(text)
    return list(rule.between(dtstart, start or at(1900, 1, 1), end, budget or Budget()))


REFUSED = {
    "empty": "",
    "no FREQ": "INTERVAL=2",
    "unknown FREQ": "FREQ=FORTNIGHTLY",
    "empty FREQ": "FREQ=",
    "SECONDLY": "FREQ=SECONDLY",
    "MINUTELY": "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
    "INTERVAL=0": "FREQ=DAILY;INTERVAL=0",
    "negative INTERVAL": "FREQ=DAILY;INTERVAL=-1",
    "INTERVAL beyond 32 bits": "FREQ=DAILY;INTERVAL=99999999999",
    "COUNT=0": "FREQ=DAILY;COUNT=0",
    "COUNT beyond 64 bits": "FREQ=DAILY;COUNT=99999999999999999999",
    "COUNT in words": "FREQ=DAILY;COUNT=two",
    "BYMONTH=13": "FREQ=YEARLY;BYMONTH=13",
    "BYMONTH=0": "FREQ=YEARLY;BYMONTH=0",
    "BYMONTH=-1": "FREQ=YEARLY;BYMONTH=-1",
    "leap month": "FREQ=YEARLY;BYMONTH=5L",
    "BYDAY=60MO": "FREQ=YEARLY;BYDAY=60MO",
    "BYDAY=+54MO": "FREQ=YEARLY;BYDAY=+54MO",
    "BYDAY=0MO": "FREQ=MONTHLY;BYDAY=0MO",
    "BYDAY=XX": "FREQ=WEEKLY;BYDAY=XX",
    "numbered BYDAY in a week": "FREQ=WEEKLY;BYDAY=1MO",
    "numbered BYDAY with BYWEEKNO": "FREQ=YEARLY;BYWEEKNO=2;BYDAY=1MO",
    "BYMONTHDAY=32": "FREQ=MONTHLY;BYMONTHDAY=32",
    "BYMONTHDAY=0": "FREQ=MONTHLY;BYMONTHDAY=0",
    "BYMONTHDAY in a week": "FREQ=WEEKLY;BYMONTHDAY=1",
    "BYYEARDAY=367": "FREQ=YEARLY;BYYEARDAY=367",
    "BYYEARDAY in a month": "FREQ=MONTHLY;BYYEARDAY=1",
    "BYWEEKNO=54": "FREQ=YEARLY;BYWEEKNO=54",
    "BYWEEKNO in a month": "FREQ=MONTHLY;BYWEEKNO=1",
    "BYSETPOS=0": "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0",
    "BYSETPOS=367": "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367",
    "BYHOUR=24": "FREQ=DAILY;BYHOUR=24",
    "BYMINUTE=60": "FREQ=DAILY;BYMINUTE=60",
    "BYSECOND=61": "FREQ=DAILY;BYSECOND=61",
    "WKST=XX": "FREQ=WEEKLY;WKST=XX",
    "empty list": "FREQ=WEEKLY;BYDAY=",
    "hole in a list": "FREQ=MONTHLY;BYMONTHDAY=1,,2",
    "UNTIL is no date": "FREQ=DAILY;UNTIL=20260230",
    "UNTIL date with Z": "FREQ=DAILY;UNTIL=20131210Z",
    "twice the same part": "FREQ=DAILY;FREQ=WEEKLY",
    "twice COUNT": "FREQ=DAILY;COUNT=2;COUNT=9999999",
    "unknown part": "FREQ=DAILY;BYEASTER=0",
    "garbage": "FREQ=DAILY;garbage",
    "Arabic-Indic digits": "FREQ=MONTHLY;BYDAY=١MO",
    "fullwidth digits": "FREQ=DAILY;COUNT=３",
    "superscript": "FREQ=DAILY;COUNT=²",
    "too long": "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(["1"] * 30_000),
    "SKIP without RSCALE": "FREQ=MONTHLY;SKIP=FORWARD",
    "unknown SKIP": "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=SIDEWAYS",
}


@pytest.mark.rfc("5545 §3.3.10")
@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_a_rule_that_breaks_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(InvalidCalendarData):
        Rule.parse(text)


@pytest.mark.parametrize(
    "text", ["FREQ=WEEKLY;BYDAY=SU;", "freq=weekly;byday=su", "FREQ=WEEKLY;X-OWN=1;BYDAY=SU"]
)
def test_what_programs_write_besides_is_taken(text: str) -> None:
    assert Rule.parse(text) == Rule.parse("FREQ=WEEKLY;BYDAY=SU")


@pytest.mark.rfc("7529 §4.1")
def test_other_calendars_are_not_known() -> None:
    with pytest.raises(UnsupportedRscale):
        Rule.parse("RSCALE=CHINESE;FREQ=YEARLY")


@pytest.mark.rfc("7529 §4.1")
@pytest.mark.parametrize(
    ("text", "dtstart", "expected"),
    [
        ("SKIP=OMIT;FREQ=MONTHLY", date(2014, 1, 31), ["0131", "0331", "0531", "0731"]),
        ("SKIP=FORWARD;FREQ=MONTHLY", date(2014, 1, 31), ["0131", "0301", "0331", "0501"]),
        ("SKIP=BACKWARD;FREQ=MONTHLY", date(2014, 1, 31), ["0131", "0228", "0331", "0430"]),
        ("SKIP=FORWARD;FREQ=YEARLY", date(2012, 2, 29), ["0229", "0301", "0301", "0301"]),
        ("SKIP=BACKWARD;FREQ=YEARLY", date(2012, 2, 29), ["0229", "0228", "0228", "0228"]),
        ("SKIP=FORWARD;FREQ=MONTHLY;BYMONTHDAY=1,31", date(2014, 2, 1), ["0201", "0301", "0331"]),
    ],
)
def test_days_that_a_month_does_not_have(text: str, dtstart: date, expected: Sequence[str]) -> None:
    found = Rule.parse(f"RSCALE=GREGORIAN;{text}").between(dtstart, at(2000, 1, 1), LAST, Budget())
    assert [f"{day:%m%d}" for day in islice(found, len(expected))] == expected


def test_a_skipped_day_is_found_in_the_month_it_moved_to() -> None:
    text = "RSCALE=GREGORIAN;SKIP=FORWARD;FREQ=MONTHLY"
    found = starts(text, date(2014, 1, 31), at(2015, 3, 1), at(2015, 3, 2))
    assert found == [at(2015, 3, 1)]


@pytest.mark.rfc("5545 §3.8.5.3")
def test_dtstart_is_the_first_instance_and_counts() -> None:
    found = starts("FREQ=WEEKLY;BYDAY=TU;COUNT=3", at(2026, 1, 5, 9))
    assert found == [at(2026, 1, 5, 9), at(2026, 1, 6, 9), at(2026, 1, 13, 9)]


def test_a_week_number_without_weekday_takes_that_of_dtstart() -> None:
    found = starts("FREQ=YEARLY;BYWEEKNO=20;COUNT=2", date(2026, 5, 13))
    assert found == [at(2026, 5, 13), at(2027, 5, 19)]


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20260107T080000", 7),
        ("20260107T075959", 6),
        ("20260107", 7),
        ("20260107T070000Z", 7),
        ("20260107T065959Z", 6),
        ("99991231T235959Z", 31),
    ],
)
def test_until_takes_in_what_starts_then(until: str, last: int) -> None:
    rule = Rule.parse(f"FREQ=DAILY;UNTIL={until}")
    found = list(
        rule.between(at(2026, 1, 5, 8), at(2026, 1, 1), at(2026, 2, 1), Budget(), zone=PARIS)
    )
    assert found[-1] == at(2026, 1, last, 8)


def test_count_and_until_both_end_a_rule() -> None:
    assert len(starts("FREQ=DAILY;COUNT=3;UNTIL=20270101T000000Z", at(2026, 1, 1))) == 3
    assert len(starts("FREQ=DAILY;COUNT=30;UNTIL=20260102T000000Z", at(2026, 1, 1))) == 2


ANCIENT = {
    "daily": ("FREQ=DAILY", 31),
    "every third day": ("FREQ=DAILY;INTERVAL=3", 10),
    "weekly": ("FREQ=WEEKLY", 5),
    "weekdays": ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", 23),
    "monthly": ("FREQ=MONTHLY", 1),
    "last Friday": ("FREQ=MONTHLY;BYDAY=-1FR", 1),
    "yearly": ("FREQ=YEARLY", 1),
    "week 28": ("FREQ=YEARLY;BYWEEKNO=28;BYDAY=MO", 1),
    "COUNT without sense": ("FREQ=DAILY;COUNT=1000000000", 31),
    "weekly COUNT": ("FREQ=WEEKLY;BYDAY=TU;COUNT=1000000000", 5),
    "UNTIL": ("FREQ=DAILY;UNTIL=20420710T080000Z", 10),
    "hourly": ("FREQ=HOURLY;INTERVAL=240", 4),
}


@pytest.mark.parametrize(("text", "number"), ANCIENT.values(), ids=ANCIENT)
def test_45_years_ahead_costs_no_more_than_the_window_holds(text: str, number: int) -> None:
    budget = Budget(number + CHEAP + 31 // 8, number + CHEAP + 31 // 8)
    found = starts(text, at(1997, 7, 15, 8), at(2042, 7, 1), at(2042, 8, 1), budget=budget)
    assert abs(len(found) - number) <= 1
    assert all(at(2042, 7, 1) <= start < at(2042, 8, 1) for start in found)


NEVER = {
    "30 February": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "30 February, daily": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "30 February, hourly": "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
    "sixth Monday": "FREQ=MONTHLY;BYDAY=6MO",
    "beyond the set": "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=3",
    "day that no step meets": "FREQ=WEEKLY;INTERVAL=52;BYMONTH=12;BYDAY=MO;BYSETPOS=7",
    "hour that no step meets": "FREQ=HOURLY;INTERVAL=24;BYHOUR=3",
    "rare": "FREQ=YEARLY;INTERVAL=97;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
}


@pytest.mark.parametrize("text", NEVER.values(), ids=NEVER)
def test_a_search_in_vain_ends(text: str) -> None:
    assert starts(text, at(2026, 6, 1, 8), at(2026, 7, 1)) == []


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY",
        "FREQ=HOURLY",
        "FREQ=MONTHLY;BYDAY=MO,TU;BYHOUR=1,2,3,4,5;BYMINUTE=0,10,20,30,40,50",
    ],
)
def test_too_many_instances_are_not_listed(text: str) -> None:
    with pytest.raises(TooManyInstances):
        starts(text, at(2026, 6, 1, 8))


def test_a_product_of_clock_times_is_refused_before_it_is_built() -> None:
    hours, sixty = ",".join(map(str, range(24))), ",".join(map(str, range(60)))
    text = f"FREQ=YEARLY;BYHOUR={hours};BYMINUTE={sixty};BYSECOND={sixty}"
    with pytest.raises(TooManyInstances):
        starts(text, at(2026, 6, 1, 8), at(2026, 6, 2), at(2026, 7, 1))


def test_the_last_of_a_huge_set_is_found_without_building_it() -> None:
    hours, sixty = ",".join(map(str, range(24))), ",".join(map(str, range(60)))
    text = f"FREQ=YEARLY;BYDAY={','.join(DAYS)};BYHOUR={hours};BYMINUTE={sixty};BYSETPOS=-1"
    assert starts(text, at(2026, 1, 1), at(2030, 1, 1), at(2031, 1, 1), budget=Budget(5, 5)) == [
        at(2030, 12, 31, 23, 59)
    ]


def test_every_component_draws_on_the_budget_of_the_report() -> None:
    report = Budget(per_component=10, per_report=25)
    for _ in range(2):
        starts("FREQ=DAILY;COUNT=10", at(2026, 1, 1), budget=report.component())
    with pytest.raises(TooManyInstances):
        starts("FREQ=DAILY;COUNT=10", at(2026, 1, 1), budget=report.component())


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (at(2042, 7, 1), at(2041, 2, 27, 8)),
        (at(1997, 2, 28, 8), None),
        (at(1997, 2, 28, 8, 1), at(1997, 2, 28, 8)),
        (at(1990, 1, 1), None),
    ],
)
def test_the_latest_before_a_time(before: datetime, expected: datetime | None) -> None:
    rule = Rule.parse("FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYDAY=-1WE;UNTIL=20420101T000000Z")
    assert rule.latest(at(1997, 2, 28, 8), before, Budget()) == expected


def test_rules_of_dates_know_no_hours() -> None:
    assert starts("FREQ=DAILY;BYHOUR=8,9;COUNT=2", date(2026, 1, 1)) == [
        at(2026, 1, 1),
        at(2026, 1, 2),
    ]
    with pytest.raises(InvalidCalendarData):
        starts("FREQ=HOURLY;COUNT=2", date(2026, 1, 1))


def test_a_rule_in_utc_ends_exactly_even_in_the_night_of_the_change() -> None:
    """UNTIL is the second 02:30 of that night; 02:45 stands for the first one (RFC 5545 §3.3.5)."""
    rule = Rule.parse("FREQ=HOURLY;BYMINUTE=0,45;UNTIL=20261025T013000Z")
    night = rule.between(
        at(2026, 10, 25, 0, 0), at(2026, 10, 25), at(2026, 10, 26), Budget(), zone=PARIS
    )
    assert max(night) == at(2026, 10, 25, 2, 45)
