"""When a resource cannot be had although nobody has booked it: between bookings, out of service."""

from __future__ import annotations

from collections.abc import Iterable

from calendars.kernel.database import Db
from calendars.model.free_busy import BUSY, UNAVAILABLE, BusyInterval
from calendars.model.principal import Principal
from calendars.model.window import Window
from calendars.storage import resource_policies


def unavailable(
    db: Db, resource: Principal, busy: Iterable[BusyInterval], window: Window
) -> list[BusyInterval]:
    """BUSY-UNAVAILABLE: a gap on either side of each booking, and the periods out of service.

    Who keeps clear of both and of the bookings is not refused for the time that he asks for.
    """
    gap = resource_policies.get(db, resource).policy.gap
    found = [
        BusyInterval(one.closure.starts_at, one.closure.ends_at, UNAVAILABLE)
        for one in resource_policies.list_closures(db, resource.id, since=window.start)
        if one.closure.starts_at < window.end
    ]
    if gap:
        for start, end, kind in busy:
            if kind == BUSY and end - start > 1:
                found.append(BusyInterval(start - gap, start, UNAVAILABLE))
                found.append(BusyInterval(end, end + gap, UNAVAILABLE))
    return found
