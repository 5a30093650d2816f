"""Somebody who is invited would rather have another time: a person decides on it.

The meeting stays where it is. Whoever schedules for the organizer finds a task that says what is
proposed, as long as nobody has decided (RFC 5546 §3.2.7).
"""

from __future__ import annotations

from hashlib import sha256

from calendars.itip.counter import NoSuchProposal, Proposal, proposals
from calendars.itip.message import ItipMessage
from calendars.kernel.database import Db
from calendars.model.component import serialize
from calendars.model.french_dates import NBSP, moment
from calendars.model.principal import Principal
from calendars.services.collection_zone import zone_of
from calendars.services.find_keepers import in_charge_of
from calendars.services.find_meeting import HeldMeeting, find_own_meeting
from calendars.services.open_task import Task, close_task, open_task
from calendars.storage import proposals as shelf
from calendars.storage.proposals import NewProposal

_HOW = (
    "La réunion n’a pas bougé. Acceptez cette proposition{nbsp}: la réunion est déplacée et chacun "
    "en est averti. Ou refusez-la{nbsp}: la personne l’apprend, rien d’autre ne change."
)
_MOST_TITLE = 200


def note_proposal(db: Db, actor: Principal, message: ItipMessage, *, now: int) -> None:
    """Raises NoSuchProposal, NotInvited."""
    meeting = find_own_meeting(db, [actor.id], message.uid)
    if meeting is None:
        raise NoSuchProposal("there is no such meeting")
    wanted = proposals(meeting.calendar, message, zone=zone_of(meeting.collection))
    if not wanted:
        raise NoSuchProposal("nothing is proposed")
    keys = ",".join(str(one.recurrence_id or "") for one in wanted)
    new = NewProposal(
        actor.id, message.uid, message.sender, keys, serialize(message.calendar).encode()
    )
    shelf.add(db, new, now=now)
    task = _task(meeting, wanted[0])
    for person in in_charge_of(db, actor.id, message.uid, now=now):
        open_task(db, actor, person, task, now=now)


def close_proposal_task(
    db: Db, actor: Principal, meeting: HeldMeeting, attendee: str, *, now: int
) -> None:
    """Somebody has decided."""
    uid = _uid_of(meeting, attendee)
    for person in in_charge_of(db, meeting.owner.id, meeting.stored.uid, now=now):
        close_task(db, actor, person, uid, now=now)


def _uid_of(meeting: HeldMeeting, attendee: str) -> str:
    """One for each meeting and person; neither can be read off it."""
    said = "\0".join((str(meeting.owner.id), meeting.stored.uid, attendee))
    return f"proposition-{sha256(said.encode()).hexdigest()[:32]}"


def _task(meeting: HeldMeeting, wanted: Proposal) -> Task:
    zone = zone_of(meeting.collection)
    name = meeting.name_of(wanted.by)[:_MOST_TITLE]
    summary = f"Autre horaire proposé par {name}{NBSP}: {moment(wanted.starts_at, zone)}"
    said = f"«{NBSP}{wanted.comment}{NBSP}»\n\n" if wanted.comment else ""
    return Task(
        _uid_of(meeting, wanted.by),
        summary,
        said + _HOW.format(nbsp=NBSP),
        visibility=meeting.stored.visibility,
    )
