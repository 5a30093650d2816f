"""A meeting as JSON."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Annotated, Literal

from pydantic import Field

from calendars.http.shapes import Instant, Line, Overriding, PathName, Shape, StrictShape, Title
from calendars.http.spreadsheet import Cell
from scheduler.meetings.access import Opened, Part
from scheduler.meetings.call_meeting import MeetingDraft, OfEvent, Place
from scheduler.meetings.change_meeting import MeetingChange
from scheduler.meetings.invitation import Invitee
from scheduler.meetings.invited import Invited
from scheduler.meetings.rules import NEXT, STATES, MeetingState
from scheduler.meetings.schemas.common import Class, Code, Minutes, Named, Ref, at, seconds

People = Annotated[list[Named], Field(max_length=300)]
Refs = Annotated[list[Line], Field(max_length=20)]


class EventIn(StrictShape):
    """An event that stands in the diary already."""

    calendar: PathName = "agenda"
    object: PathName = Field(examples=["codir.ics"])
    occurrence: Instant | None = Field(None, description="D'une série : le début d'origine.")

    def of(self) -> OfEvent:
        """As the service takes it."""
        return OfEvent(self.calendar, self.object, seconds(self.occurrence))


class MeetingIn(Overriding):
    """What is said of a new meeting."""

    kind: Code = Field(description="Le type de réunion.", examples=["CODIR"])
    title: Title | None = Field(None, examples=["Comité de direction"])
    ref: Ref | None = Field(None, description="Par défaut : type, année, numéro.")
    on_behalf_of: Named | None = Field(None, description="Par défaut : soi-même.")
    series: Line | None = Field(None, description="Ce dont la réunion prend la suite.")
    chair: Named | None = Field(None, description="Par défaut : au nom de qui elle est convoquée.")
    chair_function: Line | None = Field(None, examples=["le directeur"])
    secretary: Named | None = None
    visibility: Class = "PUBLIC"
    start: Instant | None = Field(None, description="Sans début, la réunion est demandée.")
    minutes: Minutes = 60
    location: Line | None = None
    required: People = Field(default_factory=list)
    optional: People = Field(default_factory=list)
    rooms: People = Field(default_factory=list)
    agenda_closes_at: Instant | None = None
    external_refs: Refs = Field(default_factory=list)
    event: EventIn | None = None

    def draft(self) -> MeetingDraft:
        """As the service takes it."""
        place = None if self.start is None else Place(self.start, self.minutes, self.location)
        event = None if self.event is None else self.event.of()
        return MeetingDraft(
            kind=self.kind,
            title=self.title or "",
            on_behalf_of=self.on_behalf_of,
            ref=self.ref,
            series=self.series,
            chair=self.chair,
            chair_function=self.chair_function,
            secretary=self.secretary,
            visibility=self.visibility,
            minutes=self.minutes,
            agenda_closes_at=seconds(self.agenda_closes_at),
            external_refs=tuple(self.external_refs),
            place=place,
            invited=Invited(tuple(self.required), tuple(self.optional), tuple(self.rooms)),
            event=event,
        )


class MeetingPatch(Overriding):
    """What shall be otherwise; what is not named stays."""

    title: Title | None = None
    location: Line | None = None
    start: Instant | None = None
    minutes: Minutes | None = None
    visibility: Class | None = None
    required: People | None = None
    optional: People | None = None
    rooms: People | None = None
    chair: Named | None = None
    chair_function: Line | None = None
    secretary: Named | None = None
    series: Line | None = None
    agenda_closes_at: Instant | None = None
    external_refs: Refs | None = None

    def change(self) -> MeetingChange:
        """As the service takes it."""
        parts = (self.required, self.optional, self.rooms)
        invited = None
        if any(one is not None for one in parts):
            invited = Invited(*(tuple(one or ()) for one in parts))
        return MeetingChange(
            title=self.title,
            location=self.location,
            starts_at=self.start,
            minutes=self.minutes,
            visibility=self.visibility,
            invited=invited,
            chair=self.chair,
            chair_function=self.chair_function,
            secretary=self.secretary,
            series=self.series,
            agenda_closes_at=seconds(self.agenda_closes_at),
            external_refs=None if self.external_refs is None else tuple(self.external_refs),
        )


class StateIn(StrictShape):
    """Where the meeting shall go."""

    state: MeetingState


class InviteeOut(Shape):
    """Somebody, or a room, that the event names."""

    address: str = Field(examples=["mailto:anne@example.org"])
    name: str
    answer: str = Field(description="PARTSTAT.", examples=["ACCEPTED"])
    optional: bool

    @classmethod
    def of(cls, one: Invitee) -> InviteeOut:
        """As JSON."""
        return cls(address=one.address, name=one.name, answer=one.answer, optional=one.optional)


class EventOut(Shape):
    """Where the event stands."""

    calendar: str
    object: str
    uid: str
    occurrence: datetime | None


MEETING_HEADINGS = (
    "Référence", "Type", "Titre", "État", "Début", "Fin", "Lieu", "Au nom de", "Présidence",
    "Secrétaire", "Classe", "Références extérieures",
)  # fmt: skip


class MeetingOut(Shape):
    """A meeting as its event stands now."""

    ref: str = Field(examples=["CODIR-2026-09"])
    kind: str
    series: str | None
    state: MeetingState
    next_states: list[MeetingState] = Field(description="Où elle peut aller.")
    title: str
    visibility: Class
    on_behalf_of: str
    chair: str | None
    chair_function: str | None
    secretary: str | None
    start: datetime | None
    end: datetime | None
    location: str
    people: list[InviteeOut]
    rooms: list[InviteeOut]
    event: EventOut | None
    agenda_closes_at: datetime | None
    external_refs: list[str]
    request: str | None = Field(
        description="La demande de rendez-vous dont elle est issue.", examples=["DR-2026-00012"]
    )
    part: Literal["reader", "editor"] = Field(description="Ce que l'on y est.")

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        return (
            self.ref, self.kind, self.title, STATES[self.state], self.start, self.end,
            self.location, self.on_behalf_of, self.chair, self.secretary, self.visibility,
            self.external_refs,
        )  # fmt: skip

    @classmethod
    def of(cls, opened: Opened, logins: dict[int, str], zone: tzinfo) -> MeetingOut:
        """As JSON; `logins` of those whom the meeting names by number."""
        meeting, event, standing = opened.meeting, opened.event, opened.standing
        invitees = () if event is None else event.invitees
        where = standing and EventOut(
            calendar=standing.collection.name,
            object=standing.stored.name,
            uid=standing.stored.uid,
            occurrence=at(meeting.recurrence_id, zone),
        )
        return cls(
            ref=meeting.ref,
            kind=meeting.kind,
            series=meeting.series,
            state=meeting.state,
            next_states=sorted(NEXT[meeting.state]) if opened.part is Part.EDITOR else [],
            title=opened.title,
            visibility=opened.visibility,  # type: ignore[arg-type]
            on_behalf_of=opened.owner.login,
            chair=logins.get(meeting.chair_id or 0),
            chair_function=meeting.chair_function,
            secretary=logins.get(meeting.secretary_id or 0),
            start=at(opened.starts_at, zone),
            end=at(opened.ends_at, zone),
            location="" if event is None else event.location,
            people=[InviteeOut.of(one) for one in invitees if not one.place],
            rooms=[InviteeOut.of(one) for one in invitees if one.place],
            event=where,
            agenda_closes_at=at(meeting.agenda_closes_at, zone),
            external_refs=list(meeting.external_refs),
            request=meeting.request_ref,
            part="editor" if opened.part is Part.EDITOR else "reader",
        )


class MeetingsOut(Shape):
    """By date."""

    items: list[MeetingOut]
