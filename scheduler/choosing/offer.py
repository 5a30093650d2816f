"""Which slots are free now: reckoned from the diaries whenever somebody looks (docs/adr/0022).

Nothing is held for those who have not chosen. What fills a diary meanwhile takes its time from the
offer at once, and a slot that is gone when it is chosen is refused with what remains.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from calendars.kernel.database import Db
from calendars.model.principal import Principal
from calendars.services.tell_busy_time import FreeBusyPolicy
from scheduler.choosing.model import MOST_SLOTS, Free, House, Terms
from scheduler.slots.request import MAX_DAYS, ResourceNeed, SlotRequest
from scheduler.slots.service import Asking, search_slots
from scheduler.working_time.hours import MINUTE, local_day

_EVERY = 100_000


def free_slots(
    db: Db, asker: Principal, terms: Terms, house: House, *, moving: str | None = None, now: int
) -> list[Free]:
    """The slots that can be taken, by time; none overlaps another.

    What is held for others, or not answered yet, is not offered. `moving` is the UID of what was
    chosen before: its own time counts as free.
    """
    ranked = _search(db, asker, terms, house, moving=moving, now=now)
    return spread(ranked, (terms.minutes + terms.gap) * MINUTE)


def find_free(
    db: Db, asker: Principal, terms: Terms, starts_at: int, house: House,
    *, moving: str | None = None, now: int,
) -> Free | None:  # fmt: skip
    """The slot of exactly that start, None where it is not free."""
    day = local_day(starts_at, house.zone)
    if not terms.first <= day <= terms.last:
        return None
    that_day = replace(terms, first=day, last=day)
    found = _search(db, asker, that_day, house, moving=moving, now=now)
    return next((one for one in found if one.starts_at == starts_at), None)


def spread(ranked: Sequence[Free], apart: int) -> list[Free]:
    """The best ones that leave each other room, by time: who takes one takes no other's."""
    starts: list[int] = []
    kept = []
    for one in ranked:
        at = bisect(starts, one.starts_at)
        near = starts[max(at - 1, 0) : at + 1]
        if all(abs(one.starts_at - other) >= apart for other in near):
            starts.insert(at, one.starts_at)
            kept.append(one)
        if len(kept) == MOST_SLOTS:
            break
    return sorted(kept)


def _search(
    db: Db, asker: Principal, terms: Terms, house: House,
    *, moving: str | None, now: int,
) -> list[Free]:  # fmt: skip
    """By rank."""
    first = max(terms.first, local_day(now, house.zone))
    last = min(terms.last, first + timedelta(days=MAX_DAYS - 1))
    if last < first:
        return []
    request = SlotRequest(
        first=first,
        last=last,
        minutes=terms.minutes,
        required=tuple(str(one.login) for one in (terms.host, *terms.guests)),
        needs=(ResourceNeed(logins=terms.rooms, capacity=0),) if terms.rooms else (),
        hours=terms.hours,
        buffer_before=terms.gap,
        buffer_after=terms.gap,
        firm=True,
        limit=_EVERY,
        overlapping=True,
        moving=moving,
    )
    # Who was given the choice may know of the time that he may choose from, whatever is told else.
    asking = Asking(asker, house.zone, FreeBusyPolicy.EVERYBODY, now, booker=terms.host)
    soonest = now + terms.notice * MINUTE
    return [
        Free(one.start, one.end, one.resources[0] if one.resources else None)
        for one in search_slots(db, asking, request).outcome.slots
        if one.start >= soonest
    ]
