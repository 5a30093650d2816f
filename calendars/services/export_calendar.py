"""A whole calendar as one iCalendar text: each time zone once, every component as stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from calendars.kernel.database import Db
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.component import decode, escape, fold, parse, serialize
from calendars.model.principal import Access
from calendars.model.visibility import VisibleObject
from calendars.services.read_objects import read_each

_HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Niaouli//FR\r\nCALSCALE:GREGORIAN\r\n"


def export_calendar(db: Db, collection: CalendarCollection, access: Access) -> str:
    """What the reader may see of a calendar (RFC 5545 §3.4)."""
    return "".join(export_lines(db, [(collection, access)], name=collection.display_name))


def export_lines(
    db: Db, shelves: Sequence[tuple[CalendarCollection, Access]], *, name: str | None
) -> Iterator[str]:
    """Calendars as one text, piece by piece, for those that should not stand in memory."""
    yield _HEAD
    if name:
        yield fold(f"X-WR-CALNAME:{escape(name)}")
    zones: set[str] = set()
    for collection, access in shelves:
        yield from _components(db, collection, access, zones)
    yield "END:VCALENDAR\r\n"


def _components(
    db: Db, collection: CalendarCollection, access: Access, zones: set[str]
) -> Iterator[str]:
    """Every component that the reader may see; a zone that was written already is left out."""
    yield from _written(read_each(db, collection, access), zones)


def written(found: Iterable[VisibleObject], lines: Iterable[str]) -> Iterator[str]:
    """Objects as one text behind content lines of its own."""
    yield _HEAD
    yield from map(fold, lines)
    yield from _written(found, set())
    yield "END:VCALENDAR\r\n"


def _written(found: Iterable[VisibleObject], zones: set[str]) -> Iterator[str]:
    for one in found:
        for component in parse(decode(one.data)).components:
            tzid = component.value("TZID") if component.name == "VTIMEZONE" else None
            if tzid is not None:
                if tzid in zones:
                    continue
                zones.add(tzid)
            yield serialize(component)
