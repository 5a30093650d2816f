"""When somebody is busy (RFC 4791 §7.10): one look at the occurrence index."""

from __future__ import annotations

from collections.abc import Iterator

from calendars.kernel.database import Db
from calendars.model.budget import Budget
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.free_busy import BusyInterval
from calendars.model.invalid import DateTooLate
from calendars.model.window import Window
from calendars.services.query_objects import find_instances
from calendars.services.tell_unavailable import unavailable
from calendars.storage import principals
from calendars.storage.occurrences import IndexedInstance

MAX_WINDOW = 366 * 86_400
COUNTED = ("VEVENT", "VFREEBUSY")


def busy_instances(
    db: Db, collection: CalendarCollection, window: Window
) -> Iterator[IndexedInstance]:
    """Instances in the window that take time; nothing but their bounds and kind is told.

    Raises DateTooLate for a window of more than a year, TooManyInstances.
    """
    if window.end - window.start > MAX_WINDOW:
        raise DateTooLate("free-busy is told for a year at most")
    budget = Budget()
    for component in COUNTED:
        if component in collection.components:
            found = find_instances(db, collection, component, window, budget)
            taken = [row for rows in found.values() for row in rows if row.busy != "F"]
            yield from taken
            if collection.of_resource and component == "VEVENT":
                yield from _unavailable(db, collection, taken, window)


def _unavailable(
    db: Db, collection: CalendarCollection, taken: list[IndexedInstance], window: Window
) -> Iterator[IndexedInstance]:
    resource = principals.get_by_id(db, collection.owner_id)
    busy = (BusyInterval(row.starts_at, row.ends_at, row.busy) for row in taken)
    for start, end, kind in unavailable(db, resource, busy, window):
        yield IndexedInstance(start, end, None, kind)
