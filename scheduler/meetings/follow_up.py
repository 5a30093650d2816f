"""What the service does for meetings by itself: follow events, close agendas, remind (MTG-6).

Each meeting in a transaction of its own, found by what is due: two runs at once do no harm.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from calendars.kernel.audit import JOB
from calendars.kernel.database import Database, Db
from calendars.services.deliver_itip import Dispatch
from calendars.services.find_entry import find_entries
from calendars.services.find_principals import get_principal_by_id
from scheduler.meetings import action_repository, minutes_repository, repository
from scheduler.meetings.access import Opened, look_at
from scheduler.meetings.call_meeting import note_event
from scheduler.meetings.change_meeting import retain_items
from scheduler.meetings.house import House
from scheduler.meetings.keep_actions import lines_of, note_progress
from scheduler.meetings.letters import Sender
from scheduler.meetings.model import Meeting, MeetingId
from scheduler.meetings.notices import (
    remind_before,
    remind_of_actions,
    remind_of_minutes,
    tell_presenters,
)
from scheduler.meetings.publish import Situation, publish_meeting
from scheduler.meetings.rules import TO_COME, MeetingState
from scheduler.meetings.write_event import write_agenda
from scheduler.working_time.service import working_calendar

AHEAD = 12 * 86_400
"""Five days before, and a run of closed days."""
_YEAR = timedelta(days=366)


def follow_events(database: Database, dispatch: Dispatch, house: House, *, now: int) -> int:
    """Meetings whose events were touched in some client, and agendas whose time is over."""
    with database.reading() as db:
        due = [one.id for one in _changed(db, now=now)]
    for number in due:
        with database.transaction() as db:
            _follow(db, number, dispatch, house, now=now)
    with database.transaction() as db:
        return len(due) + note_progress(db, now=now)


def _changed(db: Db, *, now: int) -> Iterable[Meeting]:
    kept = repository.list_in_state(db, TO_COME | {MeetingState.IN_SESSION})
    there = find_entries(db, [(one.owner_id, one.uid) for one in kept if one.uid is not None])
    for one in kept:
        stored = there.get((one.owner_id, one.uid or ""))
        etag = None if stored is None else stored.etag
        if etag != one.seen_etag or _closes(one, now=now) or _moves_points(db, one):
            yield one


def _closes(meeting: Meeting, *, now: int) -> bool:
    closes = meeting.agenda_closes_at
    return meeting.state is MeetingState.PLANNED and closes is not None and closes <= now


def _moves_points(db: Db, meeting: Meeting) -> bool:
    """The agenda is set, and who presents was told of another hour, or of none (MTG-8)."""
    if meeting.state is not MeetingState.AGENDA_SET:
        return False
    told = repository.told_starts(db, meeting.id)
    timed = repository.agenda_of(db, meeting.id).timed(meeting.starts_at)
    return any(
        one.window is not None
        and one.item.presenter is not None
        and told.get(one.item.id) != one.window.starts_at
        for one in timed
    )


def _follow(db: Db, number: MeetingId, dispatch: Dispatch, house: House, *, now: int) -> None:
    meeting = repository.get_by_id(db, number, lock=True)
    was = Situation.of(meeting)
    opened = _open(db, meeting, now=now)
    if opened.event is None or opened.event.cancelled:
        if meeting.state in TO_COME:
            meeting.move(MeetingState.CANCELLED, now=now)
        repository.take_papers_off(db, meeting.id)
        meeting.uid = meeting.seen_etag = None
        repository.save(db, meeting)
        publish_meeting(db, was, meeting, now=now)
        return
    if _closes(meeting, now=now):
        meeting.move(MeetingState.AGENDA_SET, now=now)
        retain_items(db, opened)
    repository.save(db, meeting)
    actor = opened.owner.acting(JOB)
    if write_agenda(db, actor, opened, dispatch, now=now):
        opened = _open(db, meeting, now=now)
    note_event(db, opened)
    publish_meeting(db, was, meeting, now=now)
    if meeting.state is MeetingState.AGENDA_SET:
        tell_presenters(db, Sender(opened.owner, opened.owner), opened, house, now=now)


def _open(db: Db, meeting: Meeting, *, now: int) -> Opened:
    return look_at(db, get_principal_by_id(db, meeting.owner_id), meeting, now=now)


def remind_of_meetings(database: Database, house: House, *, now: int) -> int:
    """Letters that are due; how many were queued."""
    with database.reading() as db:
        coming = [
            one.id
            for one in repository.list_in_state(db, TO_COME)
            if one.starts_at is not None and now < one.starts_at < now + AHEAD
        ]
        held = [one.id for one in repository.list_in_state(db, {MeetingState.HELD})]
        sent = minutes_repository.list_distributed(db, held)
    posted = 0
    for number in coming + [one for one in held if one not in sent]:
        with database.transaction() as db:
            posted += _remind(db, number, house, now=now)
    with database.transaction() as db:
        lines = lines_of(db, action_repository.list_pending(db), house, now=now)
        late = [one for one in lines if one.overdue]
        return posted + remind_of_actions(db, late, house, now=now)


def _remind(db: Db, number: MeetingId, house: House, *, now: int) -> int:
    opened = _open(db, repository.get_by_id(db, number), now=now)
    if opened.meeting.state is MeetingState.HELD:
        return remind_of_minutes(db, opened, house, now=now)
    today = house.day(now)
    days = working_calendar(db, today - _YEAR, today + _YEAR).days
    return remind_before(db, opened, house, days, now=now)
