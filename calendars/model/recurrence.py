"""The instances of a recurrence rule, found without walking up to them (RFC 5545 §3.3.10).

The engine works on wall-clock times and jumps by arithmetic to the period that is asked for; what
becomes of them in a zone is `recurrence_set`'s affair.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from calendars.model.budget import Budget
from calendars.model.invalid import InvalidCalendarData
from calendars.model.recurrence_days import (
    days_of_week,
    limits_days,
    positions,
    times_of_day,
    wall_clock,
    with_days_of,
)
from calendars.model.recurrence_periods import UNIT_SECONDS, days_by_period, times_by_period
from calendars.model.recurrence_rule import Frequency, RuleParts, parse_parts
from calendars.model.wall_clock import epoch_to_local, local_to_epoch

__all__ = ["LAST", "Budget", "Rule"]

LAST = datetime(2199, 12, 31, 23, 59, 59)  # noqa: DTZ001 - wall clock, on purpose
"""Nothing is generated after it; no date after 2100 is accepted as a start."""

_GREGORIAN = 1583
_ALL_DAYS = LAST.toordinal()
_PERIOD_DAYS = {Frequency.YEARLY: 366, Frequency.MONTHLY: 31, Frequency.WEEKLY: 7}
_PLAIN_SECONDS = {Frequency.DAILY: 86_400, **UNIT_SECONDS}
_LONGEST_CLOCK_CHANGE = timedelta(days=1)
_CACHED_RULE_LENGTH = 256


class _End(NamedTuple):
    """Where a rule stops: no wall clock after `wall`, and no instant after `instant`."""

    wall: datetime
    instant: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One RRULE."""

    parts: RuleParts

    @classmethod
    def parse(cls, text: str, *, minutely: bool = False) -> Rule:
        """Read and check an RRULE value; MINUTELY only for who asks for it.

        Raises InvalidCalendarData, UnsupportedRscale.
        """
        if len(text) > _CACHED_RULE_LENGTH:
            return cls(parse_parts(text, minutely=minutely))
        return _parsed(text, minutely)

    @property
    def bounded(self) -> bool:
        """It ends by itself."""
        return self.parts.count is not None or self.parts.until is not None

    @property
    def period(self) -> timedelta:
        """About the time from one period of the rule to the next, a day at least."""
        days = _PERIOD_DAYS.get(self.parts.freq, 1) * self.parts.interval
        return timedelta(days=min(days, _ALL_DAYS))

    def between(
        self,
        dtstart: datetime | date,
        start: datetime,
        end: datetime,
        budget: Budget,
        *,
        zone: tzinfo = UTC,
    ) -> Iterator[datetime]:
        """The wall-clock starts in [start, end), in order; of dates, their midnights.

        DTSTART is always the first instance and counts as one (§3.8.5.3). The zone is that of
        DTSTART; only an UNTIL in UTC depends on it.
        Raises TooManyInstances, InvalidCalendarData.
        """
        first = _midnight(dtstart)
        if first.year < _GREGORIAN:
            raise InvalidCalendarData("a recurrence from before the Gregorian calendar")
        if start <= first < end:
            budget.spend()
            yield first
        reckoned = _last_by_count(self.parts, first)
        to_count = self.parts.count if reckoned is None else None
        stop = _until(self.parts.until, zone, dates=not isinstance(dtstart, datetime))
        last = stop.wall if reckoned is None else min(stop.wall, reckoned)
        low = max(start, first) if to_count is None else first
        span = range(low.toordinal(), min(end, last).toordinal() + 1)
        seen, previous = 1, first
        for wall in _candidates(self.parts, dtstart, span, budget):
            if wall >= end or wall > last or seen == to_count:
                return
            if wall <= previous or (wall < start and to_count is None):
                continue
            if stop.instant is not None and local_to_epoch(wall, zone) > stop.instant:
                continue
            previous = wall
            seen += 1
            budget.spend()
            if wall >= start:
                yield wall

    def stop(self, dtstart: datetime | date, zone: tzinfo) -> datetime | None:
        """A wall-clock time after which it has no instance; None if they must be counted."""
        reckoned = _last_by_count(self.parts, _midnight(dtstart))
        until = self.parts.until
        if until is None:
            return reckoned
        last = _until(until, zone, dates=not isinstance(dtstart, datetime)).wall
        return last if reckoned is None else min(last, reckoned)

    def names_start(self, dtstart: datetime | date, budget: Budget) -> bool:
        """DTSTART is what the rule itself would give, and not an instance for its own sake."""
        first = _midnight(dtstart)
        day = first.toordinal()
        return first in _candidates(self.parts, dtstart, range(day, day + 1), budget)

    def latest(
        self, dtstart: datetime | date, before: datetime, budget: Budget, *, zone: tzinfo = UTC
    ) -> datetime | None:
        """The last wall-clock start before a time, None if there is none."""
        first = _midnight(dtstart)
        before = min(before, LAST)
        days = self.period.days * 2
        while before > first:
            low = before - timedelta(days=days) if days < (before - first).days else first
            found = None
            for wall in self.between(dtstart, low, before, budget, zone=zone):
                found = wall
            if found is not None or low == first:
                return found
            days *= 4
        return None


