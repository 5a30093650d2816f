"""Keep the mask of what is not PUBLIC beside it, as it is written (SEC-3).

Whoever may see the content pays nothing for it; who may not reads a text that is ready.
"""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.mask import mask_of, mask_tag
from calendars.model.visibility import Mask, participants_of
from calendars.storage import object_masks, principals, service_keys
from calendars.storage.calendar_objects import StoredObject
from calendars.storage.object_masks import PUBLIC, Told

KEY = "visibility"


def mask_object(
    db: Db,
    collection: CalendarCollection,
    before: StoredObject | None,
    parsed: CalendarObject,
    told: Told,
) -> None:
    """The mask of an object that was just written over `before`, and what changed for whom."""
    was = PUBLIC if before is None else before.visibility
    if was == parsed.visibility == PUBLIC:
        return
    service_keys.ensure(db, KEY, now=told.now)
    took_part = frozenset[str]() if was == PUBLIC else object_masks.participants(db, told.object_id)
    if before is not None and was != parsed.visibility:
        object_masks.log_class(db, told, was)
    if parsed.visibility == PUBLIC:
        object_masks.drop(db, told.object_id)
        return
    people = participants_of(parsed)
    if before is not None and was != PUBLIC:
        object_masks.log_people(db, told, took_part - people, saw=True)
        object_masks.log_people(db, told, people - took_part, saw=False)
    if people != took_part:
        object_masks.set_participants(db, told, people)
    data = mask_of(parsed, principals.kind_of(db, collection.owner_id))
    mask = Mask(told.object_id, mask_tag(data), told.now, data)
    object_masks.keep(db, told, mask)


def unmask_removed(db: Db, stored: StoredObject, *, modseq: int, now: int) -> None:
    """An object is about to go: who took part in it knew it by its own name."""
    if stored.visibility != PUBLIC:
        told = Told(stored.id, stored.collection_id, stored.name, modseq, now)
        people = object_masks.participants(db, stored.id)
        object_masks.log_people(db, told, people, saw=True)
