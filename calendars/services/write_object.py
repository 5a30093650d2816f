"""Write and remove the text of an object: what every deed comes down to, whoever does it.

Rights, preconditions and scheduling are decided before. Here the text becomes a row with its index,
the change gets its number, and what stood there goes to the history.
"""

from __future__ import annotations

from typing import NamedTuple

from calendars.kernel.audit import Deed
from calendars.kernel.database import Db
from calendars.kernel.identifiers import Etag, ObjectId, etag_of
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.principal import Principal
from calendars.services.guard_attachments import borne_by, link_attachments
from calendars.services.index_occurrences import index_parsed
from calendars.services.mask_object import mask_object, unmask_removed
from calendars.storage import attachments, audit, calendar_objects, collections, occurrences
from calendars.storage.calendar_objects import ObjectValues, StoredObject
from calendars.storage.object_masks import Told
from calendars.storage.occurrences import IndexedInstance


class NewText(NamedTuple):
    """What shall stand at a name; the tag of a scheduling object (RFC 6638 §3.2.10)."""

    name: str
    parsed: CalendarObject
    body: bytes
    schedule_tag: str | None = None


def write_object(
    db: Db,
    actor: Principal,
    collection: CalendarCollection,
    before: StoredObject | None,
    new: NewText,
    *,
    now: int,
) -> tuple[ObjectId, Etag]:
    """The new text stands at its name; `before` is what stood there. The collection is locked."""
    etag = etag_of(new.body)
    values, instances = _indexed_values(db, actor, collection, new, etag, now=now)
    modseq = collections.next_modseq(db, collection.id)
    if before is None:
        object_id = calendar_objects.add(db, collection.id, new.name, values, modseq=modseq)
    else:
        object_id = before.id
        calendar_objects.overwrite(db, object_id, values, modseq=modseq)
    occurrences.replace(
        db, object_id, collection.id, values.component, instances, fresh=before is None
    )
    link_attachments(db, object_id, new.parsed, None if before is None else before.data, now=now)
    change = Told(object_id, collection.id, new.name, modseq, now)
    mask_object(db, collection, before, new.parsed, change)
    deed = Deed.CREATE if before is None else Deed.CHANGE
    told = audit.about(collection, new.name, values.visibility)
    audit.record(db, actor, deed, told, now=now)
    return object_id, etag


def remove_object(
    db: Db,
    actor: Principal,
    collection: CalendarCollection,
    stored: StoredObject,
    *,
    moved: bool = False,
    now: int,
) -> None:
    """The object goes; its text stays in the history, its name in the change log.

    One that was moved stands elsewhere: the history does not say that it was deleted.
    """
    bore = borne_by(db, stored)
    modseq = collections.next_modseq(db, collection.id)
    unmask_removed(db, stored, modseq=modseq, now=now)
    deed = "MOVE" if moved else "DELETE"
    calendar_objects.remove(db, stored, by=actor.id, modseq=modseq, now=now, deed=deed)
    attachments.mark_unused(db, bore, now=now)
    told = audit.about(collection, stored.name, stored.visibility)
    audit.record(db, actor, Deed.DELETE, told, now=now)


def _indexed_values(
    db: Db, actor: Principal, collection: CalendarCollection, new: NewText, etag: Etag, *, now: int
) -> tuple[ObjectValues, list[IndexedInstance]]:
    parsed = new.parsed
    indexed = index_parsed(db, collection, parsed, now=now)
    values = ObjectValues(
        # Several messages in an inbox may speak of one UID: each goes by its own name.
        uid=parsed.uid if collection.is_calendar else new.name,
        component=parsed.component,
        visibility=parsed.visibility,
        etag=etag,
        size=len(new.body),
        recurring=parsed.recurring,
        floating=parsed.floating,
        alarmed=parsed.has_alarm,
        starts_at=indexed.bounds.start,
        ends_at=indexed.bounds.end,
        indexed_from=indexed.complete.start,
        indexed_until=indexed.complete.end,
        written_at=now,
        written_by=actor.id,
        data=new.body,
        schedule_tag=new.schedule_tag,
    )
    return values, indexed.instances
