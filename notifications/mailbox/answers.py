"""What attendees send to an organizer here: REPLY, COUNTER and REFRESH (RFC 5546 §3.2).

Who speaks for an attendee is certain where he wrote to the address that only he was given, or
where the relay has proven From and From is the attendee. All else waits for a person.
"""

from __future__ import annotations

from calendars.itip.applied import Effect
from calendars.itip.counter import refreshed
from calendars.itip.incoming import incoming
from calendars.itip.message import ItipMessage, ItipMethod, ScheduleStatus
from calendars.itip.people import address_of, attendees, stamp_of
from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.calendar_user_address import addresses_of, mailto, preferred_address
from calendars.model.component import Component, ContentLine
from calendars.model.utc_text import utc_text
from calendars.services.collection_zone import zone_of
from calendars.services.deliver_itip import Sender, deliver, recipients_of
from calendars.services.find_calendar_users import find_calendar_users
from calendars.services.find_meeting import HeldMeeting, find_own_meeting
from calendars.services.receive_itip import Received
from calendars.services.receive_outside import receive_outside
from notifications import outbox
from notifications.imip.singles import series_of
from notifications.mailbox import decisions
from notifications.mailbox.evidence import Evidence, people_in
from notifications.mailbox.message import Message
from notifications.mailbox.outcome import Aside, Decision, Taken, Why
from notifications.mailbox.room import Mailroom

_SLOW_CLOCK = 86_400
_REFRESH_SECONDS = 3600
"""A program that asks again for each invitation that it gets is answered once in that time."""


def take_answer(db: Db, room: Mailroom, message: Message, evidence: Evidence, *, now: int) -> Taken:
    """Raises Aside."""
    message = _of_series(db, message, evidence)
    meeting = _meeting(db, message, evidence)
    speaker, calendar = _speaker(message, evidence, meeting)
    owner = meeting.owner
    said = incoming(calendar, sender=speaker, recipient=preferred_address(owner))
    if evidence.thread is None and _is_replayed(db, said, owner.id):
        return message.taken(Decision.IGNORED, Why.STALE, owner.id)
    if said.method is ItipMethod.REFRESH:
        return _refresh(db, room, message, said, meeting, now=now)
    received = receive_outside(db, owner, said, now=now)
    if received.status is ScheduleStatus.REJECTED:
        raise Aside(Why.UNKNOWN_OCCURRENCE, owner.id)
    _tell_colleagues(db, room, meeting, received, now=now)
    if said.method is ItipMethod.COUNTER:
        return message.taken(Decision.APPLIED, Why.PROPOSED, owner.id)
    if received.effect is Effect.UNCHANGED:
        return message.taken(Decision.IGNORED, Why.STALE, owner.id)
    return message.taken(Decision.APPLIED, Why.ANSWERED, owner.id)


def _is_replayed(db: Db, said: ItipMessage, owner: PrincipalId) -> bool:
    """It was written long before he was first asked: a signed mail can be sent again by anybody."""
    if said.method is not ItipMethod.REPLY:
        return False
    asked = outbox.first_told(db, owner, said.uid, said.sender)
    stamps = [stamp for part in said.calendar.components if (stamp := stamp_of(part))]
    return asked is not None and bool(stamps) and max(stamps) < utc_text(asked - _SLOW_CLOCK)


def _of_series(db: Db, message: Message, evidence: Evidence) -> Message:
    """A series that Outlook cannot hold left as single meetings: their UIDs tell of what series."""
    series, thread = series_of(message.uid), evidence.thread
    if series is None:
        return message
    ours = outbox.owners_of(db, series) if thread is None else thread.uid == series
    return message.of_series(series) if ours else message


def _meeting(db: Db, message: Message, evidence: Evidence) -> HeldMeeting:
    """The meeting that the answer is about. Raises Aside."""
    thread = evidence.thread
    if thread is not None:
        if thread.uid != message.uid:
            raise Aside(Why.OTHER_MEETING, thread.owner_id)
        owners = [thread.owner_id]
    else:
        owners = [*_addressed(db, message), *outbox.owners_of(db, message.uid)]
    meeting = find_own_meeting(db, owners, message.uid)
    if meeting is None:
        raise Aside(Why.UNKNOWN_MEETING, owners[0] if owners else None)
    if not evidence.is_for(meeting.owner.id):
        raise Aside(Why.OTHER_MEETING, meeting.owner.id)
    return meeting


