"""Who may do what with which collection: the one check below every face (SEC-5).

Deny by default. Where reading is not allowed there is nothing (404); where it is, a deed that the
rights do not cover is refused (403).
"""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden, NotFound
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.delegation import Held, access_of
from calendars.model.principal import (
    NOTHING,
    OWNER,
    Access,
    CollectionKind,
    Principal,
    Privilege,
    Rights,
)
from calendars.storage import collections, delegations, mounts


class NeedPrivileges(Forbidden):
    """The deed needs a privilege that the actor lacks (DAV:need-privileges, RFC 3744 §7.1.1)."""

    def __init__(self, path: tuple[str, str], privilege: Privilege) -> None:
        super().__init__("your rights on this calendar do not cover that")
        self.path, self.privilege = path, privilege


def access_to(db: Db, actor: Principal, collection: CalendarCollection, *, now: int) -> Access:
    """The actor's privileges on a collection and the classes that he sees the content of."""
    if collection.owner_id == actor.id:
        return OWNER
    if collection.kind is CollectionKind.NOTIFICATIONS:
        return NOTHING
    held = delegations.in_force(db, collection.owner_id, actor.id, now=now)
    if not held:
        return NOTHING
    if collection.kind is CollectionKind.HOME:
        return access_of(map(_at_home, held), actor, now=now)
    here = (one for one in held if one.collection in {None, collection.id})
    return access_of(here, actor, now=now)


def _at_home(one: Held) -> Held:
    """Who was given one calendar may look into the home that it stands in."""
    if one.collection is None or not one.rights.covers(Rights.READ):
        return one
    return one._replace(rights=Rights.READ)


def authorize(
    db: Db, actor: Principal, collection: CalendarCollection, needed: Privilege, *, now: int
) -> Access:
    """The actor's access, which covers `needed`.

    Raises NotFound where he may not even read, NeedPrivileges where he may read but not do it.
    """
    access = access_to(db, actor, collection, now=now)
    check_privilege(collection, access, needed)
    return access


def check_privilege(collection: CalendarCollection, access: Access, needed: Privilege) -> None:
    """The access to a collection covers `needed`. Raises NotFound, NeedPrivileges."""
    if needed in access.privileges:
        return
    if Privilege.READ not in access.privileges:
        raise NotFound("there is nothing here")
    raise NeedPrivileges(collection.path, needed)


def open_collection(
    db: Db, actor: Principal, path: tuple[str, str], needed: Privilege, *, now: int
) -> tuple[CalendarCollection, Access]:
    """The collection at (login, name) with the actor's access to it.

    In one's own home that may be a calendar of somebody else (`model/mount.py`): then
    `mounted_at` is set, and `path` is what answers name.
    Raises NotFound, NeedPrivileges.
    """
    collection = collections.find(db, *path) or mounts.find(db, actor, path)
    if collection is None:
        raise NotFound("there is nothing here")
    return collection, authorize(db, actor, collection, needed, now=now)
