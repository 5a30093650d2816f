"""Answers that come by mail: applied where it is certain whose they are, kept for people else.

An answer is believed when it was sent to the address that only the one who was invited got. From
any other mail nothing is changed: it is set aside, and somebody looks at it.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from calendars.itip.incoming import NotAMessage, incoming
from calendars.itip.message import ItipMessage, ItipMethod, ScheduleStatus
from calendars.kernel.database import Database, Db
from calendars.kernel.errors import NotFound, ServiceError
from calendars.model.calendar_user_address import preferred_address
from calendars.model.component import Component
from calendars.services.deliver_itip import Dispatch, Sender, deliver, recipients_of
from calendars.services.find_principals import get_principal_by_id
from calendars.services.receive_outside import receive_outside
from notifications.imip.parse import Incoming, NoScheduling, read_mail
from notifications.imip.reply_address import Thread, thread_of

log = logging.getLogger(__name__)

_ANSWERS = frozenset({ItipMethod.REPLY, ItipMethod.REFRESH, ItipMethod.COUNTER})


class Decision(StrEnum):
    """What became of a mail."""

    APPLIED = "applied"
    SET_ASIDE = "set-aside"
    """For a person: nothing was changed, nothing is lost."""


@dataclass(frozen=True, slots=True)
class Mailroom:
    """What the reading of mail works with."""

    database: Database
    dispatch: Dispatch
    set_aside: Path
    """Where mails wait that nobody but a person can judge."""


def take_in(room: Mailroom, octets: bytes, *, now: int) -> tuple[Decision, str]:
    """Read one mail and do what it says, or keep it; and why. Twice is once."""
    try:
        mail = read_mail(octets)
        with room.database.transaction() as db:
            status = _apply(db, room, mail, now=now)
    except (NoScheduling, NotAMessage, NotFound) as error:
        return _keep(room, octets, str(error))
    except ServiceError as error:
        return _keep(room, octets, type(error).__name__)
    if status is ScheduleStatus.REJECTED:
        return _keep(room, octets, "the meeting is unknown here, or he is not invited to it")
    log.info("mail.taken_in", extra={"status": str(status)})
    return Decision.APPLIED, str(status)


def _apply(db: Db, room: Mailroom, mail: Incoming, *, now: int) -> ScheduleStatus:
    thread = next(filter(None, (thread_of(db, token) for token in mail.tokens)), None)
    if thread is None:
        raise NotFound("it was not sent to an address that we gave for an answer")
    owner = get_principal_by_id(db, thread.owner_id)
    message = _message(mail.calendar, thread, preferred_address(owner))
    received = receive_outside(db, owner, message, now=now)
    if received.onward:
        onward = received.onward
        sender = Sender(owner, owner, room.dispatch.transport)
        ours = recipients_of(db, onward)
        inside = [one for one in onward if one.recipient in ours]
        deliver(db, sender, inside, ours, now=now)
    return received.status


def _message(calendar: Component, thread: Thread, organizer: str) -> ItipMessage:
    """Whatever address he answers from: the mark says who was invited."""
    own = _as_invited(calendar, thread.recipient)
    message = incoming(own, sender=thread.recipient, recipient=organizer)
    if message.method not in _ANSWERS or message.uid != thread.uid:
        raise NotAMessage("it is no answer to that invitation")
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


def _keep(room: Mailroom, octets: bytes, because: str) -> tuple[Decision, str]:
    """Set aside, once however often it comes; the reason stands in the log, no content does."""
    room.set_aside.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = room.set_aside / f"{sha256(octets).hexdigest()[:32]}.eml"
    partial = target.with_suffix(".part")
    with partial.open("wb") as stream:
        stream.write(octets)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(target)
    log.info("mail.set_aside", extra={"because": because, "file": target.name})
    return Decision.SET_ASIDE, because
