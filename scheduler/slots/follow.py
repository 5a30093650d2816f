"""Where events are, learnt from the change log: so a search reads no calendar text (DIA-5).

Who writes does not wait for it. A change of sites or ways has everything read anew, bit by bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from hashlib import sha256

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput
from calendars.model.budget import Budget
from calendars.model.component import Component, decode, parse, split_values, unescape
from calendars.model.instances import instances
from calendars.model.invalid import TooManyInstances
from calendars.model.window import ALWAYS
from calendars.services.follow_calendars import (
    FollowedObject,
    hear,
    list_calendars_now,
    zone_in,
)
from scheduler.directory.model import Travel
from scheduler.directory.service import travel as travel_now
from scheduler.slots import repository
from scheduler.slots.repository import PlaceRow, Whereabouts
from scheduler.working_time.service import figures

ABSENCE = "absence"
"""The category of an absence (DIA-7), in lower case."""
BATCH = 500
_NOTHING = Whereabouts(None, absent=False, immovable=False)


def follow_places(db: Db, *, limit: int = BATCH) -> int:
    """Read what changed since the last time, that many objects at most; how many were read."""
    travel, immovable = travel_now(db), frozenset(one.casefold() for one in figures(db).immovable)
    fingerprint = _fingerprint(travel, immovable)
    seen, read = repository.positions(db), 0
    for collection, modseq in list_calendars_now(db).items():
        position, by = seen.get(collection, (0, fingerprint))
        if by != fingerprint:
            position = 0
        elif position >= modseq:
            continue
        heard = hear(db, collection, since=position, limit=limit - read)
        zone = zone_in(db, collection)
        rows = [row for one in heard.changed for row in _rows(one, travel, immovable, zone)]
        repository.set_position(db, collection, heard.position, fingerprint)
        repository.replace(db, [*(one.id for one in heard.changed), *heard.gone], rows)
        read += len(heard.changed)
        if read >= limit:
            break
    return read


def is_behind(db: Db) -> bool:
    """Something changed since the last time; told without a write."""
    travel, immovable = travel_now(db), frozenset(one.casefold() for one in figures(db).immovable)
    fingerprint, seen = _fingerprint(travel, immovable), repository.positions(db)
    for collection, modseq in list_calendars_now(db).items():
        position, by = seen.get(collection, (-1, fingerprint))
        if by != fingerprint or position < modseq:
            return True
    return False


def _fingerprint(travel: Travel, immovable: frozenset[str]) -> str:
    told = (sorted(travel.places.items()), sorted(immovable))
    return sha256(repr(told).encode()).hexdigest()[:32]


def _rows(
    one: FollowedObject, travel: Travel, immovable: frozenset[str], zone: tzinfo
) -> Iterator[PlaceRow]:
    """The master's whereabouts for all, and those of occurrences that are elsewhere."""
    if one.component != "VEVENT":
        return
    calendar = parse(decode(one.data))
    events = calendar.children("VEVENT")
    overrides = [event for event in events if event.value("RECURRENCE-ID") is not None]
    masters = [event for event in events if event.value("RECURRENCE-ID") is None]
    usual = whereabouts(masters[0], travel, immovable) if masters else _NOTHING
    if usual != _NOTHING:
        yield PlaceRow(one.id, 0, one.owner_id, usual, one.starts_at, one.ends_at)
    for event in overrides:
        own = whereabouts(event, travel, immovable)
        start = _start_of(calendar, event, zone)
        if own != usual and start is not None:
            yield PlaceRow(one.id, start, one.owner_id, own, one.starts_at, one.ends_at)


def whereabouts(event: Component, travel: Travel, immovable: frozenset[str]) -> Whereabouts:
    """What one event says of its place and kind."""
    categories = {
        unescape(each).casefold() for each in split_values(event.value("CATEGORIES") or "")
    }
    return Whereabouts(
        travel.find(unescape(event.value("LOCATION") or "")),
        absent=ABSENCE in categories,
        immovable=bool(categories & immovable),
    )


def _start_of(calendar: Component, override: Component, zone: tzinfo) -> int | None:
    """When that occurrence starts; None where it cannot be told."""
    lines = [line for line in override.lines if line.name != "RECURRENCE-ID"]
    parts = [*calendar.children("VTIMEZONE"), Component("VEVENT", lines)]
    alone = Component("VCALENDAR", [], parts)
    try:
        found = instances(alone, ALWAYS, zone=zone, budget=Budget())
        return next((one.starts_at for one in found), None)
    except (InvalidInput, TooManyInstances):
        return None
