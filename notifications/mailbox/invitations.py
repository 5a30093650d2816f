"""What organizers elsewhere send to people here: REQUEST, ADD, CANCEL, DECLINECOUNTER
(RFC 5546 §3.2).

The first invitation to a meeting says who organizes it; from then on only he changes it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from calendars.itip.applied import Effect
from calendars.itip.group import with_members
from calendars.itip.incoming import incoming
from calendars.itip.message import ItipMethod
from calendars.itip.people import address_of, organizer_of
from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.calendar_object import CalendarObject
from calendars.model.calendar_user_address import (
    calendar_user_address,
    mailto,
    preferred_address,
)
from calendars.model.component import Component, ContentLine, serialize
from calendars.model.principal import Principal, PrincipalKind
from calendars.model.wall_clock import epoch_to_local
from calendars.services.date_members import members_on
from calendars.services.deliver_itip import Sender, deliver, recipients_of
from calendars.services.find_calendar_users import find_calendar_user, find_calendar_users
from calendars.services.find_meeting import HeldMeeting, find_held_meeting
from calendars.services.find_members import find_members_by_mail
from calendars.services.receive_itip import Received
from calendars.services.receive_outside import receive_outside
from notifications.imip.addresses import domain_of
from notifications.imip.mail import tokens_in
from notifications.mailbox.evidence import Evidence, people_in
from notifications.mailbox.message import Message
from notifications.mailbox.outcome import Aside, Decision, Taken, Why
from notifications.mailbox.room import Mailroom

_STORED = frozenset({ItipMethod.REQUEST, ItipMethod.ADD})
_EFFECTS = {
    Effect.CREATED: Why.INVITED,
    Effect.CANCELLED: Why.CANCELLED,
    Effect.UPDATED: Why.UPDATED,
}


def take_invitation(
    db: Db, room: Mailroom, message: Message, evidence: Evidence, *, now: int
) -> Taken:
    """Raises Aside, and the refusals of `calendars.model.invalid`."""
    organizer = _organizer(db, room, message)
    day = epoch_to_local(now, room.zone).date()
    message = replace(message, calendar=_with_members(db, message.calendar, day))
    people = [one for one in _invited_here(db, message, day) if evidence.is_for(one.id)]
    ids = [person.id for person in people]
    if not people:
        raise Aside(Why.NOBODY_HERE)
    for person in people:
        held = find_held_meeting(db, person, message.uid)
        if held is not None and held.organizer != address_of(organizer):
            raise Aside(Why.OTHER_ORGANIZER, person.id)
        if not _speaks(organizer, evidence, held):
            raise Aside(Why.WRONG_SENDER, ids[0], others=ids)
    if not evidence.authentic and not evidence.released:
        raise Aside(Why.NOT_AUTHENTICATED, ids[0], others=ids)
    if message.method in _STORED:
        _check_storable(message.calendar)
    effects = [_receive(db, room, message, organizer, person, now=now).effect for person in people]
    return _outcome(message, effects, ids[0])


def _with_members(db: Db, calendar: Component, day: date) -> Component:
    """Whoever invites a group of ours invites its members: each answers for himself (DIR-1)."""
    named = {calendar_user_address(line.value) for line in people_in(calendar, "ATTENDEE")}
    return with_members(calendar, find_members_by_mail(db, named, day))


def _organizer(db: Db, room: Mailroom, message: Message) -> ContentLine:
    """The one organizer, who is nobody of ours: of our meetings our diaries know. Raises Aside."""
    lines = message.organizers
    if len({organizer_of(part) for part in message.calendar.components} - {None}) != 1:
        raise Aside(Why.INVALID_CALENDAR)
    address = address_of(lines[0])
    if address == mailto(room.mailbox) or tokens_in([address]):
        raise Aside(Why.OWN_MESSAGE, decision=Decision.IGNORED)
    person = find_calendar_user(db, address)
    if person is not None:
        raise Aside(Why.OWN_MEETING, person.id, Decision.IGNORED)
    return lines[0]


def _invited_here(db: Db, message: Message, day: date) -> list[Principal]:
    """Who of ours it is for: whom it was sent to, or all whom it names, where it was
    sent to the service's own mailbox. Raises Aside.
    """
    addressed = find_calendar_users(db, map(mailto, message.mail.recipients))
    named = [address_of(line) for line in people_in(message.calendar, "ATTENDEE")]
    known = find_calendar_users(db, [mailto(one.removeprefix("mailto:")) for one in named])
    ids = {person.id for person in addressed.values()}
    groups = [one for one in addressed.values() if one.kind is PrincipalKind.GROUP]
    ids |= {one.id for group in groups for one in members_on(db, group.id, day)}
    wanted = {one: person for one, person in known.items() if person.id in ids or not ids}
    if not wanted and message.method not in _STORED:
        # Some programs name nobody in a cancellation.
        wanted = {
            address: person
            for address, person in addressed.items()
            if find_held_meeting(db, person, message.uid) is not None
        }
    people = {
        person.id: person for person in wanted.values() if person.kind is not PrincipalKind.GROUP
    }
    if not people:
        raise Aside(Why.NOBODY_HERE, next(iter(ids), None), others=ids)
    return list(people.values())


def _speaks(organizer: ContentLine, evidence: Evidence, held: HeldMeeting | None) -> bool:
    """The organizer himself, or who acts for him: of a new meeting a colleague of his, later only
    whom he named.
    """
    if evidence.released or evidence.speaks(organizer):
        return True
    if not evidence.speaks_for(organizer):
        return False
    if held is not None:
        return any(evidence.speaks_for(one) for one in people_in(held.calendar, "ORGANIZER"))
    home = domain_of(address_of(organizer))
    return any(domain_of(one) == home for one in evidence.senders)


def _check_storable(calendar: Component) -> None:
    """It could be stored as it is (RFC 4791 §4.1). Raises the refusals of `invalid`."""
    lines = [line for line in calendar.lines if line.name != "METHOD"]
    CalendarObject.parse(serialize(Component(calendar.name, lines, calendar.components)).encode())


def _receive(
    db: Db,
    room: Mailroom,
    message: Message,
    organizer: ContentLine,
    person: Principal,
    *,
    now: int,
) -> Received:
    """Into one diary; a room that answers at once answers by mail."""
    said = incoming(
        message.calendar, sender=address_of(organizer), recipient=preferred_address(person)
    )
    received = receive_outside(db, person, said, now=now)
    if received.onward:
        sender = Sender(person, person, room.dispatch.transport)
        ours = recipients_of(db, received.onward)
        deliver(db, sender, received.onward, ours, now=now)
    return received


def _outcome(message: Message, effects: list[Effect], owner: PrincipalId) -> Taken:
    why = next((_EFFECTS[one] for one in _EFFECTS if one in effects), None)
    if why is not None:
        return message.taken(Decision.APPLIED, why, owner)
    if all(one is Effect.REFUSED for one in effects):
        raise Aside(Why.UNKNOWN_MEETING, owner)
    if message.method is ItipMethod.DECLINECOUNTER:
        return message.taken(Decision.APPLIED, Why.PROPOSAL_DECLINED, owner)
    return message.taken(Decision.IGNORED, Why.STALE, owner)
