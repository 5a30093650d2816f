"""When the same people and things are free for as long, for who finds a time taken (DIA-4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput
from calendars.model.window import Window
from scheduler.slots.request import ResourceNeed, SlotRequest
from scheduler.slots.service import Asking, search_slots
from scheduler.working_time.hours import local_day

DAYS_AHEAD = 21
"""So far it is looked for."""
_ALL = 2_000
"""More slots than those days have."""


def next_free(
    db: Db,
    asking: Asking,
    wanted: Window,
    *,
    people: Sequence[str],
    resources: Sequence[str] = (),
    place: str | None = None,
    moving: str | None = None,
) -> Window | None:
    """The first time after the one that was wanted, inside three weeks; people by login."""
    day = max(local_day(at, asking.zone) for at in (wanted.start, asking.now))
    request = SlotRequest(
        first=day, last=day + timedelta(days=DAYS_AHEAD),
        minutes=max(5, -(-(wanted.end - wanted.start) // 60)),
        required=tuple(people), needs=tuple(ResourceNeed(logins=(one,)) for one in resources),
        place=place, limit=_ALL, overlapping=True, moving=moving,
    )  # fmt: skip
    try:
        found = search_slots(db, asking, request).outcome.slots
    except InvalidInput:
        return None
    later = ((one.start, one.end) for one in found if one.start >= wanted.start)
    first = min(later, default=None)
    return None if first is None else Window(*first)
