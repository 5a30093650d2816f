"""Tries that the rights did not cover, in the trail of whom they were about (SEC-8).

They are written once the answer has left: who is refused learns nothing from how long it took,
and what does not exist at all costs the same.
"""

from __future__ import annotations

from typing import NamedTuple

from calendars.kernel.audit import Deed, Result, Target
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound, ServiceError
from calendars.model.principal import Principal, Privilege
from calendars.services.authorize import NeedPrivileges, access_to
from calendars.services.issue_password import MainPasswordNeeded
from calendars.services.make_calendar import CannotRemove
from calendars.services.show_objects import MaskedObject
from calendars.storage import audit, collections, mounts, principals

_RIGHTS = (NeedPrivileges, MaskedObject, CannotRemove, MainPasswordNeeded)


class Tried(NamedTuple):
    """A request: whose home it was about, what in it, by which method."""

    login: str
    collection: str | None
    name: str | None
    method: str


def may_be_refusal(error: ServiceError, asker: str | None, login: str) -> bool:
    """The rights may be why: a deed they do not cover, or nothing found in the home of another."""
    return isinstance(error, _RIGHTS) or (isinstance(error, NotFound) and login != asker)


def record_refusal(
    db: Db, actor: Principal, tried: Tried, error: ServiceError, *, now: int
) -> None:
    """One line, unless the actor may read there and nothing was there."""
    target = Target(details={"method": tried.method})
    collection = None
    if tried.collection is not None:
        path = (tried.login, tried.collection)
        collection = collections.find(db, *path) or mounts.find(db, actor, path)
    if collection is not None:
        target = target._replace(
            owner=collection.owner_id, collection=collection.id, name=tried.name
        )
        readable = Privilege.READ in access_to(db, actor, collection, now=now).privileges
        if readable and isinstance(error, NotFound):
            return
    else:
        owner = principals.find(db, tried.login)
        if owner is not None:
            target = target._replace(owner=owner.id)
    audit.record(db, actor, Deed.ACCESS, target, now=now, result=Result.REFUSED)
