"""Read one event, task or journal of a calendar; free-busy and messages are no entries."""

from __future__ import annotations

from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.entry import ENTRIES
from calendars.model.principal import Access, Principal, Privilege
from calendars.model.visibility import VisibleObject
from calendars.services.authorize import open_collection
from calendars.services.put_object import ObjectPath
from calendars.services.show_objects import View
from calendars.storage import collections
from calendars.storage.calendar_objects import StoredObject


class OpenEntry(NamedTuple):
    """A stored entry, where it stands, and what the asker may do there."""

    collection: CalendarCollection
    access: Access
    stored: StoredObject


class VisibleEntry(NamedTuple):
    """An entry as the asker sees it, and where it stands."""

    collection: CalendarCollection
    access: Access
    found: VisibleObject


def read_entry(db: Db, actor: Principal, path: ObjectPath, *, now: int) -> VisibleEntry:
    """One entry. Raises NotFound."""
    collection, access = open_collection(db, actor, path.parent, Privilege.READ, now=now)
    found = View(db, collection, access).find(path.name)
    if found is None or not collection.is_calendar or found.component not in ENTRIES:
        raise NotFound("there is nothing here")
    return VisibleEntry(collection, access, found)


def open_entry(
    db: Db, actor: Principal, path: ObjectPath, needed: Privilege, *, now: int
) -> OpenEntry:
    """One entry that is going to be changed in this transaction.

    Raises NotFound, NeedPrivileges, MaskedObject.
    """
    collection, access = open_collection(db, actor, path.parent, needed, now=now)
    collections.lock(db, collection.id)
    stored = View(db, collection, access).open(path.name)
    if stored is None or not collection.is_calendar or stored.component not in ENTRIES:
        raise NotFound("there is nothing here")
    return OpenEntry(collection, access, stored)
