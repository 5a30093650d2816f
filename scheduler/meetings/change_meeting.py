"""Move a meeting, and lead it from planned to closed (MTG-1): the event goes along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from calendars.kernel.database import Db
from calendars.model.component import Component
from calendars.model.event_draft import UNTOUCHED, EventDraft
from calendars.model.line_edit import stamp
from calendars.model.principal import Principal, Privilege
from calendars.services.authorize import NeedPrivileges, access_to
from calendars.services.default_calendars import DEFAULT_CALENDAR
from calendars.services.deliver_itip import Dispatch
from scheduler.meetings import repository
from scheduler.meetings.access import Opened, Part, look_at, open_meeting
from scheduler.meetings.call_meeting import Place, id_of, note_event, plan_event
from scheduler.meetings.invitation import with_agenda, write_people
from scheduler.meetings.invited import Invited, invitees_of, organizer_of
from scheduler.meetings.note_attendance import keep_expected
from scheduler.meetings.papers import settle
from scheduler.meetings.people import presenters_of
from scheduler.meetings.publish import Situation, publish_meeting
from scheduler.meetings.rules import DATED, TO_COME, ItemState, MeetingState
from scheduler.meetings.write_event import amend_event, edit_event, remove_event, write_agenda
from scheduler.references.model import Kind, Subject
from scheduler.references.service import set_numbers


@dataclass(frozen=True, slots=True)
class MeetingChange:
    """New values; None leaves things as they are."""

    title: str | None = None
    location: str | None = None
    starts_at: datetime | None = None
    minutes: int | None = None
    visibility: str | None = None
    invited: Invited | None = None
    chair: str | None = None
    chair_function: str | None = None
    secretary: str | None = None
    series: str | None = None
    agenda_closes_at: int | None = None
    external_refs: tuple[str, ...] | None = None

    @property
    def of_event(self) -> bool:
        """It speaks of what the event holds."""
        return any(
            one is not None
            for one in (self.title, self.location, self.starts_at, self.minutes, self.visibility)
        )


def change_meeting(
    db: Db, actor: Principal, ref: str, change: MeetingChange, *, dispatch: Dispatch, now: int
) -> Opened:
    """Write what is said; a meeting without a date gets one with the first start that is named.

    Raises NotFound, NotYourPart, NeedPrivileges, DraftRefused, UnknownPerson, BookingConflict.
    """
    opened = open_meeting(db, actor, ref, Part.EDITOR, now=now, lock=True)
    meeting, was = opened.meeting, Situation.of(opened.meeting)
    _note(db, opened, change)
    if change.external_refs is not None:
        meeting.external_refs = change.external_refs
        subject = Subject(Kind.MEETING, meeting.ref)
        set_numbers(db, actor, subject, change.external_refs, now=now)
    if meeting.uid is None and change.starts_at is not None:
        place = Place(change.starts_at, change.minutes or meeting.minutes, change.location)
        invited = change.invited or Invited()
        plan_event(db, actor, (meeting, opened.owner), place, invited, dispatch, now=now)
    elif opened.standing is not None:
        if change.of_event:
            _check_may_speak(db, actor, opened, now=now)
            draft = _draft(db, opened, change)
            amend_event(db, actor, opened, draft, dispatch, now=now)
        if change.invited is not None:
            _check_may_speak(db, actor, opened, now=now)
            opened = look_at(db, actor, meeting, now=now)
            _invite(db, actor, opened, change.invited, dispatch, now=now)
    opened = _settled(db, actor, opened, dispatch, now=now)
    publish_meeting(db, was, opened.meeting, now=now)
    return opened


def _note(db: Db, opened: Opened, change: MeetingChange) -> None:
    meeting = opened.meeting
    meeting.chair_id = id_of(db, change.chair) or meeting.chair_id
    meeting.secretary_id = id_of(db, change.secretary) or meeting.secretary_id
    for name in ("chair_function", "series", "agenda_closes_at"):
        value = getattr(change, name)
        if value is not None:
            setattr(meeting, name, value)
    if opened.event is None:
        meeting.title = change.title or meeting.title
        meeting.visibility = change.visibility or meeting.visibility
    meeting.minutes = change.minutes or meeting.minutes
    repository.save(db, meeting)


def _draft(db: Db, opened: Opened, change: MeetingChange) -> EventDraft:
    """The times of the agenda go along in the same message: nobody is told twice."""
    event, zone = opened.event, opened.zone
    starts = change.starts_at
    text: str | None = None
    if event is not None and zone is not None:
        begin = event.starts_at if starts is None else int(starts.timestamp())
        agenda = repository.agenda_of(db, opened.meeting.id)
        text = with_agenda(
            event.description,
            opened.meeting.ref,
            agenda,
            begin,
            zone,
            presenters=presenters_of(db, agenda),
        )
    length = change.minutes
    if length is None and starts is not None and event is not None:
        length = (event.ends_at - event.starts_at) // 60
    return EventDraft(
        title=UNTOUCHED if change.title is None else change.title,
        location=UNTOUCHED if change.location is None else change.location or None,
        visibility=UNTOUCHED if change.visibility is None else change.visibility,
        description=text or UNTOUCHED,
        start=UNTOUCHED if starts is None else starts,
        end=UNTOUCHED if starts is None else starts + timedelta(minutes=length or 0),
        duration=UNTOUCHED if starts is not None or length is None else length,
    )


def _invite(
    db: Db, actor: Principal, opened: Opened, invited: Invited, dispatch: Dispatch, *, now: int
) -> None:
    invitees = invitees_of(db, invited)

    def ask(component: Component) -> None:
        write_people(component, organizer_of(opened.owner), invitees)
        stamp(component, now, revised=False)

    edit_event(db, actor, opened, ask, dispatch, now=now)


def _check_may_speak(db: Db, actor: Principal, opened: Opened, *, now: int) -> None:
    """Chair and secretary keep the papers; who moves the date speaks in the owner's name."""
    standing = opened.standing
    if standing is None:
        return
    access = access_to(db, actor, standing.collection, now=now)
    if Privilege.SCHEDULE not in access.privileges:
        raise NeedPrivileges((opened.owner.login, DEFAULT_CALENDAR), Privilege.SCHEDULE)


