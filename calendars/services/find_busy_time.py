"""When somebody is busy (RFC 4791 §7.10): one look at the occurrence index."""

from __future__ import annotations

from collections.abc import Iterator

from calendars.kernel.database import Db
from calendars.model.budget import Budget
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.invalid import DateTooLate
from calendars.model.window import Window
from calendars.services.query_objects import find_instances
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
            for rows in found.values():
                yield from (row for row in rows if row.busy != "F")
