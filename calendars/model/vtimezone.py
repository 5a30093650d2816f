"""A zone that an object brings along: VTIMEZONE (RFC 5545 §3.6.5).

It is computed only for a TZID that the tz database does not know, year by year, and within a
budget: its rules were written by a stranger.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

from calendars.model.budget import Budget
from calendars.model.component import Component
from calendars.model.invalid import InvalidCalendarData
from calendars.model.recurrence import LAST, Rule
from calendars.model.values import parse_date_or_datetime, parse_utc_offset

MAX_OBSERVANCES = 1_000
MAX_OPEN_RULES = 50
MAX_ONSETS = 2_000

_NO_TIME = timedelta(0)
_FIRST_YEAR, _LAST_YEAR = 1584, 2198
_MARGIN = timedelta(days=2)


class _Onset(NamedTuple):
    """From this wall-clock time, as told before the change, the clocks keep another offset."""

    wall: datetime
    before: timedelta
    after: timedelta


class _OpenRule(NamedTuple):
    dtstart: datetime
    before: timedelta
    after: timedelta
    rule: Rule


class CustomZone(tzinfo):
    """The zone of one VTIMEZONE."""

    def __init__(self, definition: Component) -> None:
        self._name = (definition.value("TZID") or "")[:80]
        self._fixed: list[_Onset] = []
        self._open: list[_OpenRule] = []
        self._years: dict[int, tuple[timedelta, list[_Onset]]] = {}
        observances = _observances(definition)
        if len(observances) > MAX_OBSERVANCES:
            raise InvalidCalendarData("a VTIMEZONE with thousands of observances")
        budget = Budget(MAX_ONSETS, MAX_ONSETS)
        for observance in observances:
            self._read(observance, budget)
        if len(self._open) > MAX_OPEN_RULES:
            raise InvalidCalendarData("a VTIMEZONE with dozens of endless rules")
        self._fixed.sort()
        self._first = min(self._fixed, key=lambda onset: onset.wall).before

    def _read(self, observance: Component, budget: Budget) -> None:
        before = parse_utc_offset(_required(observance, "TZOFFSETFROM"))
        after = parse_utc_offset(_required(observance, "TZOFFSETTO"))
        dtstart = _after_1600(_wall(_required(observance, "DTSTART"), before))
        walls = [dtstart]
        for line in observance.all("RDATE"):
            for text in line.value.split(","):
                budget.spend()
                walls.append(_wall(text, before))
        for line in observance.all("RRULE"):
            rule = Rule.parse(line.value)
            if rule.bounded:
                onsets = rule.between(dtstart, dtstart, LAST, budget, zone=timezone(before))
                walls.extend(onsets)
            else:
                self._open.append(_OpenRule(dtstart, before, after, rule))
        self._fixed.extend(_Onset(wall, before, after) for wall in walls)

    def utcoffset(self, dt: datetime | None) -> timedelta:
        """Gaps and overlaps as in RFC 5545 §3.3.5: what counts is the offset before the change."""
        if dt is None:
            return _NO_TIME
        wall = dt.replace(tzinfo=None, fold=0)
        offset, onsets = self._year(wall.year)
        for onset in onsets:
            change = onset.after - onset.before
            change = min(change, _NO_TIME) if dt.fold else max(change, _NO_TIME)
            if wall < onset.wall + change:
                break
            offset = onset.after
        return offset

    def dst(self, dt: datetime | None) -> timedelta | None:  # noqa: ARG002 - as tzinfo wants it
        """Not told: VTIMEZONE knows offsets, not why they change."""
        return None

    def tzname(self, dt: datetime | None) -> str:  # noqa: ARG002 - as tzinfo wants it
        """The TZID."""
        return self._name

    def fromutc(self, dt: datetime) -> datetime:
        """The wall clock at an instant."""
        instant = dt.replace(tzinfo=None)
        offset, onsets = self._year(instant.year)
        for onset in onsets:
            if instant < onset.wall - onset.before:
                break
            offset = onset.after
        local = (instant + offset).replace(tzinfo=self)
        return local if self.utcoffset(local) == offset else local.replace(fold=1)

    def _year(self, year: int) -> tuple[timedelta, list[_Onset]]:
        """The offset at the start of a year, and the changes in it, with some days around."""
        year = min(max(year, _FIRST_YEAR), _LAST_YEAR)
        known = self._years.get(year)
        if known is None:
            known = self._years[year] = self._find_year(year)
        return known

    def _find_year(self, year: int) -> tuple[timedelta, list[_Onset]]:
        start = datetime(year, 1, 1) - _MARGIN  # noqa: DTZ001 - wall clock
        end = datetime(year + 1, 1, 1) + _MARGIN  # noqa: DTZ001 - wall clock
        low = bisect_left(self._fixed, (start,))
        onsets = self._fixed[low : bisect_left(self._fixed, (end,))]
        earlier = self._fixed[low - 1 : low] if low else []
        budget = Budget(200, 200)
        for dtstart, before, after, rule in self._open:
            last = rule.latest(dtstart, start, budget)
            if last is not None:
                earlier.append(_Onset(last, before, after))
            walls = rule.between(dtstart, start, end, budget)
            onsets.extend(_Onset(wall, before, after) for wall in walls)
        return max(earlier).after if earlier else self._first, sorted(set(onsets))


def custom_zone(definition: Component) -> CustomZone | None:
    """The zone of a VTIMEZONE, None if it says nothing.

    Raises InvalidCalendarData, TooManyInstances.
    """
    if not _observances(definition):
        return None
    return CustomZone(definition)


def _observances(definition: Component) -> list[Component]:
    return [part for part in definition.components if part.name in ("STANDARD", "DAYLIGHT")]


def _required(observance: Component, name: str) -> str:
    value = observance.value(name)
    if value is None:
        raise InvalidCalendarData(f"{observance.name} without {name}")
    return value


def _wall(text: str, offset: timedelta) -> datetime:
    value = parse_date_or_datetime(text)
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - wall clock
    if value.tzinfo is None:
        return value
    try:
        return value.replace(tzinfo=None) + offset
    except OverflowError:
        raise InvalidCalendarData(f"beyond all dates: {text[:40]}") from None


def _after_1600(start: datetime) -> datetime:
    """.NET begins its zones in the year 1; the same weekdays and leap days come in 1601."""
    return start if start.year > 1600 else start.replace(year=start.year % 400 + 1600)
