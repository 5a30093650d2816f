"""A scheduling message arrives in a person's calendars (RFC 6638 §4).

Whoever sends it, a colleague's calendar or a mail, it is applied to the copy that the person holds
and left in the scheduling inbox, in the transaction that is open.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from calendars.itip.apply import Applied, Changed, Effect, apply
from calendars.itip.message import ItipMessage, ItipMethod, ScheduleStatus
from calendars.itip.plan import refresh
from calendars.kernel.database import Db
from calendars.kernel.identifiers import etag_of
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.calendar_user_address import addresses_of
from calendars.model.component import Component, decode, parse, serialize
from calendars.model.principal import Principal
from calendars.model.resource_name import hashed_name, name_of_uid
from calendars.services.answer_for_resource import answer_for_resource
from calendars.services.ask_approvers import ask_approvers
from calendars.services.collection_zone import zone_of
from calendars.services.default_calendars import calendar_for
from calendars.services.tell_changes import tell_changes
from calendars.services.write_object import NewText, remove_object, write_object
from calendars.storage import calendar_objects, collections
from calendars.storage.calendar_objects import StoredObject


@dataclass(frozen=True, slots=True)
class Received:
    """What the sender is told, and the messages that this calls for in turn."""

    status: ScheduleStatus
    onward: tuple[ItipMessage, ...] = ()
    effect: Effect = Effect.UNCHANGED
    """What became of the recipient's copy."""


REFUSED = Received(ScheduleStatus.REJECTED, effect=Effect.REFUSED)
_ASKS = frozenset({ItipMethod.REQUEST, ItipMethod.ADD})


def receive(
    db: Db,
    actor: Principal,
    recipient: Principal,
    message: ItipMessage,
    *,
    news: bool = True,
    now: int,
) -> Received:
    """Apply a message to the recipient's copy; `actor` is who caused it.

    A message that is late, doubled or for nobody here changes nothing. What is no `news` leaves
    nothing in the inbox.
    """
    if recipient.disabled:
        return REFUSED
    held = calendar_objects.list_of_person(db, recipient.id, message.uid)
    before = held[0] if held else None
    collection = (
        collections.get_by_id(db, before.collection_id)
        if before is not None
        else calendar_for(db, recipient.login, _kind(message))
    )
    if collection is None:
        return REFUSED
    copy = None if before is None else parse(decode(before.data))
    if collection.of_resource and copy is None:
        # What it declined it keeps no copy of: only itself can say that it has agreed (RES-1).
        message = replace(message, significant=True)
    mine = frozenset[str](addresses_of(recipient))
    applied = apply(copy, message, mine, zone=zone_of(collection), now=now)
    if applied.effect is Effect.REFUSED:
        return REFUSED
    replies: tuple[ItipMessage, ...] = ()
    if collection.of_resource and message.method in _ASKS:
        asked = replace(applied, calendar=applied.calendar or copy)
        replies = _answer(db, actor, collection, before, message, asked, now=now)
    else:
        _store(db, actor, collection, before, message, applied, now=now)
    if collection.of_resource:
        ask_approvers(db, collection, message.uid, now=now)
    if news and applied.effect is not Effect.UNCHANGED:
        leave_in_inbox(db, actor, recipient, message, applied, now=now)
    if applied.effect is Effect.ANSWERED and applied.calendar is not None:
        onward = refresh(
            applied.calendar, mine, zone=zone_of(collection), but=message.sender, now=now
        )
        return Received(ScheduleStatus.SUCCESS, onward, applied.effect)
    return Received(ScheduleStatus.DELIVERED, replies, applied.effect)


def _kind(message: ItipMessage) -> str:
    return next(
        (part.name for part in message.calendar.components if part.name != "VTIMEZONE"), "VEVENT"
    )


def _answer(
    db: Db,
    actor: Principal,
    collection: CalendarCollection,
    before: StoredObject | None,
    message: ItipMessage,
    applied: Applied,
    *,
    now: int,
) -> tuple[ItipMessage, ...]:
    """A resource answers, and keeps what it has not declined altogether (RES-1)."""
    if applied.calendar is None:
        return ()
    answered = answer_for_resource(db, collection, before, applied.calendar, message, now=now)
    if answered.calendar is None and before is not None:
        remove_object(db, actor, collection, before, now=now)
    kept = replace(applied, calendar=answered.calendar)
    _store(db, actor, collection, before, message, kept, now=now)
    return answered.replies


def _store(
    db: Db,
    actor: Principal,
    collection: CalendarCollection,
    before: StoredObject | None,
    message: ItipMessage,
    applied: Applied,
    *,
    now: int,
) -> None:
    if applied.calendar is None:
        return
    parsed, body = object_of(applied.calendar, message.uid, _kind(message))
    if before is not None and before.etag == etag_of(body):
        return
    name = before.name if before is not None else _free_name(db, collection, message.uid)
    tag = before.schedule_tag if before is not None else None
    if tag is None or _is_told_anew(message, applied):
        tag = etag_of(body)
    write_object(db, actor, collection, before, NewText(name, parsed, body, tag), now=now)


def _is_told_anew(message: ItipMessage, applied: Applied) -> bool:
    """The Schedule-Tag stays where only others' answers were told (RFC 6638 §3.2.10).

    A new title is no reason to think again, but no mere answer either.
    """
    if message.method in {ItipMethod.REPLY, ItipMethod.COUNTER, ItipMethod.REFRESH}:
        return False
    return message.significant or not all(map(_is_answer, applied.changed))


def _is_answer(change: Changed) -> bool:
    return bool(change.answers) and change.properties == {"ATTENDEE"}


def object_of(calendar: Component, uid: str, kind: str) -> tuple[CalendarObject, bytes]:
    """A calendar that we wrote ourselves, as an object and as octets."""
    text = serialize(calendar)
    return CalendarObject(text, calendar, uid, kind), text.encode()


def _free_name(db: Db, collection: CalendarCollection, uid: str) -> str:
    name = name_of_uid(uid)
    taken = calendar_objects.find(db, collection.id, name) is not None
    return hashed_name(uid) if taken else name


def leave_in_inbox(
    db: Db,
    actor: Principal,
    recipient: Principal,
    message: ItipMessage,
    applied: Applied,
    *,
    now: int,
) -> None:
    """The message as it came, for clients that look there (RFC 6638 §4.1)."""
    inbox = collections.find_inbox(db, recipient.id)
    if inbox is None:
        return
    parsed, body = object_of(message.calendar, message.uid, _kind(message))
    name = f"{secrets.token_hex(12)}.ics"
    item, _ = write_object(db, actor, inbox, None, NewText(name, parsed, body), now=now)
    tell_changes(db, item, message, applied, now=now)
