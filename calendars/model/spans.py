"""Start, end and length of one component agree with each other (RFC 5545 §3.6.1, §3.8.2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from calendars.model.component import Component, ContentLine
from calendars.model.invalid import InvalidCalendarData
from calendars.model.time_zones import Zones
from calendars.model.values import parse_date_or_datetime, parse_duration
from calendars.model.wall_clock import local_to_epoch

UNKNOWN_ZONE = timezone(timedelta(0), "unknown")
"""Stands for the zone of the collection, which a text alone does not tell."""

_ENDS = {"VTODO": "DUE"}


def check_span(component: Component, zones: Zones) -> int:
    """How long the component lasts, in seconds, as far as that matters for its limits.

    An end at the start itself is taken: many programs write it for what has no length. A task
    may be due before it starts, and in another type of value: that is how people plan.
    Raises InvalidCalendarData.
    """
    start = component.line("DTSTART")
    end = component.line(_ENDS.get(component.name, "DTEND"))
    duration = component.value("DURATION")
    if duration is not None:
        if end is not None:
            raise InvalidCalendarData(f"{component.name}: both {end.name} and DURATION")
        return parse_duration(duration).total
    if start is None or end is None:
        return 0
    return _length(component, start, end, zones)


def _length(component: Component, start: ContentLine, end: ContentLine, zones: Zones) -> int:
    first, last = parse_date_or_datetime(start.value), parse_date_or_datetime(end.value)
    is_task = component.name == "VTODO"
    if isinstance(first, datetime) is not isinstance(last, datetime):
        if is_task:
            return 0
        raise InvalidCalendarData(f"{component.name}: a date and a time as DTSTART and DTEND")
    length = _seconds(first, last, start, end, zones)
    if length < 0 and not is_task:
        raise InvalidCalendarData(f"{component.name}: DTEND before DTSTART")
    return max(length, 0)


def _seconds(first: date, last: date, start: ContentLine, end: ContentLine, zones: Zones) -> int:
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return (last - first).days * 86_400
    same_kind = (first.tzinfo is None) == (last.tzinfo is None)
    if same_kind and (first.tzinfo is not None or start.raw_parameters == end.raw_parameters):
        return int((last - first).total_seconds())
    starts_at, ends_at = _epoch(first, start, zones), _epoch(last, end, zones)
    return 0 if starts_at is None or ends_at is None else ends_at - starts_at


def _epoch(value: datetime, line: ContentLine, zones: Zones) -> int | None:
    """The instant of a value; None if it depends on a zone that only the collection knows."""
    if value.tzinfo is not None:
        return int(value.timestamp())
    zone = zones.get(line.parameter("TZID"))
    return None if zone is UNKNOWN_ZONE else local_to_epoch(value, zone)
