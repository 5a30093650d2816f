"""When many people are busy: one look at the occurrence index for all of them (RFC 6638 §5).

Nothing but periods and their kind leaves this module: neither titles nor objects.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from functools import lru_cache
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput
from calendars.kernel.identifiers import CollectionId, ObjectId, PrincipalId
from calendars.model.availability import unavailable
from calendars.model.budget import Budget
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.component import Component, parse
from calendars.model.free_busy import BUSY, BusyInterval
from calendars.model.invalid import TooManyInstances
from calendars.model.time_zones import named_zone
from calendars.model.window import Window
from calendars.services.query_objects import computed_instances
from calendars.storage import calendar_objects, collections, occurrences, scheduling_settings
from calendars.storage.calendar_objects import StoredObject

log = logging.getLogger(__name__)

COUNTED = ("VEVENT", "VFREEBUSY")


class BusyQuestion(NamedTuple):
    """When, and the UID that is left out: the meeting that is being moved (X-…-MASK-UID)."""

    window: Window
    mask_uid: str | None = None


class _Counted(NamedTuple):
    """The calendars that make people busy, by id."""

    by_id: Mapping[CollectionId, CalendarCollection]
    masked: frozenset[ObjectId]

    def taking(self, component: str) -> list[CollectionId]:
        """Those that hold components of that type."""
        return [one.id for one in self.by_id.values() if component in one.components]


def gather_busy_time(
    db: Db, people: Sequence[PrincipalId], question: BusyQuestion
) -> dict[PrincipalId, list[BusyInterval]]:
    """The busy time of each person in a window that has both bounds; not merged, not sorted.

    Calendars that are transparent do not count (RFC 6638 §9.1). Whoever said by VAVAILABILITY when
    he can be reached is BUSY-UNAVAILABLE at other times (RFC 7953 §7.2).
    """
    if not people:
        return {}
    calendars = {one.id: one for one in collections.list_counted(db, people)}
    masked: list[ObjectId] = []
    if question.mask_uid is not None:
        masked = calendar_objects.ids_of_uid(db, list(calendars), question.mask_uid)
    counted = _Counted(calendars, frozenset(masked))
    found: dict[PrincipalId, list[BusyInterval]] = {person: [] for person in people}
    for component in COUNTED:
        ids = counted.taking(component)
        _add_component(db, found, counted, ids, component, question.window)
    for owner, told in _out_of_reach(db, people, counted, question.window):
        found[owner].extend(told)
    return found


def _add_component(
    db: Db,
    found: Mapping[PrincipalId, list[BusyInterval]],
    counted: _Counted,
    ids: list[CollectionId],
    component: str,
    window: Window,
) -> None:
    beyond = set(occurrences.list_beyond(db, ids, component, window))
    skipped = beyond | counted.masked
    by_place = {place: found[counted.by_id[place].owner_id] for place in ids}
    for place, object_id, start, end, busy in occurrences.list_busy(db, ids, component, window):
        if object_id not in skipped:
            by_place[place].append(BusyInterval(start, end, busy))
    budget = Budget()
    for stored in calendar_objects.list_by_id(db, sorted(beyond - counted.masked)):
        collection = counted.by_id[stored.collection_id]
        by_place[collection.id].extend(_computed(db, collection, stored, window, budget))


def _computed(
    db: Db, collection: CalendarCollection, stored: StoredObject, window: Window, budget: Budget
) -> list[BusyInterval]:
    try:
        rows = computed_instances(db, collection, stored, window, budget)
    except TooManyInstances:
        # So dense that it cannot be told: its owner is busy, and the others are told all the same.
        return [BusyInterval(*window, BUSY)]
    return [BusyInterval(row.starts_at, row.ends_at, row.busy) for row in rows]


class Engagement(NamedTuple):
    """A stretch of somebody's time and the object that takes it, None for declared hours.

    For the service itself, which looks up what else it knows of the object: a face is handed
    periods alone.
    """

    starts_at: int
    ends_at: int
    busy: str
    object_id: ObjectId | None


def gather_engagements(
    db: Db, people: Sequence[PrincipalId], question: BusyQuestion
) -> dict[PrincipalId, list[Engagement]]:
    """`gather_busy_time` that still tells one object from another; not merged, not sorted."""
    found: dict[PrincipalId, list[Engagement]] = {person: [] for person in people}
    if not people:
        return found
    calendars = {one.id: one for one in collections.list_counted(db, people)}
    masked: list[ObjectId] = []
    if question.mask_uid is not None:
        masked = calendar_objects.ids_of_uid(db, list(calendars), question.mask_uid)
    counted, window = _Counted(calendars, frozenset(masked)), question.window
    budget = Budget()
    for component in COUNTED:
        ids = counted.taking(component)
        beyond = set(occurrences.list_beyond(db, ids, component, window))
        skipped = beyond | counted.masked
        by_place = {place: found[calendars[place].owner_id] for place in ids}
        for place, number, start, end, busy in occurrences.list_busy(db, ids, component, window):
            if number not in skipped:
                by_place[place].append(Engagement(start, end, busy, number))
        for stored in calendar_objects.list_by_id(db, sorted(beyond - counted.masked)):
            holder = calendars[stored.collection_id]
            for one in _computed(db, holder, stored, window, budget):
                by_place[holder.id].append(Engagement(*one, stored.id))
    for owner, told in _out_of_reach(db, people, counted, window):
        found[owner].extend(Engagement(*one, None) for one in told)
    return found


def _out_of_reach(
    db: Db, people: Sequence[PrincipalId], counted: _Counted, window: Window
) -> Iterator[tuple[PrincipalId, Sequence[BusyInterval]]]:
    """What the inbox says for usual, and VAVAILABILITY objects in calendars (RFC 7953 §7.2)."""
    usual = scheduling_settings.availabilities_of(db, people)
    objects: dict[PrincipalId, list[str]] = {}
    ids = counted.taking("VAVAILABILITY")
    hits = occurrences.list_overlapping(db, ids, "VAVAILABILITY", window)
    wanted = sorted({hit.object_id for hit in hits} - counted.masked)
    for stored in calendar_objects.list_by_id(db, wanted):
        owner = counted.by_id[stored.collection_id].owner_id
        objects.setdefault(owner, []).append(stored.data.decode())
    for owner in {**usual, **objects}:
        own = usual.get(owner)
        texts = (*(() if own is None else (own.text,)), *objects.get(owner, ()))
        yield owner, _told(texts, "UTC" if own is None else own.timezone_id, window)


@lru_cache(maxsize=256)
def _told(texts: tuple[str, ...], timezone_id: str, window: Window) -> Sequence[BusyInterval]:
    """People of one unit have the same hours: they are worked out once."""
    zone = named_zone(timezone_id) or UTC
    try:
        calendars: list[Component] = [parse(text) for text in texts]
        return unavailable(calendars, window, zone=zone, budget=Budget())
    except (InvalidInput, TooManyInstances):
        log.warning("availability.unreadable")
        return ()
