"""What comes again and falls on a day on which nobody works: moved or left out, with why (DLN-1).

The rule is a plain RRULE of days (RFC 5545 §3.3.10); what becomes of a closed day is decided for
each thing that recurs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from calendars.kernel.errors import InvalidInput, ServiceError
from calendars.model.budget import Budget
from calendars.model.recurrence import LAST, Rule
from calendars.model.recurrence_rule import Frequency
from scheduler.working_time.rules import ClosedDay, WorkingDays

LONGEST_CLOSURE = timedelta(days=31)
"""No run of closed days is longer: as far as a date can be moved."""
_OF_DAYS = frozenset(
    {Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY, Frequency.YEARLY}
)  # fmt: skip
_OF_HOURS = ("BYHOUR", "BYMINUTE", "BYSECOND")
MAX_RULE = 200


class BadRule(InvalidInput):
    """The rule is none, or one of hours."""

    words = "cette répétition n'est pas possible : des jours, des semaines, des mois ou des années"
    field = "rule"


class OnClosedDays(StrEnum):
    """What becomes of a date on a weekend, a holiday or a closure."""

    NEXT = "next"
    PREVIOUS = "previous"
    SKIP = "skip"


class Recurring(NamedTuple):
    """How a thing comes again: from which day on, until when, and what of closed days."""

    rule: str
    first_day: date
    last_day: date | None = None
    on_closed: OnClosedDays = OnClosedDays.NEXT


class Shifted(NamedTuple):
    """A day of the rule, the day that it became (None: left out), and what was in the way."""

    nominal: date
    day: date | None
    passed_over: tuple[ClosedDay, ...] = ()


def check_rule(rule: str, first_day: date) -> None:
    """Raises BadRule."""
    upper = rule.upper()
    if len(rule) > MAX_RULE or any(one in upper for one in _OF_HOURS):
        raise BadRule("a rule of days has no hours")
    try:
        parsed = Rule.parse(rule)
        next(parsed.between(first_day, _midnight(first_day), LAST, Budget()))
    except (ServiceError, StopIteration, ValueError):
        raise BadRule("this is no recurrence rule") from None
    if parsed.parts.freq not in _OF_DAYS:
        raise BadRule("it comes again every day, week, month or year")


def nominal_days(recurring: Recurring, first: date, last: date) -> list[date]:
    """The days of the rule from one day to another, both included.

    The first day of the thing is one of them only where the rule says so.
    """
    start = recurring.first_day
    until = last if recurring.last_day is None else min(last, recurring.last_day)
    rule = Rule.parse(recurring.rule)
    named = rule.names_start(start, Budget())
    found = rule.between(start, _midnight(first), _midnight(until + timedelta(days=1)), Budget())
    days = [wall.date() for wall in found]
    return days if named else [one for one in days if one != start]


def shifted_days(
    recurring: Recurring, first: date, last: date, working: WorkingDays
) -> list[Shifted]:
    """What becomes of the days of the rule between two days."""
    return [
        _shift(one, recurring.on_closed, working) for one in nominal_days(recurring, first, last)
    ]


def one_a_day(shifted: Sequence[Shifted]) -> list[Shifted]:
    """Of those that have come onto one day one is left: the day's own, else the first."""
    by_day: dict[date, Shifted] = {}
    for one in shifted:
        if one.day is None:
            continue
        there = by_day.get(one.day)
        if there is None or one.nominal == one.day:
            by_day[one.day] = one
    return [by_day[day] for day in sorted(by_day)]


def _shift(nominal: date, on_closed: OnClosedDays, working: WorkingDays) -> Shifted:
    closed = working.closed(nominal)
    if closed is None:
        return Shifted(nominal, nominal)
    if on_closed is OnClosedDays.SKIP:
        return Shifted(nominal, None, (closed,))
    back = on_closed is OnClosedDays.PREVIOUS
    found = working.last_until(nominal) if back else working.first_from(nominal)
    return Shifted(nominal, found.day, found.passed_over)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
