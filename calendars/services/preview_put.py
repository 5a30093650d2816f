"""What a write would do: whom it would tell, and what it would be refused for (NOT-2)."""

from __future__ import annotations

from typing import NamedTuple

from calendars.itip.message import ItipMessage
from calendars.itip.people import address_of
from calendars.kernel.database import Db
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.principal import Principal, Privilege
from calendars.services.authorize import open_collection
from calendars.services.deliver_itip import Dispatch, recipients_of
from calendars.services.put_object import ObjectPath, PutObject, store_in
from calendars.services.schedule_object import calendar_of, plan_put
from calendars.services.show_objects import View
from calendars.storage import calendar_objects
from calendars.storage.calendar_objects import StoredObject


class Foreseen(NamedTuple):
    """One message that the write would send."""

    message: ItipMessage
    inside: bool
    """Its recipient has an account here: it stands in his calendar at once."""
    invited: bool
    """He was invited before."""


def preview_put(
    db: Db,
    actor: Principal,
    parent: tuple[str, str],
    body: bytes,
    *,
    dispatch: Dispatch,
    now: int,
) -> list[Foreseen]:
    """Write the object into one of the actor's calendars, in a transaction that is not kept.

    What has its UID there is what it would change. Raises whatever the write itself would raise.
    """
    parsed = CalendarObject.parse(body)
    opened = open_collection(db, actor, parent, Privilege.WRITE_CONTENT, now=now)
    collection, access = opened
    held = calendar_objects.name_of_uid(db, collection.id, parsed.uid)
    path = ObjectPath(*parent, held or f"{parsed.uid}.ics")
    before = View(db, collection, access).open(path.name)
    foreseen = _foreseen(db, actor, collection, before, parsed, now=now)
    store_in(db, actor, opened, PutObject(path, parsed, body), dispatch=dispatch, now=now)
    return foreseen


def _foreseen(
    db: Db,
    actor: Principal,
    collection: CalendarCollection,
    before: StoredObject | None,
    parsed: CalendarObject,
    *,
    now: int,
) -> list[Foreseen]:
    messages = plan_put(db, actor, collection, before, parsed, now=now).messages
    ours = recipients_of(db, messages)
    invited = _attendees(before)
    return [Foreseen(one, one.recipient in ours, one.recipient in invited) for one in messages]


def _attendees(stored: StoredObject | None) -> frozenset[str]:
    if stored is None:
        return frozenset()
    parts = calendar_of(stored).components
    return frozenset(address_of(line) for part in parts for line in part.all("ATTENDEE"))
