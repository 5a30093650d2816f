"""Read one event, task or journal of a calendar; free-busy and messages are no entries."""

from __future__ import annotations

from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.entry import ENTRIES
from calendars.model.principal import Access, Principal, Privilege
from calendars.services.authorize import open_collection
from calendars.services.put_object import ObjectPath
from calendars.storage import calendar_objects, collections
from calendars.storage.calendar_objects import StoredObject


class OpenEntry(NamedTuple):
    """A stored entry, where it stands, and what the asker may do there."""

    collection: CalendarCollection
    access: Access
    stored: StoredObject


def read_entry(db: Db, actor: Principal, path: ObjectPath, *, now: int) -> OpenEntry:
    """One entry. Raises NotFound, also where it is hidden (SEC-5)."""
    return _found(db, actor, path, Privilege.READ, now=now)


def open_entry(
    db: Db, actor: Principal, path: ObjectPath, needed: Privilege, *, now: int
) -> OpenEntry:
    """One entry that is going to be changed in this transaction.

    Raises NotFound, also where it is hidden, and NeedPrivileges.
    """
    return _found(db, actor, path, needed, now=now, lock=True)


def _found(
    db: Db, actor: Principal, path: ObjectPath, needed: Privilege, *, now: int, lock: bool = False
) -> OpenEntry:
    collection, access = open_collection(db, actor, path.parent, needed, now=now)
    if lock:
        collections.lock(db, collection.id)
    stored = calendar_objects.find(db, collection.id, path.name)
    if (
        stored is None
        or not collection.is_calendar
        or stored.component not in ENTRIES
        or stored.visibility not in access.sees
    ):
        raise NotFound("there is nothing here")
    return OpenEntry(collection, access, stored)
