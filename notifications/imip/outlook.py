"""Which series Outlook and Exchange can hold (MS-OXCICAL §2.1.3.2.2, KB 2643084).

A rule is theirs if it fits one of six templates. Any other comes as "not supported calendar
message.ics", without a button; so would one whose occurrences run into each other.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime
from enum import StrEnum
from itertools import islice, pairwise

from calendars.itip.copy import Copy
from calendars.model.invalid import InvalidCalendarData
from calendars.model.moments import Form
from calendars.model.recurrence_rule import Frequency, RuleParts, parse_parts
from calendars.model.window import NEVER_AFTER

_MOST = {
    Frequency.DAILY: 999,
    Frequency.WEEKLY: 99,
    Frequency.MONTHLY: 99,
    Frequency.YEARLY: 8,
}
"""INTERVAL that its dialogue takes; a yearly period is kept in months, of which 99 at most."""
_MOST_COUNTED = 999
_LAST_SURE_DAY = 28
_POSITIONS = frozenset({1, 2, 3, 4, -1})
_ANY, _WORK, _END = frozenset(range(7)), frozenset(range(5)), frozenset({5, 6})
_LOOKED_AT = 60
_COMMON_YEAR = 2027


class Unfit(StrEnum):
    """Why Outlook cannot hold a series."""

    DATES = "several rules, or dates beside the rule"
    FREQUENCY = "more than once a day"
    INTERVAL = "too long an interval, or too many occurrences"
    CLOCK = "another hour than that of the start"
    DAYS = "days that no template has"
    START = "a start that the rule does not give"
    OVERLAP = "occurrences that run into each other, or two on one day"


def unfit(copy: Copy) -> Unfit | None:
    """Why Outlook cannot hold a series; None where it can, or where nothing recurs."""
    master = copy.master
    if master is None or not copy.recurs:
        return None
    rules = master.all("RRULE")
    if len(rules) != 1 or master.line("RDATE") or master.line("EXRULE"):
        return Unfit.DATES
    if any("RANGE=" in str(part.line("RECURRENCE-ID")).upper() for part in copy.parts):
        return Unfit.DATES
    start = None if copy.timing is None else copy.timing.start
    if start is None:
        return Unfit.START
    try:
        parts = parse_parts(rules[0].value, minutely=True)
    except InvalidCalendarData:
        return Unfit.DAYS
    return unfit_rule(parts, start.wall, all_day=start.form is Form.DATE) or _unfit_dates(copy)


def unfit_rule(parts: RuleParts, start: datetime, *, all_day: bool = False) -> Unfit | None:
    """The same of one rule and its start."""
    most = _MOST.get(parts.freq)
    if most is None:
        return Unfit.FREQUENCY
    if parts.interval > most or (parts.count or 0) > _MOST_COUNTED:
        return Unfit.INTERVAL
    if not all_day and not _at_the_hour_of(parts, start):
        return Unfit.CLOCK
    if parts.by_week_number or parts.by_year_day:
        return Unfit.DAYS
    fits = _TEMPLATES[parts.freq]
    return None if fits(parts, start) else Unfit.DAYS


def _at_the_hour_of(parts: RuleParts, start: datetime) -> bool:
    """Each of BYHOUR, BYMINUTE, BYSECOND repeats what DTSTART says, if it is there."""
    told = (parts.by_hour, parts.by_minute, parts.by_second)
    return all(
        one in ((), (own,))
        for one, own in zip(told, (start.hour, start.minute, start.second), strict=True)
    )


def _daily(parts: RuleParts, _: datetime) -> bool:
    """§2.1.3.2.2.1: nothing but an interval."""
    return not (parts.by_day or parts.by_month or parts.by_month_day or parts.by_set_position)


def _weekly(parts: RuleParts, _: datetime) -> bool:
    """§2.1.3.2.2.2: days of the week."""
    return not (parts.by_month or parts.by_set_position)


def _monthly(parts: RuleParts, start: datetime) -> bool:
    """§2.1.3.2.2.3 one day of the month, §2.1.3.2.2.4 one weekday of it."""
    if parts.by_month:
        return False
    return _on_weekday(parts) if parts.by_day else _on_one_day(parts, start, _LAST_SURE_DAY)


def _yearly(parts: RuleParts, start: datetime) -> bool:
    """§2.1.3.2.2.5 one day of the year, §2.1.3.2.2.6 one weekday of a month."""
    if len(parts.by_month) > 1:
        return False
    if parts.by_day:
        return bool(parts.by_month) and _on_weekday(parts)
    if parts.by_month_day and not parts.by_month:
        return False  # of every month, says RFC 5545 §3.3.10
    month = (*parts.by_month, start.month)[0]
    return _on_one_day(parts, start, monthrange(_COMMON_YEAR, month)[1])


def _on_one_day(parts: RuleParts, start: datetime, last: int) -> bool:
    """One day that is there each time: Outlook takes the last day instead of one that is not."""
    days = parts.by_month_day or (start.day,)
    if len(days) > 1 or parts.by_set_position:
        return False
    return days == (-1,) or 1 <= days[0] <= last


def _on_weekday(parts: RuleParts) -> bool:
    """The first to fourth or the last weekday, working day, day of a week-end or day at all."""
    if parts.by_month_day:
        return False
    ordinals = {ordinal for _, ordinal in parts.by_day}
    if ordinals == {0}:
        days = frozenset(day for day, _ in parts.by_day)
        known = len(days) == 1 or days in (_ANY, _WORK, _END)
        return known and len(parts.by_set_position) == 1 and parts.by_set_position[0] in _POSITIONS
    return len(parts.by_day) == 1 and not parts.by_set_position and ordinals <= _POSITIONS


_TEMPLATES = {
    Frequency.DAILY: _daily,
    Frequency.WEEKLY: _weekly,
    Frequency.MONTHLY: _monthly,
    Frequency.YEARLY: _yearly,
}


def _unfit_dates(copy: Copy) -> Unfit | None:
    """What only the dates themselves tell."""
    timing = copy.timing
    if copy.set is None or timing is None or timing.start is None or copy.master is None:
        return Unfit.START
    first = timing.start
    # DTSTART counts as an occurrence whatever the rule says (RFC 5545 §3.8.5.3); not there.
    rule = parse_parts(copy.master.all("RRULE")[0].value, minutely=True)
    if not all(fits(rule, first.wall) for fits in (_weekday_fits, _day_fits, _month_fits)):
        return Unfit.START
    starts = list(islice(copy.set.between(first.instant, NEVER_AFTER), _LOOKED_AT))
    for one, other in pairwise(starts):
        end = timing.end(one[1], one[0], first.zone, timing.length)
        if end > other[0] or one[1].date() == other[1].date():
            return Unfit.OVERLAP
    return None


def _weekday_fits(rule: RuleParts, wall: datetime) -> bool:
    if not rule.by_day:
        return True
    if rule.freq is Frequency.WEEKLY:
        return wall.weekday() in {day for day, _ in rule.by_day}
    (position,) = rule.by_set_position or {ordinal for _, ordinal in rule.by_day}
    days = {day for day, _ in rule.by_day}
    month = range(1, monthrange(wall.year, wall.month)[1] + 1)
    matching = [day for day in month if wall.replace(day=day).weekday() in days]
    return wall.day == matching[position if position < 0 else position - 1]


def _day_fits(rule: RuleParts, wall: datetime) -> bool:
    last = monthrange(wall.year, wall.month)[1]
    days = {day if day > 0 else last + 1 + day for day in rule.by_month_day}
    return not days or wall.day in days


def _month_fits(rule: RuleParts, wall: datetime) -> bool:
    return not rule.by_month or wall.month in rule.by_month
