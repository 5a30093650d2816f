"""Put a task or a note of the service's own into somebody's diary, by the one write path.

Whoever acts need not have any right there: it is the meeting, not he, that the entry comes from.
Nobody is told by message; the owner's clients learn of it as of any other change.
"""

from __future__ import annotations

from collections.abc import Sequence

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.calendar_object import CalendarObject
from calendars.model.component import Component, serialize
from calendars.model.principal import OWNER, Principal
from calendars.model.resource_name import name_of_uid
from calendars.services.default_calendars import calendar_for
from calendars.services.find_entry import Standing, find_entry, lock_calendars_of
from calendars.services.put_object import ObjectPath, PutObject, store_in
from calendars.services.write_object import remove_object


def place_entries(
    db: Db, actor: Principal, wanted: Sequence[tuple[Principal, Component]], *, now: int
) -> list[Principal]:
    """Each object stands in its owner's calendar, in the place of an earlier text of its UID.

    Returns those who have no calendar that takes it.
    """
    lock_calendars_of(db, [owner.id for owner, _ in wanted])
    return [owner for owner, calendar in wanted if not _place(db, actor, owner, calendar, now=now)]


def _place(db: Db, actor: Principal, owner: Principal, calendar: Component, *, now: int) -> bool:
    body = serialize(calendar).encode()
    parsed = CalendarObject.parse(body)
    there = find_entry(db, owner.id, parsed.uid)
    collection = there.collection if there else calendar_for(db, owner.login, parsed.component)
    if collection is None:
        return False
    name = there.stored.name if there else name_of_uid(parsed.uid)
    put = PutObject(ObjectPath(collection.owner_login, collection.name, name), parsed, body)
    store_in(db, actor, (collection, OWNER), put, now=now)
    return True


def rewrite_entry(
    db: Db, actor: Principal, there: Standing, calendar: Component, *, now: int
) -> None:
    """Another text for what stands there already."""
    body = serialize(calendar).encode()
    collection = there.collection
    path = ObjectPath(collection.owner_login, collection.name, there.stored.name)
    put = PutObject(path, CalendarObject.parse(body), body)
    store_in(db, actor, (collection, OWNER), put, now=now)


def remove_entry_of(db: Db, actor: Principal, owner: Principal, uid: str, *, now: int) -> None:
    """The entry goes, if it is still there."""
    lock_calendars_of(db, [owner.id])
    there = find_entry(db, owner.id, uid)
    if there is None:
        return
    try:
        remove_object(db, actor, there.collection, there.stored, now=now)
    except NotFound:
        return
