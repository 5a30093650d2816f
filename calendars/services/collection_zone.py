"""The zone in which a collection reads floating times and dates (RFC 4791 §5.2.2, TIM-2)."""

from __future__ import annotations

from datetime import UTC, tzinfo
from functools import lru_cache

from calendars.model.calendar_collection import CalendarCollection
from calendars.model.component import parse
from calendars.model.time_zones import Zones, named_zone


def zone_of(collection: CalendarCollection) -> tzinfo:
    """The collection's own definition if it bears one, else the zone of its id."""
    if collection.timezone is not None:
        return zone_of_text(collection.timezone)
    return named_zone(collection.timezone_id) or UTC


@lru_cache(maxsize=64)
def zone_of_text(text: str) -> tzinfo:
    """The zone of a VCALENDAR with one VTIMEZONE. Raises InvalidCalendarData."""
    calendar = parse(text)
    definitions = calendar.children("VTIMEZONE")
    tzid = definitions[0].value("TZID") if definitions else None
    return Zones.of(calendar, UTC).get(tzid)
