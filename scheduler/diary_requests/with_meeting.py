"""A request that asks for a meeting, and its meeting: each follows the other (DIA-2, MTG-1)."""

from __future__ import annotations

from datetime import tzinfo

from calendars.kernel.database import Db
from calendars.model.principal import Principal
from calendars.services.deliver_itip import Dispatch
from calendars.services.find_entry import find_entry
from calendars.services.find_principals import get_principal
from scheduler.diary_requests.model import DiaryRequest, RequestState
from scheduler.meetings import of_request
from scheduler.meetings import repository as meetings
from scheduler.meetings.rules import DATED, MeetingState

_ENDS = {
    MeetingState.CANCELLED: RequestState.CANCELLED,
    MeetingState.POSTPONED: RequestState.POSTPONED,
}


def ask_for_meeting(
    db: Db, actor: Principal, found: DiaryRequest, kind: str, *, zone: tzinfo, now: int
) -> None:
    """Its meeting is there, asked for; subject, class, length and papers go along."""
    wish, owner = found.wish, get_principal(db, found.owner)
    wanted = of_request.Wanted(
        found.ref, kind, wish.subject, wish.minutes, wish.visibility, wish.papers
    )
    found.meeting = of_request.ask_for(db, actor, owner, wanted, zone=zone, now=now).ref


def seek_date(db: Db, found: DiaryRequest, *, now: int) -> None:
    """Dates are held, or told: the meeting is looking for one."""
    if found.meeting is not None:
        of_request.seek_date(db, found.meeting, now=now)


def fix_date(
    db: Db, actor: Principal, found: DiaryRequest, *, dispatch: Dispatch, now: int
) -> None:
    """It stands in the diary: that is the event of the meeting too."""
    if found.meeting is not None and found.event is not None:
        uid = found.event[2]
        of_request.fix_date(db, actor, found.meeting, uid, dispatch=dispatch, now=now)


def give_up(db: Db, actor: Principal, found: DiaryRequest, *, now: int) -> None:
    """It has left the way, and the meeting with it."""
    if found.meeting is not None:
        postponed = found.state is RequestState.POSTPONED
        of_request.give_up(db, actor, found.meeting, postponed=postponed, now=now)


def follow_meeting(db: Db, found: DiaryRequest) -> bool:
    """What became of the meeting became of the request; whether that is news."""
    if found.meeting is None:
        return False
    meeting = meetings.get(db, found.meeting)
    ended = _ENDS.get(meeting.state)
    if ended is not None:
        return found.follow(ended, None)
    if meeting.state not in DATED or meeting.uid is None:
        return False
    standing = find_entry(db, meeting.owner_id, meeting.uid)
    if standing is None:
        return False
    event = (standing.collection.name, standing.stored.name, meeting.uid)
    return found.follow(RequestState.PLANNED, event)
