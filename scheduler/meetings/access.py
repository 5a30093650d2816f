"""Who may do what with a meeting (SEC-5, MTG-8): those who are no part of it find nothing.

The organiser, those who keep his diary, chair and secretary work on it; who is invited reads; who
only presents a point sees his point and when it is on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from enum import IntEnum

from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden, NotFound
from calendars.model.calendar_user_address import addresses_of
from calendars.model.component import decode, parse
from calendars.model.principal import Principal, Privilege
from calendars.services.act_for import acts_for
from calendars.services.authorize import NeedPrivileges, access_to, open_collection
from calendars.services.collection_zone import zone_of
from calendars.services.default_calendars import DEFAULT_CALENDAR
from calendars.services.find_entry import Standing, find_entry
from calendars.services.find_principals import get_principal_by_id
from scheduler.meetings import repository
from scheduler.meetings.invitation import MeetingEvent, read_event
from scheduler.meetings.model import Meeting
from scheduler.meetings.rules import OVER


class Part(IntEnum):
    """What somebody is in a meeting, each including the ones before it."""

    NONE = 0
    PRESENTER = 1
    READER = 2
    EDITOR = 3


class NotYourPart(Forbidden):
    """Who takes part in a meeting reads its papers; others keep them."""

    named = ("not-your-part", "Réservé à qui tient la réunion")
    words = (
        "vous y prenez part sans la tenir : adressez-vous à l'organisateur, à la présidence ou au "
        "secrétariat"
    )


@dataclass(frozen=True, slots=True)
class Opened:
    """A meeting, its event where it has one, and what the asker is in it."""

    meeting: Meeting
    owner: Principal
    part: Part
    event: MeetingEvent | None = None
    standing: Standing | None = None
    zone: tzinfo | None = None

    @property
    def visibility(self) -> str:
        """The class of what is said at the meeting."""
        return self.meeting.visibility if self.event is None else self.event.visibility

    @property
    def title(self) -> str:
        """What it is called at present: an event that says more than that renames nothing."""
        own, event = self.meeting.title, self.event
        return own if event is None or event.title.startswith(own) else event.title

    @property
    def starts_at(self) -> int | None:
        """When it starts: what was planned last where the event is gone."""
        return self.meeting.starts_at if self.event is None else self.event.starts_at

    @property
    def ends_at(self) -> int | None:
        """When it ends."""
        return self.meeting.ends_at if self.event is None else self.event.ends_at


def open_meeting(
    db: Db, actor: Principal, ref: str, needed: Part = Part.READER, *, now: int, lock: bool = False
) -> Opened:
    """The meeting for somebody who has that part in it at least.

    Raises NotFound where he has none, or only that of a presenter; NotYourPart where he reads.
    """
    opened = look_at(db, actor, repository.get(db, ref, lock=lock), now=now)
    if opened.part is Part.NONE or opened.part < min(needed, Part.READER):
        raise NotFound("there is nothing here")
    if opened.part < needed:
        raise NotYourPart("you take part in this meeting; others keep it")
    return opened


def look_at(db: Db, actor: Principal, meeting: Meeting, *, now: int) -> Opened:
    """A meeting as its event stands now, and what somebody is in it, which may be nothing."""
    owner = get_principal_by_id(db, meeting.owner_id)
    standing = None if meeting.uid is None else find_entry(db, owner.id, meeting.uid)
    event, zone = None, None
    if standing is not None:
        zone = zone_of(standing.collection)
        calendar = parse(decode(standing.stored.data))
        event = read_event(calendar, meeting.recurrence_id, zone)
    part = _part(db, actor, Opened(meeting, owner, Part.NONE, event, standing), now=now)
    return Opened(meeting, owner, part, event, standing, zone)


def _part(db: Db, actor: Principal, opened: Opened, *, now: int) -> Part:
    meeting = opened.meeting
    if actor.id in {meeting.owner_id, meeting.chair_id, meeting.secretary_id}:
        return Part.EDITOR
    if _keeps(db, actor, opened, now=now) or _stands_in(db, actor, meeting, now=now):
        return Part.EDITOR
    mine = frozenset(map(str, addresses_of(actor)))
    if opened.event is not None and any(one.address in mine for one in opened.event.people):
        return Part.READER
    if meeting.state in OVER and mine & repository.list_attendance(db, meeting.id).keys():
        return Part.READER
    agenda = repository.agenda_of(db, meeting.id)
    if any(one.presenter in mine for one in agenda.items):
        return Part.PRESENTER
    return Part.NONE


def _keeps(db: Db, actor: Principal, opened: Opened, *, now: int) -> bool:
    """He writes in the owner's name in that calendar, and sees what it is about (SEC-2)."""
    if opened.standing is not None:
        access = access_to(db, actor, opened.standing.collection, now=now)
    else:
        try:
            path = (opened.owner.login, DEFAULT_CALENDAR)
            _, access = open_collection(db, actor, path, Privilege.SCHEDULE, now=now)
        except (NotFound, NeedPrivileges):
            return False
    return Privilege.SCHEDULE in access.privileges and opened.visibility in access.sees


def _stands_in(db: Db, actor: Principal, meeting: Meeting, *, now: int) -> bool:
    """He takes the chair's interim today (DIR-3)."""
    return meeting.chair_id is not None and acts_for(db, actor, meeting.chair_id, now=now)
