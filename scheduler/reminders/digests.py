"""When the digest of a diary leaves, which days it tells, and what of them (TIM-11). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple

from calendars.model.wall_clock import epoch_to_local, local_to_epoch
from scheduler.reminders.rules import SendingHours

_DAY = timedelta(days=1)
_FRIDAY = 4
_NOON = time(12)
LOOKS_BACK = 21 * 86_400
"""A digest that was due before that is of no use to anybody."""


class Period(StrEnum):
    """What a digest tells: the next working day, or the next week."""

    DAY = "day"
    WEEK = "week"

    @property
    def usual_hour(self) -> time:
        """In the evening before; on Friday at the same hour."""
        return time(17)


class Days(NamedTuple):
    """The first and the last day that are told."""

    first: date
    last: date


def next_sending(period: Period, after: int, at: time, hours: SendingHours) -> int:
    """The first instant behind one at which it leaves.

    The one of the day leaves on working days; that of the week on Friday, or on the last working
    day before it.
    """
    day = epoch_to_local(after, hours.zone).date()
    while True:
        sent = _sending_day(period, day, hours)
        instant = local_to_epoch(datetime.combine(sent, at), hours.zone)
        if instant > after:
            return instant
        day += _DAY if period is Period.DAY else 7 * _DAY


def _sending_day(period: Period, day: date, hours: SendingHours) -> date:
    if period is Period.DAY:
        return hours.working.first_from(day).day
    monday = day - day.weekday() * _DAY
    friday = monday + _FRIDAY * _DAY
    sent = hours.working_day_until(friday)
    return sent if sent >= monday else friday


def last_sending(period: Period, since: int, now: int, at: time, hours: SendingHours) -> int | None:
    """Of those that were due in [since, now] the last one: the others are of no use any more."""
    last = None
    instant = next_sending(period, max(since - 1, now - LOOKS_BACK), at, hours)
    while instant <= now:
        last = instant
        instant = next_sending(period, instant, at, hours)
    return last


def days_told(period: Period, sent_at: int, hours: SendingHours) -> Days:
    """From tomorrow to the next working day; or from Monday to Sunday of the next week."""
    day = epoch_to_local(sent_at, hours.zone).date()
    if period is Period.DAY:
        return Days(day + _DAY, hours.working.first_from(day + _DAY).day)
    monday = day + (7 - day.weekday()) * _DAY
    return Days(monday, monday + 6 * _DAY)


def of_use_until(period: Period, days: Days, hours: SendingHours) -> int:
    """The noon of the working day that it is about, of a week its first one."""
    first = days.last if period is Period.DAY else hours.working.first_from(days.first).day
    return local_to_epoch(datetime.combine(first, _NOON), hours.zone)


@dataclass(frozen=True, slots=True)
class Item:
    """Something in the diary, as one reader may know it."""

    start: date | int
    end: date | int | None
    title: str
    """Empty where it is masked."""
    mask: str = ""
    """private, busy, confidential: why there is no title."""
    location: str = ""
    tentative: bool = False
    busy: bool = True


class Line(NamedTuple):
    """An item on one of the days, with what else is planned for the same time."""

    item: Item
    clash: Item | None


def lines_by_day(items: Iterable[Item], days: Days, zone: tzinfo) -> list[tuple[date, list[Line]]]:
    """Every day with its items: those of whole days first, on each of their days."""
    ordered = sorted(items, key=lambda item: _order(item, zone))
    clashes = _clashes(ordered)
    told = []
    day = days.first
    while day <= days.last:
        lines = [Line(one, clashes.get(id(one))) for one in ordered if _is_on(one, day, days, zone)]
        told.append((day, lines))
        day += _DAY
    return told


def _order(item: Item, zone: tzinfo) -> tuple[bool, int, str]:
    if isinstance(item.start, int):
        return True, item.start, item.title
    start = local_to_epoch(datetime.combine(item.start, time.min), zone)
    return False, start, item.title


def _is_on(item: Item, day: date, days: Days, zone: tzinfo) -> bool:
    """One of hours stands on the day on which it begins, or on the first if that was before."""
    if isinstance(item.start, int):
        return max(epoch_to_local(item.start, zone).date(), days.first) == day
    end = item.end if item.end is not None and not isinstance(item.end, int) else item.start + _DAY
    return item.start <= day < max(end, item.start + _DAY)


def _clashes(ordered: Sequence[Item]) -> dict[int, Item]:
    """For each item of hours that is sure another one at the same time, if there is one (DIA-4)."""
    found: dict[int, Item] = {}
    running: list[tuple[int, Item]] = []
    for item in ordered:
        start, end = item.start, item.end
        if not isinstance(start, int) or not isinstance(end, int):
            continue
        if not item.busy or item.tentative:
            continue
        running = [(until, one) for until, one in running if until > start]
        if running:
            other = running[0][1]
            found[id(item)] = other
            found.setdefault(id(other), item)
        running.append((end, item))
    return found
