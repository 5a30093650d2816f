"""Agenda, papers and attendance as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Annotated, Literal

from pydantic import Field

from calendars.http.shapes import Identifier, Instant, Line, Shape, StrictShape, Title
from calendars.http.spreadsheet import Cell
from scheduler.meetings.invitation import KINDS
from scheduler.meetings.keep_agenda import AgendaLine, ItemDraft, ShownAgenda
from scheduler.meetings.model import Paper
from scheduler.meetings.note_attendance import AttendanceNote, Attending
from scheduler.meetings.rules import ItemKind, ItemState, Presence
from scheduler.meetings.schemas.common import ANSWERS, Class, Named, PersonOut, Ref, at, seconds

Length = Annotated[int, Field(ge=0, le=24 * 60)]
Papers = Annotated[list[Ref], Field(max_length=50)]


class ItemIn(StrictShape):
    """A new point."""

    title: Title = Field(examples=["Budget supplémentaire : arbitrages"])
    kind: ItemKind = ItemKind.INFORMATION
    minutes: Length = 10
    presenter: Named | None = None
    visibility: Class = "PUBLIC"
    position: int | None = Field(None, ge=1, le=1000, description="À la fin par défaut.")
    papers: Papers = Field([], description="Les pièces attendues.", examples=[["DOC-2026-031"]])

    def draft(self) -> ItemDraft:
        """As the service takes it."""
        return ItemDraft(
            self.title, self.kind, self.minutes, self.presenter, self.visibility,
            None, self.position, tuple(self.papers),
        )  # fmt: skip


class ItemPatch(StrictShape):
    """What shall be otherwise of a point."""

    title: Title | None = None
    kind: ItemKind | None = None
    minutes: Length | None = None
    presenter: Named | None = None
    visibility: Class | None = None
    state: ItemState | None = None
    position: int | None = Field(None, ge=1, le=1000)
    papers: Papers | None = None

    def draft(self) -> ItemDraft:
        """As the service takes it."""
        papers = None if self.papers is None else tuple(self.papers)
        return ItemDraft(
            self.title, self.kind, self.minutes, self.presenter, self.visibility,
            self.state, self.position, papers,
        )  # fmt: skip


class OrderIn(StrictShape):
    """The points by their numbers, all of them, in the order wanted."""

    items: Annotated[list[Identifier], Field(max_length=200)]


class PaperOut(Shape):
    """A paper, handed in or expected."""

    ref: str
    filename: str | None
    media_type: str | None
    size: int | None = Field(description="En octets.")
    added_at: datetime | None
    missing: bool = Field(description="Attendue, pas encore déposée.")
    on_event: bool = Field(description="Jointe à l'événement, et lue depuis les agendas.")

    @classmethod
    def of(cls, one: Paper, zone: tzinfo) -> PaperOut:
        """As JSON."""
        return cls(
            ref=one.ref,
            filename=one.filename,
            media_type=one.media_type,
            added_at=at(one.added_at, zone),
            size=one.size,
            missing=one.missing,
            on_event=one.managed_id is not None,
        )


ITEM_HEADINGS = (
    "N°", "Rang", "De", "À", "Point", "Nature", "Minutes", "Présenté par", "État", "Pièces",
)  # fmt: skip
ITEM_STATES: Mapping[ItemState, str] = {
    ItemState.PROPOSED: "proposé",
    ItemState.RETAINED: "retenu",
    ItemState.POSTPONED: "reporté",
    ItemState.TREATED: "traité",
}


class ItemOut(Shape):
    """A point with its times."""

    id: int
    position: int
    title: str
    kind: ItemKind
    minutes: int
    start: datetime | None
    end: datetime | None
    presenter: PersonOut | None
    visibility: Class
    state: ItemState
    added_in_session: bool
    carried: bool = Field(description="Reporté d'une réunion antérieure.")
    papers: list[PaperOut]

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet; a paper that is still expected says so."""
        papers = [f"{one.ref} (attendue)" if one.missing else one.ref for one in self.papers]
        start, end = (f"{one:%H:%M}" if one else None for one in (self.start, self.end))
        by = None if self.presenter is None else self.presenter.name
        return (
            self.id, self.position, start, end, self.title, KINDS[self.kind], self.minutes, by,
            ITEM_STATES[self.state], papers,
        )  # fmt: skip

    @classmethod
    def of(cls, line: AgendaLine, zone: tzinfo) -> ItemOut:
        """As JSON."""
        item, window = line.item, line.timed.window
        return cls(
            id=item.id,
            position=item.position,
            title=item.title,
            kind=item.kind,
            minutes=item.minutes,
            start=at(window.starts_at, zone) if window else None,
            end=at(window.ends_at, zone) if window else None,
            presenter=None if line.presenter is None else PersonOut.of(line.presenter),
            visibility=item.visibility,  # type: ignore[arg-type]
            state=item.state,
            added_in_session=item.added_in_session,
            carried=item.carried_from is not None,
            papers=[PaperOut.of(one, zone) for one in line.papers],
        )


