"""Ask for a meeting, or make one of an event that is there (MTG-1, MTG-2)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict, InvalidInput
from calendars.kernel.identifiers import PrincipalId
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.component import decode, parse, serialize
from calendars.model.event_draft import EventDraft, NoSuchOccurrence
from calendars.model.event_writing import new_object
from calendars.model.principal import Principal, Privilege, Visibility
from calendars.model.wall_clock import epoch_to_local
from calendars.services.authorize import open_collection
from calendars.services.collection_zone import zone_of
from calendars.services.default_calendars import DEFAULT_CALENDAR
from calendars.services.deliver_itip import Dispatch
from calendars.services.find_principals import get_principal
from calendars.services.put_object import ObjectPath, PutObject, put_object
from calendars.services.read_entry import open_entry
from scheduler.meetings import repository
from scheduler.meetings.access import Opened, look_at
from scheduler.meetings.carry_over import carry_over
from scheduler.meetings.invitation import read_event, with_agenda, write_people
from scheduler.meetings.invited import NOBODY, Invited, invitees_of, organizer_of
from scheduler.meetings.model import Meeting, MeetingId
from scheduler.meetings.people import presenters_of
from scheduler.meetings.publish import publish_meeting
from scheduler.meetings.rules import MeetingState
from scheduler.meetings.write_event import write_agenda
from scheduler.references.model import Kind, Subject
from scheduler.references.service import set_numbers

LONGEST = 24 * 60


class RefTaken(Conflict):
    """Another meeting bears that reference, or stands for that event."""

    named = ("ref-taken", "Une autre réunion a cette référence, ou cet événement")
    words = "cette référence est déjà celle d'une autre réunion"


class Place(NamedTuple):
    """When and where."""

    starts_at: datetime
    minutes: int
    location: str | None = None


class OfEvent(NamedTuple):
    """An event that stands in the diary already, or one occurrence of it."""

    calendar: str
    name: str
    recurrence_id: int | None = None


@dataclass(frozen=True, slots=True)
class MeetingDraft:
    """What is said of a meeting when it is asked for."""

    kind: str
    title: str
    """Empty: as the event is called, else as its kind."""
    on_behalf_of: str | None = None
    ref: str | None = None
    series: str | None = None
    chair: str | None = None
    chair_function: str | None = None
    secretary: str | None = None
    visibility: str = Visibility.PUBLIC
    minutes: int = 60
    agenda_closes_at: int | None = None
    external_refs: tuple[str, ...] = ()
    place: Place | None = None
    invited: Invited = NOBODY
    event: OfEvent | None = None


def call_meeting(
    db: Db, actor: Principal, wanted: MeetingDraft, *, dispatch: Dispatch, now: int
) -> Opened:
    """A meeting is asked for, planned at once, or made of an event that is there.

    Raises NotFound, NeedPrivileges, RefTaken, UnknownPerson, DraftRefused, InvalidInput.
    """
    owner = get_principal(db, wanted.on_behalf_of or actor.login)
    calendar = wanted.event.calendar if wanted.event else DEFAULT_CALENDAR
    needed = Privilege.SCHEDULE
    collection, _ = open_collection(db, actor, (owner.login, calendar), needed, now=now)
    meeting = new_meeting(db, actor, owner, wanted, now=now)
    if wanted.event is not None:
        _adopt(db, actor, meeting, owner, wanted.event, now=now)
    elif wanted.place is not None:
        meeting.starts_at = int(wanted.place.starts_at.timestamp())
        meeting.ends_at = meeting.starts_at + wanted.place.minutes * 60
    year = epoch_to_local(meeting.starts_at or now, zone_of(collection)).year
    meeting.ref = wanted.ref or next_ref(db, wanted.kind, year)
    repository.add(db, meeting)
    set_numbers(db, actor, Subject(Kind.MEETING, meeting.ref), wanted.external_refs, now=now)
    carry_over(db, meeting, now=now)
    if wanted.place is not None and wanted.event is None:
        plan_event(db, actor, (meeting, owner), wanted.place, wanted.invited, dispatch, now=now)
    opened = look_at(db, actor, meeting, now=now)
    write_agenda(db, actor, opened, dispatch, now=now)
    opened = look_at(db, actor, meeting, now=now)
    note_event(db, opened)
    publish_meeting(db, None, meeting, now=now)
    return opened


def new_meeting(
    db: Db, actor: Principal, owner: Principal, wanted: MeetingDraft, *, now: int
) -> Meeting:
    """A meeting that is asked for, as it is drafted. Raises InvalidInput, RefTaken, NotFound."""
    minutes = wanted.place.minutes if wanted.place else wanted.minutes
    if not 1 <= minutes <= LONGEST:
        raise InvalidInput(
            "a meeting lasts between a minute and a day",
            words="une réunion dure d'une minute à un jour",
            field="minutes",
        )
    if wanted.ref is not None and repository.is_taken(db, wanted.ref):
        raise RefTaken("a meeting bears that reference already")
    return Meeting(
        id=MeetingId(0),
        ref="",
        kind=wanted.kind,
        series=wanted.series,
        state=MeetingState.REQUESTED,
        owner_id=owner.id,
        made_by=actor.id,
        chair_id=id_of(db, wanted.chair) or owner.id,
        chair_function=wanted.chair_function,
        secretary_id=id_of(db, wanted.secretary),
        uid=None,
        recurrence_id=None,
        title=wanted.title or ("" if wanted.event else wanted.kind),
        visibility=wanted.visibility,
        starts_at=None,
        ends_at=None,
        seen_etag=None,
        minutes=minutes,
        agenda_closes_at=wanted.agenda_closes_at,
        external_refs=wanted.external_refs,
        made_at=now,
    )


def id_of(db: Db, login: str | None) -> PrincipalId | None:
    """Who has that login. Raises NotFound."""
    return None if login is None else get_principal(db, login).id


def next_ref(db: Db, kind: str, year: int) -> str:
    """`CODIR-2026-09`; one that somebody chose by hand is passed over."""
    while True:
        number = repository.next_number(db, f"{kind}-{year}")
        ref = f"{kind}-{year}-{number:02d}"
        if not repository.is_taken(db, ref):
            return ref


def _adopt(
    db: Db, actor: Principal, meeting: Meeting, owner: Principal, event: OfEvent, *, now: int
) -> None:
    path = ObjectPath(owner.login, event.calendar, event.name)
    entry = open_entry(db, actor, path, Privilege.WRITE_CONTENT, now=now)
    uid = entry.stored.uid
    calendar = parse(decode(entry.stored.data))
    zone = zone_of(entry.collection)
    said = read_event(calendar, event.recurrence_id, zone)
    if entry.stored.component != "VEVENT" or (entry.stored.recurring and not event.recurrence_id):
        raise InvalidInput(
            "a meeting is one event, or one occurrence of a series",
            words="une réunion est un événement seul, ou une occurrence d'une série",
            field="event",
        )
    if said is None:
        raise NoSuchOccurrence("the object has no occurrence at that time")
    if repository.find_of_event(db, owner.id, uid, event.recurrence_id) is not None:
        raise RefTaken("a meeting stands for that event already")
    meeting.uid, meeting.recurrence_id = uid, event.recurrence_id
    meeting.state = MeetingState.PLANNED
    if entry.stored.recurring and meeting.series is None:
        meeting.series = uid[:255]
    meeting.title = meeting.title or said.title or meeting.kind
    meeting.visibility = said.visibility
    meeting.starts_at, meeting.ends_at = said.starts_at, said.ends_at
    meeting.minutes = max(1, (said.ends_at - said.starts_at) // 60)


def plan_event(
    db: Db,
    actor: Principal,
    whose: tuple[Meeting, Principal],
    place: Place,
    invited: Invited,
    dispatch: Dispatch,
    *,
    now: int,
) -> None:
    """The event of a meeting that had none: it is planned, and everybody is invited.

    Raises NotFound, NeedPrivileges, WrongState, DraftRefused, UnknownPerson, BookingConflict.
    """
    meeting, owner = whose
    parent = (owner.login, DEFAULT_CALENDAR)
    collection, _ = open_collection(db, actor, parent, Privilege.SCHEDULE, now=now)
    meeting.uid = f"{uuid.uuid4()}"
    meeting.move(MeetingState.PLANNED, now=now)
    body = _event(db, meeting, owner, place, invited, collection, now=now)
    put = PutObject(ObjectPath(*parent, f"{meeting.uid}.ics"), CalendarObject.parse(body), body)
    put_object(db, actor, put, dispatch=dispatch, now=now)


def _event(
    db: Db,
    meeting: Meeting,
    owner: Principal,
    place: Place,
    invited: Invited,
    collection: CalendarCollection,
    *,
    now: int,
) -> bytes:
    zone = zone_of(collection)
    starts_at = int(place.starts_at.timestamp())
    agenda = repository.agenda_of(db, meeting.id)
    text = with_agenda(
        "", meeting.ref, agenda, starts_at, zone, presenters=presenters_of(db, agenda)
    )
    draft = EventDraft(
        title=meeting.title,
        description=text or None,
        location=place.location,
        visibility=meeting.visibility,
        start=place.starts_at,
        duration=place.minutes,
    )
    calendar = new_object(
        "VEVENT",
        draft,
        uid=meeting.uid or "",
        tzid=collection.timezone_id,
        floating=zone,
        now=now,
    )
    invitees = invitees_of(db, invited)
    if invitees:
        write_people(calendar.children("VEVENT")[0], organizer_of(owner), invitees)
    return serialize(calendar).encode()


def note_event(db: Db, opened: Opened) -> None:
    """What the event said when it was last looked at is kept beside it, for lists and for ever."""
    meeting, event, standing = opened.meeting, opened.event, opened.standing
    if event is not None and standing is not None:
        meeting.title, meeting.visibility = opened.title or meeting.title, event.visibility
        meeting.starts_at, meeting.ends_at = event.starts_at, event.ends_at
        meeting.seen_etag = standing.stored.etag
    repository.save(db, meeting)
