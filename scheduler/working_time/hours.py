"""Working hours by the clocks of a site, with the break in their middle (TIM-6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from calendars.model.resource_policy import OpenHours
from calendars.model.wall_clock import local_to_epoch

MINUTE = 60
_WEEK = (0, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Spans of the week; two spans of one day have a break between them."""

    spans: tuple[OpenHours, ...]

    def on(self, day: date) -> tuple[tuple[int, int], ...]:
        """The spans of a day in minutes after midnight, by start."""
        weekday = day.weekday()
        return tuple(sorted((s.start, s.end) for s in self.spans if weekday in s.weekdays))

    def lunch_on(self, day: date) -> tuple[int, int] | None:
        """The longest break between two spans of the day; None where there is none."""
        spans = self.on(day)
        breaks = [(a[1], b[0]) for a, b in pairwise(spans) if b[0] > a[1]]
        return max(breaks, key=lambda one: one[1] - one[0], default=None)


DEFAULT_HOURS = WorkingHours(
    (OpenHours(_WEEK, 7 * 60 + 30, 11 * 60 + 30), OpenHours(_WEEK, 12 * 60 + 30, 16 * 60))
)
"""7:30 to 11:30 and 12:30 to 16:00, Monday to Friday."""


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from the first to the last."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def at_minute(day: date, minute: int, zone: tzinfo) -> int:
    """The instant at which the clocks of the zone show that many minutes after midnight."""
    return local_to_epoch(datetime.combine(day, time()) + timedelta(minutes=minute), zone)


def local_day(instant: int, zone: tzinfo) -> date:
    """The day that it is at the site (TIM-1)."""
    return datetime.fromtimestamp(instant, zone).date()
