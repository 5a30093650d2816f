"""What became of a mail is noted where the organizer sees it (RFC 6638 §3.2.9)."""

from __future__ import annotations

from calendars.itip.apply import with_statuses
from calendars.itip.message import ScheduleStatus
from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.component import decode, parse, serialize
from calendars.services.receive_itip import object_of
from calendars.services.write_object import NewText, write_object
from calendars.storage import calendar_objects, collections, principals


def note_status(
    db: Db, owner: PrincipalId, uid: str, address: str, status: ScheduleStatus, *, now: int
) -> bool:
    """SCHEDULE-STATUS of one address in the owner's copy; False if that copy is gone.

    The Schedule-Tag stays: nobody changed the meeting.
    """
    held = calendar_objects.list_of_person(db, owner, uid)
    if not held:
        return False
    collections.lock(db, held[0].collection_id)
    stored = calendar_objects.find(db, held[0].collection_id, held[0].name)
    if stored is None:
        return False
    calendar = parse(decode(stored.data))
    noted = with_statuses(calendar, {address: status})
    if serialize(noted) == serialize(calendar):
        return True
    parsed, body = object_of(noted, stored.uid, stored.component)
    collection = collections.get_by_id(db, stored.collection_id)
    new = NewText(stored.name, parsed, body, stored.schedule_tag)
    write_object(db, principals.get_by_id(db, owner), collection, stored, new, now=now)
    return True
