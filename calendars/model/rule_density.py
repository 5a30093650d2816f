"""Rules that are legal and still could never be answered: too many instances in too little time.

What an engine can do about a dense rule is to give up when somebody asks; so it is refused when
it is written (CALDAV:max-instances, RFC 4791 §5.2.8).
"""

from __future__ import annotations

from collections.abc import Iterable

from calendars.model.invalid import TooManyInstances
from calendars.model.recurrence import Rule
from calendars.model.recurrence_rule import Frequency, RuleParts

_LONGEST_VIEW = 31
"""Days that a client shows at once: that much must be answered at any rate."""


def refuse_dense(rules: Iterable[Rule], *, duration: int, most: int) -> None:
    """Raises TooManyInstances if a month could hold more than `most` instances.

    The duration of an instance, in seconds, counts too: instances that last for years overlap
    every month there is.
    """
    days = _LONGEST_VIEW + duration / 86_400
    found = 0.0
    for rule in rules:
        instances = instances_per_day(rule.parts) * days
        found += min(instances, rule.parts.count) if rule.parts.count else instances
    if found > most:
        raise TooManyInstances("a recurrence with thousands of instances a month")


def instances_per_day(parts: RuleParts) -> float:
    """How many instances a rule has in a day, on average over one period; an upper bound."""
    clock = (len(parts.by_minute) or 1) * (len(parts.by_second) or 1)
    if parts.freq is Frequency.HOURLY:
        return clock * min(len(parts.by_hour) or 24, 24 / min(parts.interval, 24))
    clock *= len(parts.by_hour) or 1
    if parts.freq is Frequency.DAILY:
        return clock / parts.interval
    days, length = _days_per_period(parts)
    return clock * min(days, length) / (length * parts.interval)


def _days_per_period(parts: RuleParts) -> tuple[int, int]:
    """Days with instances in one period, and the length of the period in days."""
    if parts.freq is Frequency.WEEKLY:
        return len(parts.by_day) or 1, 7
    month_days = 31 if parts.by_day else len(parts.by_month_day) or 1
    if parts.freq is Frequency.MONTHLY:
        return month_days, 28
    months = len(parts.by_month) or 12
    return months * month_days + len(parts.by_year_day) + 7 * len(parts.by_week_number), 365
