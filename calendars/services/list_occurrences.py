"""What happens in a calendar between two instants, occurrence by occurrence, in slices.

Which objects happen when is asked of the index; only the objects of the slice are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput
from calendars.kernel.identifiers import ObjectId
from calendars.model.budget import Budget
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.component import decode, parse
from calendars.model.occurrence_entry import Indexed, OccurrenceEntry, Series
from calendars.model.principal import Access, Principal
from calendars.model.time_zones import Zones
from calendars.model.visibility import VisibleObject
from calendars.model.window import Window
from calendars.services.collection_zone import zone_of
from calendars.services.list_calendars import read_calendar
from calendars.services.query_objects import find_instances
from calendars.services.show_objects import View
from calendars.storage import calendar_objects

MAX_WINDOW = 366 * 86_400
MAX_HITS = 50_000


class WindowTooLong(InvalidInput):
    """More than a year was asked for."""


class TooManyOccurrences(InvalidInput):
    """More occurrences in the window than can be sorted for one answer."""


class Position(NamedTuple):
    """A place in the order of the answer: by start, then by object."""

    starts_at: int
    object_id: int
    recurrence_id: int


class OccurrenceQuery(NamedTuple):
    """What is asked for."""

    window: Window
    components: Sequence[str]
    limit: int
    after: Position | None = None


class Occurrence(NamedTuple):
    """One occurrence, and the object that it is of."""

    position: Position
    found: VisibleObject
    said: OccurrenceEntry


class Found(NamedTuple):
    """A slice of occurrences, and where to go on if there are more."""

    collection: CalendarCollection
    occurrences: list[Occurrence]
    more: Position | None


class _Hit(NamedTuple):
    position: Position
    row: Indexed


def list_occurrences(
    db: Db, actor: Principal, parent: tuple[str, str], query: OccurrenceQuery, *, now: int
) -> Found:
    """The slice of occurrences that the reader may see.

    Raises NotFound, WindowTooLong, TooManyOccurrences, TooManyInstances.
    """
    collection, access = read_calendar(db, actor, parent, now=now)
    if query.window.end - query.window.start > MAX_WINDOW:
        raise WindowTooLong("occurrences are told for a year at most")
    hits = _hits(db, collection, query)
    found: list[Occurrence] = []
    for start in range(0, len(hits), query.limit):
        found.extend(_seen(db, collection, access, hits[start : start + query.limit]))
        if len(found) > query.limit:
            found = found[: query.limit]
            return Found(collection, found, found[-1].position)
    return Found(collection, found, None)


def _hits(db: Db, collection: CalendarCollection, query: OccurrenceQuery) -> list[_Hit]:
    """What the index holds beyond the reader's last position, in order."""
    hits: list[_Hit] = []
    budget = Budget()
    for component in query.components:
        if component not in collection.components:
            continue
        found = find_instances(db, collection, component, query.window, budget)
        for object_id, rows in found.items():
            for row in rows:
                position = Position(row.starts_at, object_id, row.recurrence_id or 0)
                hits.append(_Hit(position, Indexed(row.starts_at, row.ends_at, row.recurrence_id)))
    if len(hits) > MAX_HITS:
        raise TooManyOccurrences(f"more than {MAX_HITS} occurrences")
    hits.sort(key=lambda hit: hit.position)
    return hits if query.after is None else [hit for hit in hits if hit.position > query.after]


def _seen(
    db: Db, collection: CalendarCollection, access: Access, hits: Sequence[_Hit]
) -> list[Occurrence]:
    """The occurrences as the reader sees them, in the order of the hits."""
    wanted = sorted({ObjectId(hit.position.object_id) for hit in hits})
    zone = zone_of(collection)
    view = View(db, collection, access)
    readable = {
        one.id: (one, series)
        for one in view.each(calendar_objects.list_by_id(db, wanted))
        if (series := _series_of(one, zone)) is not None
    }
    seen: list[Occurrence] = []
    for hit in hits:
        found = readable.get(ObjectId(hit.position.object_id))
        if found is not None:
            seen.append(Occurrence(hit.position, found[0], found[1].at(hit.row)))
    return seen


def _series_of(found: VisibleObject, zone: tzinfo) -> Series | None:
    """None for an object that cannot be read: the others are told all the same."""
    try:
        calendar = parse(decode(found.data))
        return Series(calendar, Zones.of(calendar, zone))
    except InvalidInput:
        return None
