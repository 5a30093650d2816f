"""Remove a calendar as its owner means it: the meetings in it go too, and people are told."""

from __future__ import annotations

from dataclasses import replace

from calendars.kernel.database import Db
from calendars.model.principal import Principal
from calendars.services.delete_object import delete_object
from calendars.services.deliver_itip import Dispatch
from calendars.services.make_calendar import remove_calendar
from calendars.services.put_object import ObjectPath
from calendars.storage import calendar_objects, collections


def close_calendar(
    db: Db, actor: Principal, path: tuple[str, str], *, dispatch: Dispatch, now: int
) -> None:
    """Every meeting is deleted as by itself (RFC 6638 §3.2), then the calendar with the rest.

    Of many meetings at once nobody is told before a person has confirmed it (`hold_messages`).
    Raises NotFound, NeedPrivileges, CannotRemove.
    """
    collection = collections.find(db, *path)
    if collection is not None and collection.is_calendar and collection.owner_id == actor.id:
        meetings = calendar_objects.names_of_meetings(db, collection.id)
        believed = dispatch.believed_deletions
        if believed is not None and len(meetings) > believed:
            dispatch = replace(dispatch, believed_deletions=0)
        for name in meetings:
            delete_object(db, actor, ObjectPath(*path, name), dispatch=dispatch, now=now)
    remove_calendar(db, actor, path, now=now)
