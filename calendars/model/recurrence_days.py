"""The days and times that a rule names within one period (RFC 5545 §3.3.10, the BYxxx table).

Days are proleptic ordinals (`date.toordinal`), so that periods are jumped by arithmetic.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from itertools import product

from calendars.model.invalid import TooManyInstances
from calendars.model.recurrence_rule import Frequency, RuleParts, Skip

MAX_TIMES_A_DAY = 5_000

_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ALL_MONTHS = tuple(range(1, 13))


def with_days_of(parts: RuleParts, first: date) -> RuleParts:
    """The rule with the days it does not name taken from DTSTART (RFC 5545 §3.3.10)."""
    if parts.by_day or parts.by_month_day or parts.by_year_day:
        return parts
    if parts.freq is Frequency.WEEKLY or parts.by_week_number:
        return replace(parts, by_day=((first.weekday(), 0),))
    if parts.freq is Frequency.MONTHLY:
        return replace(parts, by_month_day=(first.day,))
    if parts.freq is Frequency.YEARLY:
        months = parts.by_month or (first.month,)
        return replace(parts, by_month=months, by_month_day=(first.day,))
    return parts


def times_of_day(parts: RuleParts, first: time) -> tuple[time, ...]:
    """The times of each day of a rule whose period is a day or longer.

    Raises TooManyInstances where one day alone is beyond all measure.
    """
    if not (parts.by_hour or parts.by_minute or parts.by_second):
        return (first,)
    hours = parts.by_hour or (first.hour,)
    minutes = parts.by_minute or (first.minute,)
    seconds = parts.by_second or (first.second,)
    if len(hours) * len(minutes) * len(seconds) > MAX_TIMES_A_DAY:
        raise TooManyInstances("a rule with thousands of instances a day")
    return tuple(time(*clock) for clock in product(hours, minutes, seconds))


def days_of_year(parts: RuleParts, year: int) -> list[int]:
    """The days of a YEARLY rule in one year: what all its parts agree on."""
    start = date(year, 1, 1).toordinal()
    length = 366 if _is_leap(year) else 365
    sets: list[set[int]] = []
    if parts.by_week_number:
        sets.append(_days_of_weeks(parts, year) & set(range(start, start + length)))
    if parts.by_year_day:
        sets.append(_counted(parts.by_year_day, start, length))
    if parts.by_month_day:
        months = parts.by_month or _ALL_MONTHS
        sets.append({day for month in months for day in _month_days(parts, year, month)})
    if parts.by_day:
        sets.append(_weekdays_of_year(parts, year, start, length))
    if parts.by_month and not parts.by_month_day:
        sets.append({day for month in parts.by_month for day in range(*_month(year, month))})
    return sorted(set.intersection(*sets))


def days_of_month(parts: RuleParts, year: int, month: int) -> list[int]:
    """The days of a MONTHLY rule in one month."""
    if parts.by_month and month not in parts.by_month:
        return []
    start, end = _month(year, month)
    if not parts.by_month_day:
        return sorted(_weekdays(parts, start, end - start))
    days = _month_days(parts, year, month)
    return sorted(days & _weekdays(parts, start, end - start) if parts.by_day else days)


def days_of_week(parts: RuleParts, start: int) -> list[int]:
    """The days of a WEEKLY rule in the week that starts on that day."""
    days = sorted(start + (weekday - parts.week_start) % 7 for weekday, _ in parts.by_day)
    if not parts.by_month:
        return days
    return [day for day in days if date.fromordinal(day).month in parts.by_month]


def day_fits(parts: RuleParts, day: date) -> bool:
    """The day passes the limits of a DAILY, HOURLY or MINUTELY rule."""
    if parts.by_month and day.month not in parts.by_month:
        return False
    if parts.by_day and (day.weekday(), 0) not in parts.by_day:
        return False
    if parts.by_month_day:
        start, end = _month(day.year, day.month)
        if day.toordinal() not in _counted(parts.by_month_day, start, end - start):
            return False
    if parts.by_year_day:
        start = date(day.year, 1, 1).toordinal()
        length = 366 if _is_leap(day.year) else 365
        return day.toordinal() in _counted(parts.by_year_day, start, length)
    return True


def limits_days(parts: RuleParts) -> bool:
    """Some days of a DAILY, HOURLY or MINUTELY rule may be left out."""
    return bool(parts.by_month or parts.by_day or parts.by_month_day or parts.by_year_day)


def positions(parts: RuleParts, size: int) -> list[int]:
    """BYSETPOS in a set of that size, as indices in order."""
    found = {
        position - 1 if position > 0 else size + position for position in parts.by_set_position
    }
    return sorted(index for index in found if 0 <= index < size)


def wall_clock(day: int, clock: time) -> datetime:
    """The time of a day, without zone."""
    return datetime.combine(date.fromordinal(day), clock)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _month(year: int, month: int) -> tuple[int, int]:
    """The first day of a month, and of the next."""
    start = date(year, month, 1).toordinal()
    return start, start + _LENGTHS[month - 1] + (month == 2 and _is_leap(year))


def _month_days(parts: RuleParts, year: int, month: int) -> set[int]:
    start, end = _month(year, month)
    length = end - start
    days = _counted(parts.by_month_day, start, length)
    if parts.skip is not Skip.OMIT and parts.by_month_day[-1] > length:
        days.add(end if parts.skip is Skip.FORWARD else end - 1)
    return days


def _counted(numbers: tuple[int, ...], start: int, length: int) -> set[int]:
    """Days counted from the start, or from the end where negative; missing ones are left out."""
    return {
        start + number - 1 if number > 0 else start + length + number
        for number in numbers
        if abs(number) <= length
    }


def _weekdays(parts: RuleParts, start: int, length: int) -> set[int]:
    """BYDAY within a month or year, and the day after it where SKIP may have moved a day there."""
    beyond = parts.skip is Skip.FORWARD
    days: set[int] = set()
    for weekday, ordinal in parts.by_day:
        # Ordinal 1 was a Monday.
        offset = (weekday - start + 1) % 7
        all_of_them = range(start + offset, start + length, 7)
        if ordinal == 0:
            days.update(range(start + offset, start + length + beyond, 7))
        elif abs(ordinal) <= len(all_of_them):
            days.add(all_of_them[ordinal - 1 if ordinal > 0 else ordinal])
    return days


def _weekdays_of_year(parts: RuleParts, year: int, start: int, length: int) -> set[int]:
    """BYDAY counts within the month where BYMONTH stands, else within the year."""
    if not parts.by_month:
        return _weekdays(parts, start, length)
    spans = [_month(year, month) for month in parts.by_month]
    return {day for first, end in spans for day in _weekdays(parts, first, end - first)}


def _days_of_weeks(parts: RuleParts, year: int) -> set[int]:
    """The days of the numbered weeks that touch the year; weeks begin at WKST."""
    days: set[int] = set()
    for week_year in (year - 1, year, year + 1):
        start = _first_week(week_year, parts.week_start)
        weeks = (_first_week(week_year + 1, parts.week_start) - start) // 7
        for number in parts.by_week_number:
            week = number - 1 if number > 0 else weeks + number
            if 0 <= week < weeks:
                days.update(range(start + 7 * week, start + 7 * week + 7))
    return days


def _first_week(year: int, week_start: int) -> int:
    """Week 1 is the first with four days in the year: the one with 4 January."""
    fourth = date(year, 1, 4).toordinal()
    return fourth - (fourth - 1 - week_start) % 7