class AgendaOut(Shape):
    """The points in their order."""

    ref: str
    items: list[ItemOut]
    papers: list[PaperOut] = Field(description="Les pièces qui ne sont d'aucun point.")
    overrun: int = Field(description="De combien de minutes il dépasse la durée de la réunion.")

    @classmethod
    def of(cls, shown: ShownAgenda, zone: tzinfo) -> AgendaOut:
        """As JSON."""
        return cls(
            ref=shown.opened.meeting.ref,
            items=[ItemOut.of(one, zone) for one in shown.lines],
            papers=[PaperOut.of(one, zone) for one in shown.papers],
            overrun=shown.overrun,
        )


class AttendanceIn(StrictShape):
    """What was seen of one person."""

    person: Named
    presence: Presence
    civility: Literal["M.", "Mme"] | None = Field(None, description="Pour accorder les documents.")
    represented_by: Line | None = None
    arrived_at: Instant | None = None
    left_at: Instant | None = None

    def note(self) -> AttendanceNote:
        """As the service takes it."""
        return AttendanceNote(
            self.person, self.presence, self.civility, self.represented_by,
            seconds(self.arrived_at), seconds(self.left_at),
        )  # fmt: skip


class AttendancesIn(StrictShape):
    """What was seen on the day."""

    items: Annotated[list[AttendanceIn], Field(max_length=300)]


ATTENDANCE_HEADINGS = (
    "Personne", "Courriel", "Réponse", "Attendue", "Présence", "Facultative", "Constatée",
    "Représentée par", "Arrivée", "Départ",
)  # fmt: skip
PRESENCES: Mapping[Presence, str] = {
    Presence.PRESENT: "présente",
    Presence.REMOTE: "à distance",
    Presence.EXCUSED: "excusée",
    Presence.ABSENT: "absente",
    Presence.REPRESENTED: "représentée",
}


class AttendanceOut(Shape):
    """One line of the sheet."""

    person: PersonOut
    answer: str | None = Field(description="PARTSTAT.", examples=["ACCEPTED"])
    optional: bool
    expected: Presence | None
    presence: Presence | None = Field(description="Constatée, sinon attendue.")
    noted: bool
    represented_by: str | None
    arrived_at: datetime | None
    left_at: datetime | None

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        return (
            self.person.name, self.person.email, ANSWERS.get(self.answer or "", self.answer),
            self.expected and PRESENCES[self.expected],
            self.presence and PRESENCES[self.presence], self.optional, self.noted,
            self.represented_by, self.arrived_at, self.left_at,
        )  # fmt: skip

    @classmethod
    def of(cls, one: Attending, zone: tzinfo) -> AttendanceOut:
        """As JSON."""
        noted = one.noted
        return cls(
            person=PersonOut.of(one.who),
            answer=one.answer,
            optional=one.optional,
            expected=one.expected,
            presence=one.presence,
            noted=noted is not None,
            represented_by=noted.represented_by if noted else None,
            arrived_at=at(noted.arrived_at, zone) if noted else None,
            left_at=at(noted.left_at, zone) if noted else None,
        )


class AttendancesOut(Shape):
    """Who was asked to come, and who came."""

    items: list[AttendanceOut]
