"""Days that count: the day units, the last day to send, the end of an appeal (TIM-7 to TIM-10).

Every answer says which days it had to pass over, and why: a date that binds people can be
explained to them.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY = 5, 6


class DayUnit(StrEnum):
    """How a period in days is counted (TIM-7)."""

    CALENDAR = "calendar"  # jours calendaires
    CLEAR = "clear"  # jours francs: neither the first nor the last day counts
    WORKING = "working"  # jours ouvrés: Monday to Friday less holidays and closures
    WORKABLE = "workable"  # jours ouvrables: Monday to Saturday less holidays


class Closed(StrEnum):
    """Why nobody works on a day."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    CLOSURE = "closure"


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day that a reckoning passed over."""

    day: date
    because: Closed
    label: str = ""
    """What the holiday or the order that closes the day is called."""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A computed date, and the closed days that made it what it is (TIM-10)."""

    day: date
    passed_over: tuple[ClosedDay, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The days on which the administration works, by its holidays and closures (TIM-4, TIM-5)."""

    holidays: Mapping[date, str] = field(default_factory=dict)
    closures: Mapping[date, str] = field(default_factory=dict)

    def closed(self, day: date, unit: DayUnit = DayUnit.WORKING) -> ClosedDay | None:
        """Why the day does not count as one of that unit; None if it does."""
        if unit in {DayUnit.CALENDAR, DayUnit.CLEAR}:
            return None
        if day in self.holidays:
            return ClosedDay(day, Closed.HOLIDAY, self.holidays[day])
        if unit is DayUnit.WORKING and day in self.closures:
            return ClosedDay(day, Closed.CLOSURE, self.closures[day])
        free = _SATURDAY if unit is DayUnit.WORKING else _SUNDAY
        return ClosedDay(day, Closed.WEEKEND) if day.weekday() >= free else None

    def first_from(self, day: date) -> Reckoning:
        """The first working day that is not before a day."""
        return self._seek(day, _DAY)

    def last_until(self, day: date) -> Reckoning:
        """The last working day that is not after a day."""
        return self._seek(day, -_DAY)

    def _seek(self, day: date, step: timedelta) -> Reckoning:
        passed: list[ClosedDay] = []
        while (closed := self.closed(day)) is not None:
            passed.append(closed)
            day += step
        return Reckoning(day, tuple(passed))


def last_sending_day(meeting: date, days: int, unit: DayUnit, working: WorkingDays) -> Reckoning:
    """The last day on which a notice of so many days can still leave (TIM-8).

    It may be a day on which nobody works: `planned_sending` is the one to plan for.
    """
    if unit is DayUnit.CALENDAR:
        return Reckoning(meeting - days * _DAY)
    if unit is DayUnit.CLEAR:
        return Reckoning(meeting - (days + 1) * _DAY)
    passed: list[ClosedDay] = []
    day = meeting
    while days > 0:
        day -= _DAY
        closed = working.closed(day, unit)
        if closed is None:
            days -= 1
        else:
            passed.append(closed)
    return Reckoning(day - _DAY, tuple(passed))


def planned_sending(meeting: date, days: int, unit: DayUnit, working: WorkingDays) -> Reckoning:
    """The day for which the sending is planned: a working one, in time (TIM-8)."""
    latest = last_sending_day(meeting, days, unit, working)
    planned = working.last_until(latest.day)
    return Reckoning(planned.day, latest.passed_over + planned.passed_over)


def appeal_end(notified_on: date, months: int, working: WorkingDays) -> Reckoning:
    """The last day of an appeal: whole months, counted clear, ending on a working day (TIM-9)."""
    return working.first_from(add_months(notified_on, months) + _DAY)


def add_months(day: date, months: int) -> date:
    """From day-number to day-number, the month's last day if it has no such number (TIM-7)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
