"""Who has a time already, for somebody who wanted it too (DIA-4)."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.kernel.identifiers import ObjectId
from calendars.model.component import decode, parse
from calendars.model.principal import Principal
from calendars.services.show_objects import sees_whole
from calendars.storage import calendar_objects, collections, principals


def sees_content(db: Db, actor: Principal, number: ObjectId, *, now: int) -> bool:
    """The actor reads the content of an object that is known by its number."""
    return any(
        sees_whole(db, actor, one, now=now) for one in calendar_objects.list_by_id(db, [number])
    )


def tell_holder(db: Db, actor: Principal, number: ObjectId, *, now: int) -> str | None:
    """The organizer's name, else the owner's; None where the actor may not know: « Occupé »."""
    found = calendar_objects.list_by_id(db, [number])
    if not found or not sees_whole(db, actor, found[0], now=now):
        return None
    for event in parse(decode(found[0].data)).children("VEVENT"):
        organizer = event.line("ORGANIZER")
        if organizer is not None:
            return organizer.parameter("CN") or organizer.value.removeprefix("mailto:")
    collection = collections.get_by_id(db, found[0].collection_id)
    return principals.get_by_id(db, collection.owner_id).display_name
