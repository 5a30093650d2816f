"""A scheduling message from outside is applied like any other, with what it may touch locked."""

from __future__ import annotations

from calendars.itip.applied import UNCHANGED
from calendars.itip.message import ItipMessage, ItipMethod, ScheduleStatus
from calendars.kernel.audit import Origin
from calendars.kernel.database import Db
from calendars.model.principal import Principal
from calendars.services.default_calendars import calendar_for
from calendars.services.note_proposal import note_proposal
from calendars.services.receive_itip import Received, leave_in_inbox, receive
from calendars.services.record_mail import BY_MAIL
from calendars.services.schedule_object import calendar_of, lock_involved
from calendars.storage import calendar_objects, collections

_FOR_PEOPLE = frozenset({ItipMethod.COUNTER, ItipMethod.DECLINECOUNTER})


def receive_outside(
    db: Db, recipient: Principal, message: ItipMessage, *, by: Origin = BY_MAIL, now: int
) -> Received:
    """What the message does in the recipient's calendars; what it calls for comes back.

    `by` is the door that it came in by. A proposal and the answer to one change nothing by
    themselves: they are left in the inbox. Raises NoSuchProposal, NotInvited.
    """
    held = calendar_objects.list_of_person(db, recipient.id, message.uid)
    for one in held:
        collection = collections.get_by_id(db, one.collection_id)
        lock_involved(db, collection, [calendar_of(one), message.calendar])
    if not held:
        # A room is asked by two at once: whoever comes second finds what the first has booked.
        place = calendar_for(db, recipient.login, "VEVENT")
        if place is not None:
            lock_involved(db, place, [message.calendar])
    actor = recipient.acting(by)
    received = receive(db, actor, recipient, message, now=now)
    if message.method in _FOR_PEOPLE and received.status is not ScheduleStatus.REJECTED:
        if message.method is ItipMethod.COUNTER:
            note_proposal(db, actor, message, now=now)
        leave_in_inbox(db, actor, recipient, message, UNCHANGED, now=now)
    return received
