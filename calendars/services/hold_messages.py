"""A client that empties a calendar does not tell the world: its messages wait for a person.

A few deletions in a row are a person's work. More than that within minutes are a client that
mis-synchronised or a slip of the hand: the objects are gone from the calendar, as asked, but nobody
is told before the owner or somebody who keeps the diary says so. Releasing sends what was held,
undoing brings the objects back as if nothing had been done.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from calendars.itip.message import ItipMessage, ItipMethod
from calendars.kernel.audit import Deed
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import HeldId
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.component import parse, serialize
from calendars.model.principal import Principal
from calendars.services.deliver_itip import Dispatch
from calendars.services.show_held import show_held
from calendars.storage import audit, held_messages, object_versions
from calendars.storage.calendar_objects import StoredObject
from calendars.storage.held_messages import Held, NewHeld


def hold_if_mass(
    db: Db,
    dispatch: Dispatch,
    actor: Principal,
    collection: CalendarCollection,
    stored: StoredObject,
    messages: Sequence[ItipMessage],
    *,
    now: int,
) -> bool:
    """Whether the messages of this deletion are held; the object is removed already."""
    if dispatch.believed_deletions is None:
        return False
    owner = collection.owner_id
    told = held_messages.count_told(db, owner, since=now - dispatch.within_seconds)
    held_messages.note_told(db, owner, at=now)
    if told < dispatch.believed_deletions:
        return False
    held = NewHeld(
        owner,
        actor.id,
        collection.id,
        stored.name,
        stored.uid,
        object_versions.last_of(db, collection.id, stored.name),
        stored.visibility,
        _packed(messages),
    )
    held_messages.add(db, held, now=now)
    told_of = audit.about(collection, stored.name, stored.visibility, messages=len(messages))
    audit.record(db, actor, Deed.HOLD, told_of, now=now)
    show_held(db, actor, owner, now=now)
    return True


def find_held(db: Db, held: HeldId) -> Held:
    """What waits. Raises NotFound, also where somebody has decided already."""
    found = held_messages.find(db, held)
    if found is None:
        raise NotFound("nothing of that number waits for a decision")
    return found


def messages_of(held: Held) -> list[ItipMessage]:
    """The messages as they would have gone out."""
    return [
        ItipMessage(
            ItipMethod(one["method"]),
            one["uid"],
            one["sender"],
            one["recipient"],
            parse(one["calendar"]),
            one["significant"],
            one["sent_by"],
        )
        for one in json.loads(held.messages)
    ]


def _packed(messages: Sequence[ItipMessage]) -> bytes:
    return json.dumps(
        [
            {
                "method": one.method,
                "uid": one.uid,
                "sender": one.sender,
                "recipient": one.recipient,
                "calendar": serialize(one.calendar),
                "significant": one.significant,
                "sent_by": one.sent_by,
            }
            for one in messages
        ]
    ).encode()
