"""A scheduling message from outside is applied like any other, with what it may touch locked."""

from __future__ import annotations

from calendars.itip.message import ItipMessage
from calendars.kernel.database import Db
from calendars.model.principal import Principal
from calendars.services.receive_itip import Received, receive
from calendars.services.schedule_object import calendar_of, lock_involved
from calendars.storage import calendar_objects, collections


def receive_outside(db: Db, recipient: Principal, message: ItipMessage, *, now: int) -> Received:
    """What the message does in the recipient's calendars; what it calls for comes back."""
    for held in calendar_objects.list_of_person(db, recipient.id, message.uid):
        collection = collections.get_by_id(db, held.collection_id)
        lock_involved(db, collection, [calendar_of(held)])
    return receive(db, recipient, recipient, message, now=now)
