"""A meeting that somebody asked for by a request for an appointment (DIA-2, MTG-1).

The request is placed by its own rules and rights; the meeting goes along: demandée, en recherche de
date, planifiée. Whoever calls this has made sure that the actor may.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.model.principal import Principal
from calendars.model.wall_clock import epoch_to_local
from calendars.services.deliver_itip import Dispatch
from scheduler.meetings import repository
from scheduler.meetings.access import look_at
from scheduler.meetings.call_meeting import MeetingDraft, new_meeting, next_ref, note_event
from scheduler.meetings.model import Meeting
from scheduler.meetings.papers import settle
from scheduler.meetings.publish import Situation, publish_meeting
from scheduler.meetings.rules import NEXT, TO_COME, MeetingState
from scheduler.meetings.write_event import write_agenda

_NOT_IN_REF = re.compile(r"[^A-Za-z0-9._-]+")


class Wanted(NamedTuple):
    """What a request says of the meeting that it asks for."""

    request_ref: str
    kind: str
    title: str
    minutes: int
    visibility: str
    papers: Sequence[str]


def ask_for(
    db: Db, actor: Principal, owner: Principal, wanted: Wanted, *, zone: tzinfo, now: int
) -> Meeting:
    """The meeting of a request: asked for, without a date; its papers are expected."""
    draft = MeetingDraft(
        wanted.kind, wanted.title, minutes=wanted.minutes, visibility=wanted.visibility
    )
    meeting = new_meeting(db, actor, owner, draft, now=now)
    meeting.request_ref = wanted.request_ref
    meeting.ref = next_ref(db, wanted.kind, epoch_to_local(now, zone).year)
    repository.add(db, meeting)
    for paper in wanted.papers:
        # A reference stands in paths: what was typed freely is brought into that form.
        if named := _NOT_IN_REF.sub("-", paper).strip("-._")[:60]:
            repository.expect_paper(db, meeting.id, named, None)
    publish_meeting(db, None, meeting, now=now)
    return meeting


def seek_date(db: Db, ref: str, *, now: int) -> None:
    """Dates are held, or told to whoever asked (MTG-1)."""
    meeting = repository.get(db, ref, lock=True)
    if MeetingState.SEARCHING in NEXT[meeting.state]:
        meeting.move(MeetingState.SEARCHING, now=now)
        repository.save(db, meeting)


def fix_date(db: Db, actor: Principal, ref: str, uid: str, *, dispatch: Dispatch, now: int) -> None:
    """The event that the request became is the meeting's: one UID. Raises WrongState."""
    meeting = repository.get(db, ref, lock=True)
    was = Situation.of(meeting)
    meeting.uid, meeting.recurrence_id = uid, None
    meeting.move(MeetingState.PLANNED, now=now)
    repository.save(db, meeting)
    opened = look_at(db, actor, meeting, now=now)
    if write_agenda(db, actor, opened, dispatch, now=now):
        opened = look_at(db, actor, meeting, now=now)
    note_event(db, opened)
    publish_meeting(db, was, meeting, now=now)


def give_up(db: Db, actor: Principal, ref: str, *, postponed: bool, now: int) -> None:
    """The request has left its way, and its event goes: put off, or called off.

    Without a date yet, a meeting that is put off is one that is asked for still.
    """
    meeting = repository.get(db, ref, lock=True)
    to = MeetingState.POSTPONED if postponed else MeetingState.CANCELLED
    if to not in NEXT[meeting.state]:
        return
    was = Situation.of(meeting)
    if meeting.state in TO_COME:
        settle(db, look_at(db, actor, meeting, now=now))
    meeting.move(to, now=now)
    repository.take_papers_off(db, meeting.id)
    meeting.uid = meeting.recurrence_id = meeting.seen_etag = None
    repository.save(db, meeting)
    publish_meeting(db, was, meeting, now=now)
