"""Stale writes made harmless: what others answered meanwhile is no conflict.

While an assistant has a meeting open, answers come in and change its entity tag. A client that
saves then is right by its own lights; it is refused only where its edit and what was stored
meanwhile say different things.
"""

from __future__ import annotations

from calendars.itip.merge import merge
from calendars.kernel.database import Db
from calendars.kernel.errors import PreconditionFailed
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.calendar_user_address import addresses_of
from calendars.model.component import Component, decode, parse, serialize
from calendars.model.conditions import Precondition
from calendars.storage import object_versions, principals
from calendars.storage.calendar_objects import StoredObject


def reconciled_text(
    db: Db,
    collection: CalendarCollection,
    before: StoredObject | None,
    name: str,
    sent: tuple[CalendarObject, bytes],
    precondition: Precondition,
) -> tuple[CalendarObject, bytes]:
    """What to store: what was sent, with the answers that its writer had not seen.

    Raises PreconditionFailed where the two truly contradict each other.
    """
    parsed, body = sent
    tag = before.schedule_tag if before is not None else None
    try:
        precondition.check(before.etag if before else None, tag)
    except PreconditionFailed:
        merged = _merge(db, collection, before, name, parsed.calendar, precondition)
        if merged is None:
            raise
    else:
        if before is None or precondition.if_schedule_tag is None:
            return parsed, body
        # The tag says that only answers changed since: they are not to be overwritten (§3.2.10).
        merged = _merge(db, collection, before, name, parsed.calendar, precondition)
        if merged is None:
            return parsed, body
    if merged is parsed.calendar:
        return parsed, body
    text = serialize(merged)
    return CalendarObject(text, merged, parsed.uid, parsed.component), text.encode()


def may_remove(
    db: Db,
    collection: CalendarCollection,
    stored: StoredObject | None,
    name: str,
    precondition: Precondition,
) -> None:
    """A deletion that had not seen the last answers stands. Raises PreconditionFailed."""
    tag = stored.schedule_tag if stored is not None else None
    try:
        precondition.check(stored.etag if stored else None, tag)
    except PreconditionFailed:
        base = _known_text(db, collection, stored, name, precondition)
        if base is None or _merge(db, collection, stored, name, base, precondition) is None:
            raise


def _merge(
    db: Db,
    collection: CalendarCollection,
    current: StoredObject | None,
    name: str,
    sent: Component,
    precondition: Precondition,
) -> Component | None:
    base = _known_text(db, collection, current, name, precondition)
    if base is None or current is None:
        return None
    owner = principals.get_by_id(db, collection.owner_id)
    return merge(base, _tree(current.data), sent, frozenset(addresses_of(owner)))


def _known_text(
    db: Db,
    collection: CalendarCollection,
    current: StoredObject | None,
    name: str,
    precondition: Precondition,
) -> Component | None:
    """What the client had before it: only scheduling objects change by others' answers."""
    if current is None or current.schedule_tag is None:
        return None
    etags, tag = precondition.if_match or frozenset(), precondition.if_schedule_tag
    if (
        precondition.if_none_match is not None
        or "*" in etags
        or (tag and tag != current.schedule_tag)
    ):
        return None
    data = object_versions.text_known_as(db, collection.id, name, etags=etags, schedule_tag=tag)
    return None if data is None else _tree(data)


def _tree(data: bytes) -> Component:
    return parse(decode(data))
