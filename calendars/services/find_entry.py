"""Where somebody's calendars hold a UID, for what is linked to it from outside (MTG-2).

Whoever asks answers himself for who may see what he finds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, PrincipalId
from calendars.model.calendar_collection import CalendarCollection
from calendars.storage import calendar_objects, collections
from calendars.storage.calendar_objects import StoredObject


class Standing(NamedTuple):
    """An object and the calendar that it stands in."""

    collection: CalendarCollection
    stored: StoredObject


def find_entry(db: Db, owner: PrincipalId, uid: str) -> Standing | None:
    """Where the owner's calendars hold that UID: as a meeting before any plain copy."""
    for stored in calendar_objects.list_of_person(db, owner, uid):
        return Standing(collections.get_by_id(db, stored.collection_id), stored)
    return None


def find_entries(
    db: Db, wanted: Iterable[tuple[PrincipalId, str]]
) -> dict[tuple[PrincipalId, str], StoredObject]:
    """The same for many owners at once; what stands nowhere is left out."""
    return calendar_objects.list_of_people(db, list(wanted))


def lock_calendars_of(db: Db, owners: Collection[PrincipalId]) -> None:
    """Nobody else writes in the calendars of these people meanwhile; always in one order."""
    ids: list[CollectionId] = collections.ids_of_owners(db, sorted(set(owners)))
    if ids:
        collections.lock(db, *ids)