def lead_on(
    db: Db, actor: Principal, ref: str, to: MeetingState, *, dispatch: Dispatch, now: int
) -> Opened:
    """The next state of a meeting; put off or called off, its event goes and everybody is told.

    Raises NotFound, NotYourPart, WrongState, NoDate, NeedPrivileges.
    """
    opened = open_meeting(db, actor, ref, Part.EDITOR, now=now, lock=True)
    meeting, was = opened.meeting, Situation.of(opened.meeting)
    if to in DATED:
        note_event(db, opened)
    meeting.move(to, now=now)
    if to in {MeetingState.POSTPONED, MeetingState.CANCELLED} and was.state in TO_COME:
        settle(db, opened)
        if opened.standing is not None:
            _check_may_speak(db, actor, opened, now=now)
            remove_event(db, actor, opened, dispatch, now=now)
        repository.take_papers_off(db, meeting.id)
        meeting.uid = meeting.recurrence_id = meeting.seen_etag = None
    elif to is MeetingState.AGENDA_SET:
        retain_items(db, opened)
    elif to is MeetingState.HELD:
        keep_expected(db, opened)
        _treat(db, opened)
    opened = _settled(db, actor, opened, dispatch, now=now)
    publish_meeting(db, was, opened.meeting, now=now)
    return opened


def retain_items(db: Db, opened: Opened) -> None:
    """The agenda is set: what was proposed is on it."""
    agenda = repository.agenda_of(db, opened.meeting.id)
    for one in agenda.items:
        if one.state is ItemState.PROPOSED:
            one.state = ItemState.RETAINED
    repository.save_agenda(db, agenda)


def _treat(db: Db, opened: Opened) -> None:
    """What was not put off was dealt with."""
    agenda = repository.agenda_of(db, opened.meeting.id)
    for one in agenda.items:
        if one.on:
            one.state = ItemState.TREATED
    repository.save_agenda(db, agenda)


def _settled(db: Db, actor: Principal, opened: Opened, dispatch: Dispatch, *, now: int) -> Opened:
    repository.save(db, opened.meeting)
    opened = look_at(db, actor, opened.meeting, now=now)
    if write_agenda(db, actor, opened, dispatch, now=now):
        opened = look_at(db, actor, opened.meeting, now=now)
    note_event(db, opened)
    return opened
