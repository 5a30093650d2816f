"""Bring back what stood at a name: an earlier version, or an object that was deleted."""

from __future__ import annotations

from calendars.kernel.audit import Deed
from calendars.kernel.database import Db
from calendars.kernel.identifiers import VersionId
from calendars.model.calendar_object import CalendarObject
from calendars.model.conditions import NO_CONDITION, Precondition
from calendars.model.principal import Principal, Privilege
from calendars.services.authorize import open_collection
from calendars.services.deliver_itip import Dispatch
from calendars.services.list_history import visible_now, visible_version
from calendars.services.put_object import ObjectPath, PutObject, PutOutcome, store_in
from calendars.storage import audit


def restore_version(
    db: Db,
    actor: Principal,
    path: ObjectPath,
    version: VersionId,
    *,
    precondition: Precondition = NO_CONDITION,
    dispatch: Dispatch | None = None,
    now: int,
) -> PutOutcome:
    """The text of that version, octet by octet; what stands there now becomes a version itself.

    Raises NotFound, NeedPrivileges, PreconditionFailed, and UidConflict where another object
    bears its UID or its name by now.
    """
    collection, access = open_collection(db, actor, path.parent, Privilege.WRITE_CONTENT, now=now)
    visible_now(db, collection, access, path.name)
    found = visible_version(db, collection, access, path.name, version)
    put = PutObject(path, CalendarObject.parse(found.data), found.data, precondition)
    outcome = store_in(db, actor, (collection, access), put, dispatch=dispatch, now=now)
    told = audit.about(collection, path.name, found.visibility, version=version)
    audit.record(db, actor, Deed.RESTORE, told, now=now)
    return outcome
