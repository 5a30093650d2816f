"""What of a calendar object is indexed, and until when (docs/adr/0006)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.identifiers import ObjectId
from calendars.model.attendance import busy_for, names_attendees
from calendars.model.bookings import Letter, letters
from calendars.model.budget import Budget
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.calendar_user_address import addresses_of
from calendars.model.component import Component, parse
from calendars.model.instances import bounds, instances
from calendars.model.invalid import TooManyInstances
from calendars.model.window import ALWAYS, NEVER_AFTER, NEVER_BEFORE, Window
from calendars.services.collection_zone import zone_of
from calendars.storage import calendar_objects, collections, occurrences, principals
from calendars.storage.occurrences import IndexedInstance

DAY = 86_400
BACK = 366 * DAY
AHEAD = 2 * 366 * DAY
MAX_INDEXED = 2_000
"""Instances indexed for one object: a daily series has half as many. A denser one is not indexed
but computed when somebody asks."""

_NOT_INDEXED = Window(NEVER_BEFORE, NEVER_BEFORE)


class Indexed(NamedTuple):
    """The bounds of an object, the instances to index, and the window where they are complete."""

    bounds: Window
    instances: list[IndexedInstance]
    complete: Window


def index_of(
    calendar: Component,
    *,
    recurring: bool,
    zone: tzinfo,
    now: int,
    letter: Letter | None = None,
) -> Indexed:
    """What to index of an object: all of it if it ends, else a window around today.

    The letter says what an entry takes of the time of its owner, where not it alone tells.
    Raises InvalidCalendarData or TooManyInstances where its instances cannot be told.
    """
    if not recurring:
        found = list(rows_of(calendar, ALWAYS, zone, Budget(), letter))
        return Indexed(_extent(found), found, ALWAYS)
    extent = bounds(calendar, zone)
    # What starts or ends inside the window has nothing beyond it on that side.
    window = Window(
        NEVER_BEFORE if extent.start >= now - BACK else now - BACK,
        NEVER_AFTER if extent.end <= now + AHEAD else now + AHEAD,
    )
    rows = _up_to_limit(calendar, window, zone, letter)
    return Indexed(extent, [], _NOT_INDEXED) if rows is None else Indexed(extent, rows, window)


def _extent(rows: list[IndexedInstance]) -> Window:
    if not rows:
        return Window(0, 0)
    return Window(min(row.starts_at for row in rows), max(row.ends_at for row in rows))


def _up_to_limit(
    calendar: Component, window: Window, zone: tzinfo, letter: Letter | None
) -> list[IndexedInstance] | None:
    rows: list[IndexedInstance] = []
    try:
        for row in rows_of(calendar, window, zone, Budget(), letter):
            rows.append(row)
            if len(rows) > MAX_INDEXED:
                return None
    except TooManyInstances:
        return None
    return rows


def rows_of(
    calendar: Component,
    window: Window,
    zone: tzinfo,
    budget: Budget,
    letter: Letter | None,
) -> Iterator[IndexedInstance]:
    """The instances in a window as rows. Raises InvalidCalendarData, TooManyInstances."""
    for one in instances(calendar, window, zone=zone, budget=budget):
        busy = one.busy if letter is None else letter(one)
        yield IndexedInstance(one.starts_at, one.ends_at, one.recurrence_id, busy)


def letter_for(db: Db, collection: CalendarCollection, calendar: Component) -> Letter | None:
    """How an entry of this collection takes its owner's time; None where it says that alone.

    A resource is taken by what it has accepted, a person by what he has not declined.
    """
    if not collection.of_resource and not names_attendees(calendar):
        return None
    addresses = frozenset(addresses_of(principals.get_by_id(db, collection.owner_id)))
    return letters(addresses) if collection.of_resource else letters(addresses, busy_for)


def index_parsed(
    db: Db, collection: CalendarCollection, parsed: CalendarObject, *, now: int
) -> Indexed:
    """`index_of` a parsed object in its collection."""
    letter = letter_for(db, collection, parsed.calendar)
    zone = zone_of(collection)
    return index_of(parsed.calendar, recurring=parsed.recurring, zone=zone, now=now, letter=letter)


def reindex(db: Db, object_ids: list[ObjectId], *, now: int) -> int:
    """Index objects anew: their collection's zone changed, or their window has run out."""
    for stored in calendar_objects.list_by_id(db, object_ids):
        collection = collections.get_by_id(db, stored.collection_id)
        calendar = parse(stored.data.decode())
        indexed = index_of(
            calendar,
            recurring=stored.recurring,
            zone=zone_of(collection),
            now=now,
            letter=letter_for(db, collection, calendar),
        )
        occurrences.replace(
            db, stored.id, stored.collection_id, stored.component, indexed.instances
        )
        calendar_objects.set_index(db, stored.id, indexed.bounds, indexed.complete)
    return len(object_ids)


def extend_index(db: Db, *, now: int, limit: int = 200) -> int:
    """Move the window of series that go on, well before it runs out; how many were moved.

    Run it often: it takes at most `limit` objects at a time and finds nothing most days.
    """
    return reindex(db, list_to_extend(db, now=now, limit=limit), now=now)


def list_to_extend(
    db: Db, *, now: int, limit: int, after: ObjectId | None = None
) -> list[ObjectId]:
    """Series whose window runs out, by id, those behind `after`."""
    return occurrences.list_to_extend(db, before=now + AHEAD // 2, limit=limit, after=after)
