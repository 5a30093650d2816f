"""A component that recurs, with the overrides of its instances (RFC 5545 §3.8.4.4).

A series runs in stretches: from its start, and from each override for THISANDFUTURE on. Single
overrides stand beside the stretches and replace what they name there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from heapq import merge
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from calendars.model.budget import Budget
from calendars.model.recurrence import LAST
from calendars.model.recurrence_set import RecurrenceSet
from calendars.model.time_zones import Zones
from calendars.model.timed_instance import TimedInstance, sole_instance
from calendars.model.timing import Timing
from calendars.model.wall_clock import epoch_to_local, local_to_epoch
from calendars.model.window import NEVER_AFTER, NEVER_BEFORE, Window

_DAY = 86_400
_NO_SHIFT = timedelta(0)
_BY_START = attrgetter("starts_at")


class _Stretch(NamedTuple):
    """From one original start to another, what describes the instances and how far they moved."""

    low: int
    high: int
    timing: Timing
    shift: timedelta


class Series:
    """The instances of one UID that recurs."""

    def __init__(
        self, master: Timing, overrides: list[Timing], zones: Zones, budget: Budget
    ) -> None:
        """The master must have a start. Raises InvalidCalendarData, TooManyInstances."""
        assert master.start is not None  # noqa: S101 - what the caller must see to
        self._first = master.start
        self._zones = zones
        self.set = RecurrenceSet(self._first, master.set_lines, zones, budget)
        self._replaced: dict[int, Timing] = {}
        futures: dict[int, Timing] = {}
        for override in overrides:
            budget.spend(1)
            if override.recurrence_id is not None:
                place = futures if override.this_and_future else self._replaced
                place[self.set.instant_of(override.recurrence_id)] = override
        self._stretches = list(self._cut(master, futures))
        self._replaced = {**futures, **self._replaced}

    def _cut(self, master: Timing, futures: dict[int, Timing]) -> Iterator[_Stretch]:
        cuts = [NEVER_BEFORE, *sorted(futures), NEVER_AFTER]
        for low, high in pairwise(cuts):
            timing = futures.get(low, master)
            yield _Stretch(low, high, timing, self._shift(timing, low))

    def _shift(self, timing: Timing, original: int) -> timedelta:
        """How far an override for THISANDFUTURE moves what follows, on the wall clock."""
        if timing.start is None or original == NEVER_BEFORE:
            return _NO_SHIFT
        return timing.start.wall - epoch_to_local(original, timing.start.zone)

    def instances(self, window: Window) -> Iterator[TimedInstance]:
        """The instances that overlap a window, by start."""
        walks = [self._walk(stretch, window) for stretch in self._stretches]
        if self._replaced:
            walks.append(iter(sorted(self._overridden(window), key=_BY_START)))
        return walks[0] if len(walks) == 1 else merge(*walks, key=_BY_START)

    def _walk(self, stretch: _Stretch, window: Window) -> Iterator[TimedInstance]:
        timing = stretch.timing
        start = timing.start or self._first
        zone = start.zone
        moved = stretch.shift != _NO_SHIFT or zone is not self._first.zone
        low, high = self._span(stretch, window, moved=moved)
        if low >= high:
            return
        for instant, original_wall, own_length in self.set.between(low, high):
            if instant in self._replaced:
                continue
            wall, now = original_wall, instant
            if moved:
                wall = epoch_to_local(instant, zone) + stretch.shift
                now = local_to_epoch(wall, zone)
            end = timing.end(wall, now, zone, own_length or timing.length)
            interval = timing.interval(now, end)
            if window.start < interval[1] and interval[0] < window.end:
                yield TimedInstance(timing, interval, wall, end, instant, self._first)

    def _span(self, stretch: _Stretch, window: Window, *, moved: bool) -> tuple[int, int]:
        """Where the original starts lie of whatever may overlap the window."""
        length = stretch.timing.length
        back = max(length.total, self.set.longest, 0) + 1
        ahead = max(-length.total, 0) + 1
        slack = _DAY if length.days else 0
        if moved:
            # Zones differ by less than two days, and clocks are moved by less than one.
            slack += 3 * _DAY + abs(stretch.shift.days) * _DAY
        low = max(stretch.low, window.start - back - slack)
        return low, min(stretch.high, window.end + ahead + slack)

    def _overridden(self, window: Window) -> Iterator[TimedInstance]:
        # EXDATE wins: a client that deletes a changed instance may leave the override behind.
        for original, timing in self._replaced.items():
            if self.set.excludes(original):
                continue
            instance = sole_instance(timing, self._zones, original, self._first)
            if instance is not None and window.overlaps(instance.starts_at, instance.ends_at):
                yield instance

    @property
    def period(self) -> int:
        """About the longest time between two instances of its rules, in seconds."""
        return max((rule.period.days * _DAY for rule in self.set.rules), default=_DAY)

    def last_stop(self) -> int | None:
        """An instant after which no rule has an instance; NEVER_AFTER if one has no end in sight.

        None if a COUNT must be counted to know.
        """
        stops = [self.set.first.instant]
        for rule in self.set.rules:
            if not rule.bounded:
                return NEVER_AFTER
            stop = rule.stop(self._first.wall, self._first.zone)
            if stop is None:
                return None
            if stop >= LAST:
                return NEVER_AFTER
            stops.append(local_to_epoch(stop, self._first.zone) + _DAY)
        return max(stops)
