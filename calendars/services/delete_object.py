"""Remove one calendar object; its text stays in the history, its name in the change log."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.conditions import NO_CONDITION, Precondition
from calendars.model.principal import Principal, Privilege
from calendars.services.authorize import open_collection
from calendars.services.put_object import ObjectPath
from calendars.services.show_objects import View
from calendars.services.write_object import remove_object
from calendars.storage import collections


def delete_object(
    db: Db,
    actor: Principal,
    path: ObjectPath,
    *,
    precondition: Precondition = NO_CONDITION,
    now: int,
) -> None:
    """Remove the object.

    Raises NotFound, NeedPrivileges, PreconditionFailed, MaskedObject.
    """
    collection, access = open_collection(db, actor, path.parent, Privilege.UNBIND, now=now)
    collections.lock(db, collection.id)
    stored = View(db, collection, access).open(path.name)
    precondition.check(stored.etag if stored else None)
    if stored is None:
        raise NotFound("there is nothing here")
    remove_object(db, actor, collection, stored, now=now)