@lru_cache(maxsize=4_096)
def _parsed(text: str, minutely: bool) -> Rule:  # noqa: FBT001 - a key of the cache
    return Rule(parse_parts(text, minutely=minutely))


def _midnight(value: datetime | date) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time.min)


def _candidates(
    parts: RuleParts, dtstart: datetime | date, span: range, budget: Budget
) -> Iterator[datetime]:
    """What the rule names from the period of the span's first day to that of its last."""
    first = _midnight(dtstart)
    parts = with_days_of(parts, first)
    if parts.freq in UNIT_SECONDS:
        if not isinstance(dtstart, datetime):
            raise InvalidCalendarData(f"FREQ={parts.freq} does not go with dates")
        yield from times_by_period(parts, first, span, budget)
        return
    # BYHOUR and its like mean nothing for dates (§3.3.10).
    times = times_of_day(parts, first.time()) if isinstance(dtstart, datetime) else (first.time(),)
    for days in days_by_period(parts, first, span, budget):
        if parts.by_set_position:
            # The set is the product of days and times: it is counted in, never built.
            for index in positions(parts, len(days) * len(times)):
                yield wall_clock(days[index // len(times)], times[index % len(times)])
            continue
        for day in days:
            if day in span:
                for clock in times:
                    yield wall_clock(day, clock)


def _until(until: date | datetime | None, zone: tzinfo, *, dates: bool) -> _End:
    """A date as UNTIL takes in its whole day, whatever it should have been (§3.3.10)."""
    if until is None or until.year > LAST.year:
        return _End(LAST)
    if dates or not isinstance(until, datetime):
        return _End(datetime.combine(until, time.max))
    if until.tzinfo is None:
        return _End(until)
    instant = local_to_epoch(until.replace(tzinfo=None), UTC)
    return _End(epoch_to_local(instant, zone) + _LONGEST_CLOCK_CHANGE, instant)


def _last_by_count(parts: RuleParts, first: datetime) -> datetime | None:
    """The last instance by COUNT where it can be reckoned; None if it must be counted.

    Every period of a plain rule holds the same number of instances.
    """
    limited = parts.by_hour or parts.by_minute or parts.by_second or parts.by_set_position
    if parts.count is None or limited or parts.by_month:
        return None
    more = parts.count - 1
    if parts.freq is Frequency.WEEKLY:
        return _last_week_day(with_days_of(parts, first), first, more)
    if limits_days(parts) or parts.freq not in _PLAIN_SECONDS:
        return None
    return _later(first, _PLAIN_SECONDS[parts.freq] * parts.interval, more)


def _last_week_day(parts: RuleParts, first: datetime, more: int) -> datetime:
    """The last instance of a plain WEEKLY rule that has that many more after DTSTART."""
    today = first.toordinal()
    days = days_of_week(parts, today - (first.weekday() - parts.week_start) % 7)
    same_week = [today, *(day for day in days if day > today)]
    if more < len(same_week):
        return wall_clock(same_week[more], first.time())
    weeks, place = divmod(more - len(same_week), len(days))
    day = wall_clock(days[place], first.time())
    return _later(day, 7 * 86_400 * parts.interval, weeks + 1)


def _later(start: datetime, seconds: int, times: int) -> datetime:
    """A time that many steps later, LAST if it lies beyond."""
    room = (LAST - start).total_seconds()
    return start + timedelta(seconds=seconds * times) if seconds * times <= room else LAST
