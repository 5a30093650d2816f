"""Other times that were proposed: looked at, accepted, or declined (RFC 5546 §3.2.7, §3.2.8).

Who accepts moves the meeting, as if he had done it in his own program: everybody is told. Who
declines answers the one who proposed, and nobody else.
"""

from __future__ import annotations

from typing import NamedTuple

from calendars.itip.counter import Proposal, accepted, decline_counter, proposals
from calendars.itip.incoming import incoming
from calendars.itip.message import ItipMessage
from calendars.kernel.audit import Deed
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound, ServiceError
from calendars.kernel.identifiers import ProposalId
from calendars.model.calendar_object import CalendarObject
from calendars.model.calendar_user_address import addresses_of, preferred_address
from calendars.model.component import decode, parse, serialize
from calendars.model.principal import Principal
from calendars.services.collection_zone import zone_of
from calendars.services.deliver_itip import Dispatch, Sender, deliver, recipients_of
from calendars.services.find_meeting import HeldMeeting, find_own_meeting
from calendars.services.find_principals import get_principal
from calendars.services.note_proposal import close_proposal_task
from calendars.services.put_object import ObjectPath, PutObject, PutOutcome, put_object
from calendars.services.schedule_object import lock_involved
from calendars.services.schedules_for import schedules_for
from calendars.storage import audit
from calendars.storage import proposals as shelf
from calendars.storage.proposals import ProposalState, StoredProposal


class OpenProposal(NamedTuple):
    """What somebody would rather have, and the meeting that it is about."""

    id: ProposalId
    at: int
    meeting: HeldMeeting
    wanted: tuple[Proposal, ...]
    """For the whole, or for occurrences."""

    @property
    def name(self) -> str:
        """Of who proposes it."""
        return self.meeting.name_of(self.wanted[0].by)


def list_proposals(db: Db, actor: Principal, login: str, *, now: int) -> list[OpenProposal]:
    """What waits in a person's name, for himself and who schedules for him. Raises NotFound."""
    owner = get_principal(db, login)
    if not schedules_for(db, actor, owner.id, now=now):
        raise NotFound("there is nothing here")
    found: list[OpenProposal] = []
    for stored in shelf.list_of(db, owner.id):
        if not schedules_for(db, actor, owner.id, stored.uid, now=now):
            continue
        read = _read(db, owner, stored)
        if read is not None:
            found.append(read)
    return found


def accept_proposal(
    db: Db,
    actor: Principal,
    login: str,
    number: ProposalId,
    *,
    dispatch: Dispatch,
    now: int,
) -> PutOutcome:
    """The meeting moves. Raises NotFound, NeedPrivileges, and what `put_object` raises."""
    stored, meeting = _open(db, actor, login, number, now=now)
    lock_involved(db, meeting.collection, [meeting.calendar])
    zone = zone_of(meeting.collection)
    moved = accepted(meeting.calendar, _message(stored, meeting), zone=zone)
    body = serialize(moved).encode()
    put = PutObject(ObjectPath(*meeting.path), CalendarObject.parse(body), body)
    outcome = put_object(db, actor, put, dispatch=dispatch, now=now)
    _settle(db, actor, stored, meeting, ProposalState.ACCEPTED, now=now)
    return outcome


def decline_proposal(
    db: Db,
    actor: Principal,
    login: str,
    number: ProposalId,
    comment: str = "",
    *,
    dispatch: Dispatch,
    now: int,
) -> None:
    """The meeting stays; who proposed is told so. Raises NotFound."""
    stored, meeting = _open(db, actor, login, number, now=now)
    owner, zone = meeting.owner, zone_of(meeting.collection)
    mine = frozenset[str](addresses_of(owner))
    said = _message(stored, meeting)
    answer = decline_counter(meeting.calendar, said, mine, zone=zone, now=now, comment=comment)
    sender = Sender(actor, owner, dispatch.transport)
    deliver(db, sender, [answer], recipients_of(db, [answer]), now=now)
    _settle(db, actor, stored, meeting, ProposalState.DECLINED, now=now)


def _open(
    db: Db, actor: Principal, login: str, number: ProposalId, *, now: int
) -> tuple[StoredProposal, HeldMeeting]:
    stored = shelf.find(db, number)
    owner = get_principal(db, login)
    if stored is None or stored.owner_id != owner.id:
        raise NotFound("there is nothing here")
    if not schedules_for(db, actor, owner.id, stored.uid, now=now):
        raise NotFound("there is nothing here")
    meeting = find_own_meeting(db, [owner.id], stored.uid)
    if meeting is None:
        raise NotFound("there is nothing here")
    return stored, meeting


def _message(stored: StoredProposal, meeting: HeldMeeting) -> ItipMessage:
    calendar = parse(decode(stored.data))
    recipient = preferred_address(meeting.owner)
    return incoming(calendar, sender=stored.attendee, recipient=recipient)


def _read(db: Db, owner: Principal, stored: StoredProposal) -> OpenProposal | None:
    """None where the meeting, or the occurrence, is no more."""
    meeting = find_own_meeting(db, [owner.id], stored.uid)
    if meeting is None:
        return None
    zone = zone_of(meeting.collection)
    try:
        wanted = proposals(meeting.calendar, _message(stored, meeting), zone=zone)
    except ServiceError:
        return None
    return OpenProposal(stored.id, stored.at, meeting, wanted)


def _settle(
    db: Db,
    actor: Principal,
    stored: StoredProposal,
    meeting: HeldMeeting,
    state: ProposalState,
    *,
    now: int,
) -> None:
    shelf.decide(db, stored.id, state, by=actor.id, now=now)
    close_proposal_task(db, actor, meeting, stored.attendee, now=now)
    deed = Deed.APPROVE if state is ProposalState.ACCEPTED else Deed.DECLINE
    target = audit.about(
        meeting.collection, meeting.stored.name, meeting.stored.visibility, proposal=stored.id
    )
    audit.record(db, actor, deed, target, now=now)
