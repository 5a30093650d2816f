"""Read calendar objects by name, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Sequence

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.principal import Access, Principal, Privilege
from calendars.services.authorize import open_collection
from calendars.services.put_object import ObjectPath
from calendars.storage import calendar_objects
from calendars.storage.calendar_objects import StoredObject


def read_object(
    db: Db, actor: Principal, path: ObjectPath, *, now: int
) -> tuple[CalendarCollection, Access, StoredObject]:
    """One object with its collection. Raises NotFound, also where it is hidden (SEC-5)."""
    collection, access = open_collection(db, actor, path.parent, Privilege.READ, now=now)
    stored = calendar_objects.find(db, collection.id, path.name)
    if stored is None or stored.visibility not in access.sees:
        raise NotFound("there is nothing here")
    return collection, access, stored


def read_named(
    db: Db, collection: CalendarCollection, access: Access, names: Sequence[str]
) -> dict[str, StoredObject]:
    """The objects of those names that the reader may see, by name."""
    found: dict[str, StoredObject] = {}
    for start in range(0, len(names), 500):
        for stored in calendar_objects.list_named(db, collection.id, names[start : start + 500]):
            if stored.visibility in access.sees:
                found[stored.name] = stored
    return found
