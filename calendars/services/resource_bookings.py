"""What of a resource is taken, and by when it is free again (RES-1).

Two bookings at one time are made impossible by the rows of its calendars: whoever answers for the
resource, or writes into its calendar, locks them before he reads what is taken.
"""

from __future__ import annotations

from collections.abc import Iterable

from calendars.kernel.database import Db
from calendars.kernel.identifiers import ObjectId
from calendars.model.blocks import Blocks
from calendars.model.bookings import BOOKED
from calendars.model.budget import Budget
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.free_period import SEARCH_DAYS, next_free
from calendars.model.resource_policy import DAY
from calendars.model.window import Window
from calendars.services.collection_zone import zone_of
from calendars.services.query_objects import find_instances
from calendars.services.set_policy import Resource
from calendars.storage import collections, resource_policies


def calendars_of(db: Db, resource: Resource) -> list[CalendarCollection]:
    """Where its bookings stand."""
    return [
        collection
        for collection in collections.list_of(db, resource.principal.login)
        if collection.is_calendar and "VEVENT" in collection.components
    ]


def taken(
    db: Db,
    calendars: Iterable[CalendarCollection],
    window: Window,
    *,
    but: ObjectId | None = None,
) -> list[tuple[int, int]]:
    """What is booked in a window, but for one object. Raises TooManyInstances."""
    budget = Budget()
    return [
        (row.starts_at, row.ends_at)
        for calendar in calendars
        for object_id, rows in find_instances(db, calendar, "VEVENT", window, budget).items()
        if object_id != but
        for row in rows
        if row.busy == BOOKED
    ]


def free_periods(
    db: Db, resource: Resource, length: int, *, after: int, count: int, now: int
) -> list[Window]:
    """The next free periods of a length that the policy lends, the earliest first.

    Each begins where the one before ends, or later. Raises TooManyInstances.
    """
    calendars, policy = calendars_of(db, resource), resource.policy
    if not calendars:
        return []
    start = max(after, now)
    gap = policy.gap
    window = Window(start - gap, start + 2 * SEARCH_DAYS * DAY + length + gap)
    closures = resource_policies.list_closures(db, resource.principal.id, since=start)
    blocks = Blocks(
        [
            *(
                (one[0] - gap, one[1] + gap)
                for one in taken(db, calendars, window)
                if one[1] - one[0] > 1
            ),
            *((one.closure.starts_at, one.closure.ends_at) for one in closures),
        ]
    )
    zone, found = zone_of(calendars[0]), list[Window]()
    while len(found) < count:
        free = next_free(policy, blocks, length, after=start, now=now, zone=zone)
        if free is None or free.end > window.end:
            break
        found.append(free)
        start = max(free.end, free.start + 1)
    return found
