"""Make a calendar object from a draft: an event for who does not write iCalendar."""

from __future__ import annotations

import uuid
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.component import serialize
from calendars.model.event_draft import EventDraft
from calendars.model.event_writing import new_object
from calendars.model.principal import Principal, Privilege
from calendars.services.authorize import open_collection
from calendars.services.collection_zone import zone_of
from calendars.services.deliver_itip import Dispatch
from calendars.services.put_object import ObjectPath, PutObject, PutOutcome, store_in


class Written(NamedTuple):
    """What was stored, where, and under which entity tag."""

    collection: CalendarCollection
    path: ObjectPath
    body: bytes
    outcome: PutOutcome


def create_object(
    db: Db,
    actor: Principal,
    parent: tuple[str, str],
    kind: str,
    draft: EventDraft,
    *,
    dispatch: Dispatch | None = None,
    now: int,
) -> Written:
    """A new object under a name and a UID that nobody had before.

    Raises NotFound, NeedPrivileges, DraftRefused, UnsupportedComponent, InvalidCalendarData.
    """
    collection, access = open_collection(db, actor, parent, Privilege.WRITE_CONTENT, now=now)
    uid = str(uuid.uuid4())
    calendar = new_object(
        kind,
        draft,
        uid=uid,
        tzid=collection.timezone_id,
        floating=zone_of(collection),
        now=now,
    )
    body = serialize(calendar).encode()
    put = PutObject(ObjectPath(*parent, f"{uid}.ics"), CalendarObject.parse(body), body)
    outcome = store_in(db, actor, (collection, access), put, dispatch=dispatch, now=now)
    return Written(collection, put.path, outcome.body, outcome)
