"""The one door in: a mail is read, judged, and does what it may do (RFC 6047).

An answer is believed when it was sent to the address that only the one who was invited got. From
any other mail nothing is changed: it is set aside, and somebody looks at it.
"""

from __future__ import annotations

import logging
import os
from hashlib import sha256

from calendars.itip.incoming import NotAMessage, WrongSender, incoming
from calendars.itip.message import ItipMessage, ItipMethod, ScheduleStatus
from calendars.kernel.database import Db
from calendars.kernel.errors import ServiceError
from calendars.model.calendar_user_address import preferred_address
from calendars.model.component import Component
from calendars.services.deliver_itip import Sender, deliver, recipients_of
from calendars.services.find_principals import get_principal_by_id
from calendars.services.receive_outside import receive_outside
from notifications.imip.mail import NO_ENVELOPE, Envelope, Mail, Unreadable, read_mail
from notifications.imip.parse import MethodMismatch, NoScheduling, SeveralCalendars, find_calendar
from notifications.imip.reply_address import Thread, thread_of
from notifications.mailbox.outcome import Aside, Decision, Taken, Why
from notifications.mailbox.room import Mailroom
from notifications.mailbox.words import take_words

log = logging.getLogger(__name__)

_ANSWERS = frozenset({ItipMethod.REPLY, ItipMethod.REFRESH, ItipMethod.COUNTER})


def take_in(room: Mailroom, octets: bytes, *, now: int, envelope: Envelope = NO_ENVELOPE) -> Taken:
    """Read one mail and do what it says, or keep it for a person; twice is once.

    Nothing that anybody sends raises: a carrier may forget the mail when this returns, and brings
    it again when it raises (StoreUnavailable).
    """
    try:
        mail = read_mail(octets, envelope)
    except Unreadable:
        taken = Taken(Decision.QUARANTINED, Why.UNREADABLE)
    else:
        taken = _judge(room, mail, now=now)
    if taken.decision is Decision.QUARANTINED:
        _keep(room, octets)
    log.info("mail.taken_in", extra={"decision": str(taken.decision), "why": str(taken.why)})
    return taken


def _judge(room: Mailroom, mail: Mail, *, now: int) -> Taken:
    try:
        with room.database.transaction() as db:
            return _apply(db, room, mail, now=now)
    except Aside as aside:
        return Taken(aside.decision, aside.why, aside.owner_id)


def _apply(db: Db, room: Mailroom, mail: Mail, *, now: int) -> Taken:
    try:
        if mail.is_report:
            raise NoScheduling("a report of a mail server")
        calendar = find_calendar(mail).calendar
    except NoScheduling:
        return take_words(db, room, mail, now=now)
    except MethodMismatch:
        raise Aside(Why.METHOD_MISMATCH) from None
    except SeveralCalendars:
        raise Aside(Why.SEVERAL_CALENDARS) from None
    try:
        return _schedule(db, room, mail, calendar, now=now)
    except WrongSender:
        raise Aside(Why.WRONG_SENDER) from None
    except (NotAMessage, ServiceError):
        raise Aside(Why.INVALID_CALENDAR) from None


def _schedule(db: Db, room: Mailroom, mail: Mail, calendar: Component, *, now: int) -> Taken:
    thread = next(filter(None, (thread_of(db, token) for token in mail.tokens)), None)
    if thread is None:
        raise Aside(Why.UNKNOWN_TOKEN if mail.tokens else Why.NOT_AUTHENTICATED)
    owner = get_principal_by_id(db, thread.owner_id)
    message = _message(calendar, thread, preferred_address(owner))
    received = receive_outside(db, owner, message, now=now)
    if received.status is ScheduleStatus.REJECTED:
        raise Aside(Why.UNKNOWN_MEETING, owner.id)
    if received.onward:
        onward = received.onward
        sender = Sender(owner, owner, room.dispatch.transport)
        ours = recipients_of(db, onward)
        inside = [one for one in onward if one.recipient in ours]
        deliver(db, sender, inside, ours, now=now)
    return Taken(Decision.APPLIED, Why.ANSWERED, owner.id, message.uid, message.method)


def _message(calendar: Component, thread: Thread, organizer: str) -> ItipMessage:
    """Whatever address he answers from: the mark says who was invited."""
    own = _as_invited(calendar, thread.recipient)
    message = incoming(own, sender=thread.recipient, recipient=organizer)
    if message.method not in _ANSWERS or message.uid != thread.uid:
        raise Aside(Why.OTHER_MEETING, thread.owner_id)
    return message


def _as_invited(calendar: Component, invited: str) -> Component:
    """Who answers from another of his addresses is still the one who was invited."""
    parts = [_renamed(part, invited) for part in calendar.components]
    return Component(calendar.name, calendar.lines, parts)


def _renamed(part: Component, invited: str) -> Component:
    people = part.all("ATTENDEE")
    if len(people) != 1:
        return part
    lines = [
        line._replace(value=invited) if line.name == "ATTENDEE" else line for line in part.lines
    ]
    return Component(part.name, lines, part.components)


def _keep(room: Mailroom, octets: bytes) -> None:
    """Set aside, once however often it comes."""
    room.set_aside.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = room.set_aside / f"{sha256(octets).hexdigest()[:32]}.eml"
    partial = target.with_suffix(".part")
    with partial.open("wb") as stream:
        stream.write(octets)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(target)
