"""The intervals of VFREEBUSY and VAVAILABILITY (RFC 4791 §9.9, RFC 7953 §7.2.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from calendars.model.component import Component, ContentLine
from calendars.model.moments import Moment, moment, tzid_of
from calendars.model.time_zones import Zones
from calendars.model.timing import BUSY, FREE, TENTATIVE, UNAVAILABLE
from calendars.model.values import Duration, Period, parse_duration, parse_period
from calendars.model.wall_clock import local_to_epoch
from calendars.model.window import NEVER_AFTER, NEVER_BEFORE, Window

# An unknown FBTYPE counts as BUSY (RFC 5545 §3.2.9).
_FBTYPES = {"FREE": FREE, "BUSY-TENTATIVE": TENTATIVE, "BUSY-UNAVAILABLE": UNAVAILABLE}


class Row(NamedTuple):
    """An interval, and what it does to free-busy time."""

    starts_at: int
    ends_at: int
    busy: str


def availability_rows(component: Component, zones: Zones) -> Iterator[Row]:
    """The rows of a VFREEBUSY or VAVAILABILITY.

    A VFREEBUSY matches by its own start and end if it has both, else by its periods; its periods
    alone tell who is busy. Raises InvalidCalendarData, TooManyInstances.
    """
    extent = _extent(component, zones)
    if component.name == "VAVAILABILITY":
        yield Row(*extent, FREE)
        return
    known = extent.start > NEVER_BEFORE and extent.end < NEVER_AFTER
    if known:
        # start <= DTEND counts, unlike everywhere else.
        yield Row(extent.start, extent.end + 1, FREE)
    for line in component.all("FREEBUSY"):
        busy = _FBTYPES.get((line.parameter("FBTYPE") or "BUSY").upper(), BUSY)
        for start, end in periods(line, zones):
            clipped = max(start, extent.start), min(end, extent.end)
            if clipped[0] < clipped[1]:
                yield Row(*clipped, busy)


def periods(line: ContentLine, zones: Zones) -> Iterator[tuple[int, int]]:
    """The PERIOD values of a property in epoch seconds. Raises InvalidCalendarData."""
    tzid = tzid_of(line)
    for text in line.value.split(","):
        yield period_instants(parse_period(text.strip()), tzid, zones)


def period_instants(period: Period, tzid: str | None, zones: Zones) -> tuple[int, int]:
    """Start and end of a period in epoch seconds."""
    start = period.start
    zone = start.tzinfo or zones.get(tzid)
    begins = local_to_epoch(start.replace(tzinfo=None), zone)
    if not isinstance(period.end, Duration):
        return begins, local_to_epoch(period.end.replace(tzinfo=None), zone)
    return begins, begins + period.end.total


def _extent(component: Component, zones: Zones) -> Window:
    start = _moment(component, "DTSTART", zones)
    end = _moment(component, "DTEND", zones)
    duration = component.value("DURATION")
    ends = NEVER_AFTER if end is None else end.instant
    if end is None and start is not None and duration is not None:
        ends = start.instant + max(0, parse_duration(duration).total)
    return Window(NEVER_BEFORE if start is None else start.instant, ends)


def _moment(component: Component, name: str, zones: Zones) -> Moment | None:
    line = component.line(name)
    return None if line is None else moment(line, zones)
