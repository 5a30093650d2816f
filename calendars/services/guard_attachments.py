"""Who sees a managed attachment, and which objects bear it (RFC 8607 §3.12)."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden, NotFound
from calendars.kernel.identifiers import ObjectId
from calendars.model.attachments import StoredAttachment, managed_ids
from calendars.model.calendar_object import CalendarObject
from calendars.model.component import Component, decode, parse
from calendars.model.entry import entries_of
from calendars.model.principal import Principal, Privilege
from calendars.services.authorize import open_collection
from calendars.services.show_objects import View
from calendars.storage import attachments
from calendars.storage.calendar_objects import StoredObject


class UnknownAttachment(Forbidden):
    """A MANAGED-ID that is none, or none of the writer's (CALDAV:valid-managed-id)."""


def check_attachments(
    db: Db, actor: Principal, new: CalendarObject, before: bytes | None, *, now: int
) -> None:
    """Nobody bears an attachment that he may not see (RFC 8607 §3.7, §3.12.2).

    Raises UnknownAttachment. An object without a MANAGED-ID costs one look at its text.
    """
    if "MANAGED-ID" not in new.text:
        return
    had = frozenset[str]() if before is None else managed_ids(parse(decode(before)))
    for managed_id in managed_ids(new.calendar) - had:
        found = attachments.find(db, managed_id)
        if found is None or not may_see_attachment(db, actor, managed_id, found, now=now):
            raise UnknownAttachment("the object names an attachment that is not there")


def attached_files(db: Db, calendar: Component) -> list[StoredAttachment]:
    """The managed attachments of a message that its organizer sends, in the order of their ids."""
    if not any(line.name == "ATTACH" for part in entries_of(calendar) for line in part.lines):
        return []
    found = (attachments.find(db, one) for one in sorted(managed_ids(calendar)))
    return [one for one in found if one is not None]


def link_attachments(
    db: Db, object_id: ObjectId, new: CalendarObject, before: bytes | None, *, now: int
) -> None:
    """The shelf knows what the object bears from now on; most objects bear nothing."""
    bears = "MANAGED-ID" in new.text
    if bears or (before is not None and b"MANAGED-ID" in before):
        found = managed_ids(new.calendar) if bears else frozenset[str]()
        attachments.link(db, object_id, found, now=now)


def may_see_attachment(
    db: Db, actor: Principal, managed_id: str, found: StoredAttachment, *, now: int
) -> bool:
    """He sees the content of an object that bears it; what none bears yet only who sent it sees."""
    bearers = attachments.bearers(db, managed_id, actor.id)
    if not bearers:
        return found.made_by == actor.id
    for login, calendar, name in bearers:
        try:
            collection, access = open_collection(
                db, actor, (login, calendar), Privilege.READ, now=now
            )
        except NotFound:
            continue
        shown = View(db, collection, access).find(name)
        if shown is not None and not shown.masked:
            return True
    return False


def borne_by(db: Db, stored: StoredObject) -> frozenset[str]:
    """The attachments of an object that is about to go."""
    if b"MANAGED-ID" not in stored.data:
        return frozenset()
    return attachments.borne_by(db, stored.id)