def _addressed(db: Db, message: Message) -> list[PrincipalId]:
    """Who of ours is named as the organizer, or was written to; Exchange names no organizer."""
    named = [mailto(address_of(one).removeprefix("mailto:")) for one in message.organizers]
    found = find_calendar_users(db, [*named, *map(mailto, message.mail.recipients)])
    return [person.id for person in found.values()]


def _speaker(message: Message, evidence: Evidence, meeting: HeldMeeting) -> tuple[str, Component]:
    """Who answers, and the calendar with him under the address that he is invited by.

    Raises Aside.
    """
    named = people_in(message.calendar, "ATTENDEE")
    addresses = list(dict.fromkeys(map(address_of, named)))
    thread, owner = evidence.thread, meeting.owner.id
    if thread is not None and thread.recipient in addresses:
        return thread.recipient, message.calendar
    if thread is not None and len(addresses) == 1 and addresses[0] not in meeting.invited:
        # Whatever address he answers from: the mark says who was invited.
        return thread.recipient, _renamed(message.calendar, thread.recipient)
    line = next((one for one in named if _may_speak(one, evidence, meeting)), None)
    if line is None and evidence.released:
        line = next((one for one in named if address_of(one) in meeting.invited), None)
    if line is None:
        if named and not any(one in meeting.invited for one in addresses):
            raise Aside(Why.UNINVITED, owner)
        raise Aside(Why.WRONG_SENDER, owner)
    speaker = address_of(line)
    if speaker not in meeting.invited:
        raise Aside(Why.UNINVITED, owner)
    if not evidence.authentic and not evidence.released:
        raise Aside(Why.UNKNOWN_TOKEN if evidence.has_token else Why.NOT_AUTHENTICATED, owner)
    return speaker, message.calendar


def _may_speak(line: ContentLine, evidence: Evidence, meeting: HeldMeeting) -> bool:
    """The attendee himself, or somebody whom he named to the organizer before: that one acts for
    another is nothing to be believed of himself.
    """
    if evidence.speaks(line):
        return True
    if not evidence.speaks_for(line):
        return False
    known = (attendees(part).get(address_of(line)) for part in meeting.calendar.components)
    return any(one is not None and evidence.speaks_for(one) for one in known)


def _renamed(calendar: Component, invited: str) -> Component:
    parts = [
        Component(
            part.name,
            [one._replace(value=invited) if one.name == "ATTENDEE" else one for one in part.lines],
            part.components,
        )
        for part in calendar.components
    ]
    return Component(calendar.name, calendar.lines, parts)


def _tell_colleagues(
    db: Db, room: Mailroom, meeting: HeldMeeting, received: Received, *, now: int
) -> None:
    """Copies here learn of the answer; a mail never makes mail to anybody else."""
    ours = recipients_of(db, received.onward)
    inside = [one for one in received.onward if one.recipient in ours]
    sender = Sender(meeting.owner, meeting.owner, room.dispatch.transport)
    deliver(db, sender, inside, ours, now=now)


def _refresh(
    db: Db, room: Mailroom, message: Message, said: ItipMessage, meeting: HeldMeeting, *, now: int
) -> Taken:
    """The invitation as it stands, to who asks for it alone (RFC 5546 §3.2.6)."""
    owner, zone = meeting.owner, zone_of(meeting.collection)
    asker = message.mail.sender
    if decisions.was_refreshed(db, owner.id, message.uid, asker, since=now - _REFRESH_SECONDS):
        return message.taken(Decision.IGNORED, Why.STALE, owner.id)
    mine = frozenset[str](addresses_of(owner))
    request = refreshed(meeting.calendar, said, mine, zone=zone, now=now)
    ours = recipients_of(db, [request])
    deliver(db, Sender(owner, owner, room.dispatch.transport), [request], ours, now=now)
    return message.taken(Decision.APPLIED, Why.REFRESHED, owner.id)
