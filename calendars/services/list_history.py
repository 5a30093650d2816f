"""Every version of an object: who wrote it, who replaced it, and what was deleted (SEC-8).

An object that the reader may not see has no history for him, and of one that he may see he gets
the versions whose class he may see too: what was PRIVATE yesterday stays so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import VersionId
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.entry import ENTRIES
from calendars.model.principal import Access, Principal, Privilege
from calendars.model.visibility import VisibleObject
from calendars.services.authorize import open_collection
from calendars.services.put_object import ObjectPath
from calendars.services.show_objects import View
from calendars.storage import audit, object_versions
from calendars.storage.object_versions import Author, EarlierVersion


class Slice(NamedTuple):
    """How many versions, and before which one."""

    limit: int
    before: int | None = None


class History(NamedTuple):
    """What stands at a name, who wrote it, and what stood there before."""

    collection: CalendarCollection
    current: VisibleObject | None
    author: Author | None
    earlier: list[EarlierVersion]


def list_history(db: Db, actor: Principal, path: ObjectPath, wanted: Slice, *, now: int) -> History:
    """The versions of one name, latest first. Raises NotFound, also where they are hidden."""
    collection, access = open_collection(db, actor, path.parent, Privilege.READ, now=now)
    current = visible_now(db, collection, access, path.name)
    earlier = object_versions.list_of(
        db,
        collection.id,
        path.name,
        sees=access.sees,
        before=wanted.before,
        limit=wanted.limit,
    )
    _note(db, actor, collection, earlier, now=now)
    author = None if current is None else object_versions.author_of(db, current.id)
    return History(collection, current, author, earlier)


def read_version(
    db: Db, actor: Principal, path: ObjectPath, version: VersionId, *, now: int
) -> tuple[CalendarCollection, EarlierVersion]:
    """One earlier version of a name. Raises NotFound, also where it is hidden."""
    collection, access = open_collection(db, actor, path.parent, Privilege.READ, now=now)
    visible_now(db, collection, access, path.name)
    found = visible_version(db, collection, access, path.name, version)
    _note(db, actor, collection, [found], now=now)
    return collection, found


def list_deleted(
    db: Db, actor: Principal, parent: tuple[str, str], wanted: Slice, *, now: int
) -> tuple[CalendarCollection, list[EarlierVersion]]:
    """What was deleted from a calendar and is not back, latest first. Raises NotFound."""
    collection, access = open_collection(db, actor, parent, Privilege.READ, now=now)
    found = object_versions.list_deleted(
        db, collection.id, sees=access.sees, before=wanted.before, limit=wanted.limit
    )
    _note(db, actor, collection, found, now=now)
    return collection, found


def _note(
    db: Db,
    actor: Principal,
    collection: CalendarCollection,
    versions: Iterable[EarlierVersion],
    *,
    now: int,
) -> None:
    """Former versions are content like present ones (SEC-8)."""
    for one in versions:
        audit.record_read(db, actor, collection, (one.name, one.visibility), now=now)


def visible_now(
    db: Db, collection: CalendarCollection, access: Access, name: str
) -> VisibleObject | None:
    """What stands at a name now, None after its deletion.

    Raises NotFound where nothing ever stood there, and where what stands there, or stood there
    last, is hidden from the reader: else its former versions would tell of it.
    """
    view = View(db, collection, access)
    current = view.find(name)
    if current is not None:
        if current.masked or current.component not in ENTRIES:
            raise NotFound("there is nothing here")
        return current
    last = object_versions.last_visibility(db, collection.id, name)
    if view.is_taken(name) or last not in access.sees:
        raise NotFound("there is nothing here")
    return None


def visible_version(
    db: Db, collection: CalendarCollection, access: Access, name: str, version: VersionId
) -> EarlierVersion:
    """One earlier version that the reader may see. Raises NotFound."""
    found = object_versions.find(db, collection.id, name, version, sees=access.sees)
    if found is None:
        raise NotFound("there is nothing here")
    return found
