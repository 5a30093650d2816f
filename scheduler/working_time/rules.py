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

    def with_day(self, day: date, because: Closed | None, label: str = "") -> WorkingDays:
        """The same with one day decided otherwise; None makes it a day like any other (TIM-5)."""
        holidays = {one: name for one, name in self.holidays.items() if one != day}
        closures = {one: name for one, name in self.closures.items() if one != day}
        if because is Closed.HOLIDAY:
            holidays[day] = label
        elif because is Closed.CLOSURE:
            closures[day] = label
        return WorkingDays(holidays, closures)

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


class DateRule(StrEnum):
    """How a date that binds people is computed (TIM-7 to TIM-9)."""

    LAST_SENDING = "last-sending-day"
    PLANNED_SENDING = "planned-sending-day"
    APPEAL_END = "appeal-end"
    DUE_IN_DAYS = "due-in-days"
    DUE_IN_MONTHS = "due-in-months"
    NEXT_WORKING = "next-working-day"


@dataclass(frozen=True, slots=True)
class DateInputs:
    """From which day, how many, of which unit; a rule of months has no unit."""

    day: date
    count: int = 0
    unit: DayUnit = DayUnit.WORKING


def reckon(rule: DateRule, inputs: DateInputs, working: WorkingDays) -> Reckoning:
    """The date that a rule gives (TIM-10)."""
    day, count, unit = inputs.day, inputs.count, inputs.unit
    if rule is DateRule.LAST_SENDING:
        return last_sending_day(day, count, unit, working)
    if rule is DateRule.PLANNED_SENDING:
        return planned_sending(day, count, unit, working)
    if rule is DateRule.APPEAL_END:
        return appeal_end(day, count, working)
    if rule is DateRule.DUE_IN_MONTHS:
        return Reckoning(add_months(day, count))
    if rule is DateRule.NEXT_WORKING:
        return working.first_from(day)
    return due_in_days(day, count, unit, working)


def due_in_days(day: date, count: int, unit: DayUnit, working: WorkingDays) -> Reckoning:
    """The last day of a delay that starts on a day, which itself never counts (TIM-7).

    What ends on a closed day ends on the working day after it.
    """
    passed: list[ClosedDay] = []
    if unit in {DayUnit.CALENDAR, DayUnit.CLEAR}:
        day += (count + (unit is DayUnit.CLEAR)) * _DAY
    while unit in {DayUnit.WORKING, DayUnit.WORKABLE} and count > 0:
        day += _DAY
        closed = working.closed(day, unit)
        if closed is None:
            count -= 1
        else:
            passed.append(closed)
    ended = working.first_from(day)
    return Reckoning(ended.day, (*passed, *ended.passed_over))
