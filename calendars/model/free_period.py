"""When a resource is lent, and its next free period (RES-1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from calendars.model.blocks import Blocks
from calendars.model.resource_policy import DAY, DAY_MINUTES, MINUTE, OpenHours, ResourcePolicy
from calendars.model.wall_clock import epoch_to_local, local_to_epoch
from calendars.model.window import Window

GRID = 5 * MINUTE
"""Free periods start on multiples of it: nobody meets at 10:03."""
SEARCH_DAYS = 62
"""How far a free period is looked for."""


def is_open(policy: ResourcePolicy, start: int, end: int, zone: tzinfo) -> bool:
    """The whole of [start, end) lies in the hours in which the resource is lent."""
    if not policy.hours:
        return True
    window = Window(start, max(end, start + 1))
    return any(span.covers(window) for span in open_spans(policy.hours, window, zone))


def open_spans(hours: tuple[OpenHours, ...], window: Window, zone: tzinfo) -> Iterator[Window]:
    """The stretches that are open, by start, as far as they concern the window.

    A stretch goes on over midnight where both days are open there.
    """
    if not hours:
        yield window
        return
    current: Window | None = None
    for span in _daily(hours, window, zone):
        if current is not None and span.start <= current.end:
            current = Window(current.start, max(current.end, span.end))
            continue
        if current is not None and current.end > window.start:
            yield current
        current = span
    if current is not None and current.end > window.start:
        yield current


def _daily(hours: tuple[OpenHours, ...], window: Window, zone: tzinfo) -> Iterator[Window]:
    """The open hours of each day, from the day before the window to the day after it."""
    day = epoch_to_local(window.start, zone).date() - timedelta(days=1)
    last = epoch_to_local(window.end, zone).date() + timedelta(days=1)
    by_start = sorted(hours, key=lambda span: span.start)
    while day <= last:
        for span in by_start:
            if day.weekday() in span.weekdays:
                yield Window(_at(day, span.start, zone), _at(day, span.end, zone))
        day += timedelta(days=1)


def _at(day: date, minutes: int, zone: tzinfo) -> int:
    if minutes == DAY_MINUTES:
        return local_to_epoch(datetime.combine(day + timedelta(days=1), time()), zone)
    return local_to_epoch(datetime.combine(day, time(minutes // 60, minutes % 60)), zone)


def next_free(
    policy: ResourcePolicy,
    taken: Blocks,
    length: int,
    *,
    after: int,
    now: int,
    zone: tzinfo,
    whole_days: bool = False,
) -> Window | None:
    """The earliest period of that length, not before `after`, that the policy lends and nobody has.

    `taken` holds the bookings, widened by the gap, and the periods out of service. A period of
    whole days starts at a midnight. None if there is none within SEARCH_DAYS.
    """
    if policy.max_duration is not None and length > policy.max_duration * MINUTE:
        return None
    earliest = max(after, now + policy.min_notice * MINUTE)
    limit = earliest + SEARCH_DAYS * DAY + length
    if policy.max_ahead is not None:
        limit = min(limit, now + policy.max_ahead * DAY)
    for span in open_spans(policy.hours, Window(earliest, limit), zone):
        stop = min(span.end, limit)
        start = _step(max(span.start, earliest), zone, whole_days=whole_days)
        while (end := _end_of(start, length, zone, whole_days=whole_days)) <= stop:
            block = taken.first_in(start, max(end, start + 1))
            if block is None:
                return Window(start, end)
            start = _step(block.end, zone, whole_days=whole_days)
    return None


def _step(instant: int, zone: tzinfo, *, whole_days: bool) -> int:
    """The instant itself if a period may start there, else the next one where it may."""
    if not whole_days:
        return -(-instant // GRID) * GRID
    local = epoch_to_local(instant, zone)
    midnight = datetime.combine(local.date(), time())
    if local != midnight:
        midnight += timedelta(days=1)
    return local_to_epoch(midnight, zone)


def _end_of(start: int, length: int, zone: tzinfo, *, whole_days: bool) -> int:
    if not whole_days:
        return start + length
    # A day may have 23 or 25 hours where clocks change.
    days = max(1, round(length / DAY))
    return local_to_epoch(epoch_to_local(start, zone) + timedelta(days=days), zone)
