"""What a mail is, and to whose deed it goes: the first look at it."""

from __future__ import annotations

from typing import NamedTuple

from calendars.itip.incoming import WrongSender
from calendars.itip.message import ItipMethod
from calendars.kernel.database import Db
from calendars.kernel.errors import ServiceError
from notifications.imip.automatic import report_in, turns_round
from notifications.imip.human_text import words_beside
from notifications.imip.mail import Mail, tokens_in
from notifications.imip.parse import (
    Found,
    MethodMismatch,
    NoScheduling,
    SeveralCalendars,
    find_calendar,
)
from notifications.mailbox.answers import take_answer
from notifications.mailbox.evidence import Evidence, Release, evidence_of
from notifications.mailbox.forward import forward_beside
from notifications.mailbox.invitations import take_invitation
from notifications.mailbox.message import Message, message_in
from notifications.mailbox.outcome import Aside, Decision, Taken, Why
from notifications.mailbox.room import Mailroom
from notifications.mailbox.words import take_words

_ANSWERS = frozenset({ItipMethod.REPLY, ItipMethod.REFRESH, ItipMethod.COUNTER})


class Reading(NamedTuple):
    """A mail that was read, before anybody asks who speaks in it: no transaction is open yet."""

    mail: Mail
    found: Found | None
    """None: there is no scheduling message in it."""
    message: Message | None


def read(room: Mailroom, mail: Mail, *, now: int) -> Reading:
    """What takes time and asks nobody. Raises Aside."""
    if mail.sender and (mail.sender == room.mailbox.lower() or tokens_in([mail.sender])):
        raise Aside(Why.OWN_MESSAGE, decision=Decision.IGNORED)
    if turns_round(mail, room.mailbox):
        raise Aside(Why.GOES_ROUND, decision=Decision.IGNORED)
    try:
        if report_in(mail) is not None:
            raise NoScheduling("a report of a mail server, with what it returns")
        found = find_calendar(mail)
    except NoScheduling:
        return Reading(mail, None, None)
    except MethodMismatch:
        raise Aside(Why.METHOD_MISMATCH) from None
    except SeveralCalendars:
        raise Aside(Why.SEVERAL_CALENDARS) from None
    try:
        return Reading(mail, found, message_in(mail, found, now=now))
    except ServiceError:
        raise Aside(Why.INVALID_CALENDAR) from None


def judge(
    db: Db, room: Mailroom, reading: Reading, *, release: Release | None = None, now: int
) -> Taken:
    """Do what the mail says, where it may; with a `release` somebody here answers for it.

    Raises Aside where nothing shall be done: then the transaction is given up.
    """
    mail, found, message = reading
    if found is None or message is None:
        return take_words(db, room, mail, now=now)
    evidence = evidence_of(db, room, mail, found, release)
    taken = _taken(db, room, message, evidence, now=now)
    if taken.decision is Decision.APPLIED and evidence.thread is not None:
        text = words_beside(mail, message.calendar)
        forward_beside(db, room, mail, text, evidence.thread, now=now)
    return taken


def _taken(db: Db, room: Mailroom, message: Message, evidence: Evidence, *, now: int) -> Taken:
    take = take_answer if message.method in _ANSWERS else take_invitation
    try:
        return take(db, room, message, evidence, now=now)
    except Aside as aside:
        raise aside.about(message.uid, message.method) from None
    except WrongSender:
        raise Aside(Why.WRONG_SENDER).about(message.uid, message.method) from None
    except ServiceError:
        raise Aside(Why.INVALID_CALENDAR).about(message.uid, message.method) from None
