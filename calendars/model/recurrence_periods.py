"""The periods of a recurrence rule, reached by arithmetic (RFC 5545 §3.3.10).

Whatever is searched in vain is charged to the budget.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import product

from calendars.model.budget import Budget
from calendars.model.recurrence_days import (
    day_fits,
    days_of_month,
    days_of_week,
    days_of_year,
    limits_days,
    positions,
)
from calendars.model.recurrence_rule import Frequency, RuleParts, Skip

UNIT_SECONDS = {Frequency.HOURLY: 3_600, Frequency.MINUTELY: 60}

_YEAR_STEPS = 16
_MONTH_STEPS = 4


def days_by_period(
    parts: RuleParts, first: date, span: range, budget: Budget
) -> Iterator[Sequence[int]]:
    """The days of each period that touches the span, for rules of days and longer periods."""
    # SKIP=FORWARD may move the last day of a period into the next one.
    low = span.start - 31 if parts.skip is Skip.FORWARD else span.start
    start = date.fromordinal(max(low, first.toordinal()))
    end = date.fromordinal(max(span.stop - 1, 1))
    if parts.freq is Frequency.YEARLY:
        for year in _jump(first.year, start.year, end.year, parts.interval):
            budget.spend(_YEAR_STEPS)
            yield days_of_year(parts, year)
    elif parts.freq is Frequency.MONTHLY:
        origin, lowest, highest = (day.year * 12 + day.month - 1 for day in (first, start, end))
        for month in _jump(origin, lowest, highest, parts.interval):
            budget.spend(_MONTH_STEPS)
            yield days_of_month(parts, month // 12, month % 12 + 1)
    elif parts.freq is Frequency.WEEKLY:
        origin = first.toordinal() - (first.weekday() - parts.week_start) % 7
        for week in _jump(origin, start.toordinal(), end.toordinal(), 7 * parts.interval):
            budget.spend(1)
            yield days_of_week(parts, week)
    else:
        yield from _daily(parts, first, range(start.toordinal(), span.stop), budget)


def times_by_period(
    parts: RuleParts, first: datetime, span: range, budget: Budget
) -> Iterator[datetime]:
    """The times of an HOURLY or MINUTELY rule on the days of the span."""
    unit = UNIT_SECONDS[parts.freq]
    units = 86_400 // unit
    origin = first.toordinal() * units + (first.hour * 3_600 + first.minute * 60) // unit
    offsets = _offsets(parts, first)
    number = _align(origin, span.start * units, parts.interval)
    while number < span.stop * units:
        budget.spend(1)
        wanted = _next_wanted(parts, number, units)
        if wanted > number:
            number = _align(origin, wanted, parts.interval)
            continue
        day, place = divmod(number, units)
        midnight = datetime.combine(date.fromordinal(day), datetime.min.time())
        for offset in offsets:
            yield midnight + timedelta(seconds=place * unit + offset)
        number += parts.interval


def _jump(origin: int, low: int, high: int, step: int) -> range:
    """Every step-th number from the origin, beginning with the last one that is not above low."""
    return range(origin + max(0, (low - origin) // step) * step, high + 1, step)


def _align(origin: int, low: int, step: int) -> int:
    """The first of every step-th number from the origin that is not below low."""
    return origin + max(0, -((origin - low) // step)) * step


def _daily(parts: RuleParts, first: date, span: range, budget: Budget) -> Iterator[Sequence[int]]:
    origin, step = first.toordinal(), parts.interval
    if not limits_days(parts) and not parts.by_set_position:
        yield _jump(origin, span.start, span.stop - 1, step)
        return
    day = _align(origin, span.start, step)
    while day < span.stop:
        budget.spend(1)
        today = date.fromordinal(day)
        if day_fits(parts, today):
            yield (day,)
        day = _align(origin, _after_missed_month(parts, today) or day + 1, step)


def _after_missed_month(parts: RuleParts, day: date) -> int | None:
    """The first of the next month if BYMONTH leaves out this one."""
    if not parts.by_month or day.month in parts.by_month:
        return None
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1).toordinal()


def _next_wanted(parts: RuleParts, number: int, units: int) -> int:
    """The hour or minute itself if it passes the limits, else the next that may."""
    day, place = divmod(number, units)
    today = date.fromordinal(day)
    if not day_fits(parts, today):
        return (_after_missed_month(parts, today) or day + 1) * units
    minutes_known = parts.freq is Frequency.MINUTELY
    hour, minute = divmod(place, 60) if minutes_known else (place, 0)
    if parts.by_hour and hour not in parts.by_hour:
        return number - minute + 60 if minutes_known else number + 1
    if minutes_known and parts.by_minute and minute not in parts.by_minute:
        return number + 1
    return number


def _offsets(parts: RuleParts, first: datetime) -> list[int]:
    """The seconds into each hour or minute at which an instance starts; BYSETPOS applies there."""
    seconds = parts.by_second or (first.second,)
    minutes = parts.by_minute or (first.minute,)
    if parts.freq is Frequency.MINUTELY:
        minutes = (0,)
    offsets = [minute * 60 + second for minute, second in product(minutes, seconds)]
    if parts.by_set_position:
        return [offsets[index] for index in positions(parts, len(offsets))]
    return offsets
