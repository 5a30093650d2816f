"""Requests for an appointment as JSON (DIA-2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Annotated, Literal

from pydantic import Field

from calendars.http.shapes import (
    Day,
    Email,
    EmailOrNone,
    Instant,
    Line,
    Overriding,
    Shape,
    StrictShape,
    Title,
    instant_of,
)
from calendars.http.spreadsheet import Cell
from scheduler.diaries.schemas import SlotIn
from scheduler.diary_requests.model import (
    STATES,
    DiaryRequest,
    Exit,
    Requester,
    RequestState,
    RequestStep,
    RequestUrgency,
    Wish,
)

Class = Literal["PUBLIC", "PRIVATE", "CONFIDENTIAL"]
KIND_OF_MEETING = r"^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,29})?$"


class RequesterIn(StrictShape):
    """Who asks, if not the one who writes."""

    name: Title = Field(examples=["Sophie Mica, association Le Banian"])
    email: EmailOrNone = Field("", examples=["sophie.mica@example.org"])
    phone: Line = Field("", examples=["+687 25 00 00"])


class DiaryRequestIn(StrictShape):
    """A wish for an appointment."""

    subject: Title = Field(examples=["Convention de partenariat"])
    minutes: int = Field(60, ge=5, le=1_440, description="La durée souhaitée.")
    earliest: Day | None = Field(None, description="Pas avant ce jour.")
    latest: Day | None = Field(None, description="Pas après ce jour.")
    place: Line = ""
    visibility: Class = "PUBLIC"
    urgency: RequestUrgency = RequestUrgency.NORMAL
    attendees: list[Email] = Field(
        default_factory=list, max_length=100, description="Qui doit venir aussi."
    )
    papers: list[Line] = Field(
        default_factory=list, max_length=50, description="Les références des pièces."
    )
    source: Line = Field("", description="La référence du courrier ou de l'appel d'origine.")
    due_on: Day | None = Field(None, description="Réponse attendue pour ce jour.")
    meeting: Annotated[str, Field(pattern=KIND_OF_MEETING)] = Field(
        "",
        description="Le type de la réunion demandée ; elle existe aussitôt, « demandée », et suit "
        "la demande. Vide : un simple rendez-vous.",
        examples=["COPIL"],
    )
    requester: RequesterIn | None = Field(
        None, description="Réservé à qui tient l'agenda ; sinon, c'est vous qui demandez."
    )

    def wish(self) -> Wish:
        """As the service takes it."""
        said = self.model_dump(exclude={"requester"})
        return Wish(**said)

    def asks(self) -> Requester | None:
        """Who asks, where it is not the writer."""
        who = self.requester
        return None if who is None else Requester(who.name, who.email, who.phone)


class MeetingOfIn(StrictShape):
    """Which kind of meeting it asks for."""

    kind: Annotated[str, Field(min_length=1, pattern=KIND_OF_MEETING, examples=["COPIL"])]


class OptionsIn(Overriding):
    """Dates to hold."""

    slots: list[SlotIn] = Field(min_length=1, max_length=20)
    expires_at: Instant | None = Field(
        None, description="Au-delà, les dates sont libérées ; sinon après le délai réglé."
    )


class PlaceIn(Overriding):
    """One of the options, or another date."""

    option: int | None = Field(None, ge=1, le=100, description="Le numéro de l'option retenue.")
    slot: SlotIn | None = None


class ExitIn(StrictShape):
    """How the request ends without an appointment."""

    outcome: Literal["postponed", "redirected", "dropped", "cancelled"]
    because: Line = ""
    until: Day | None = Field(None, description="Reportée à ce jour.")
    redirected_to: Line = Field("", description="Vers qui elle est redirigée.")

    def exit(self) -> Exit:
        """As the service takes it."""
        return Exit(RequestState(self.outcome), self.because, self.until, self.redirected_to)


class RefusalIn(StrictShape):
    """Why the principal does not want it."""

    because: Line = ""


class StepOut(Shape):
    """One step of the way."""

    at: datetime
    by: str
    state: RequestState
    because: str


REQUEST_HEADINGS = (
    "Référence", "Agenda", "État", "Urgence", "Reçue le", "Demandeur", "Courriel", "Téléphone",
    "Objet", "Durée (min)", "Au plus tôt", "Au plus tard", "Lieu", "Classe", "Réponse pour le",
    "Prise en charge par",
)  # fmt: skip
URGENCIES: Mapping[RequestUrgency, str] = {
    RequestUrgency.LOW: "faible",
    RequestUrgency.NORMAL: "normale",
    RequestUrgency.URGENT: "urgente",
}


class DiaryRequestOut(Shape):
    """A request, with the way that it has gone."""

    ref: str = Field(examples=["DR-2026-00012"])
    owner: str
    made_by: str
    made_at: datetime
    requester: str
    requester_email: str
    requester_phone: str
    subject: str
    minutes: int
    earliest: date | None
    latest: date | None
    place: str
    visibility: Class
    urgency: RequestUrgency
    attendees: list[str]
    papers: list[str]
    source: str
    due_on: date | None
    state: RequestState
    claimed_by: str | None
    claimed_until: datetime | None
    options: str | None = Field(description="La référence des dates posées.")
    calendar: str | None
    object: str | None = Field(description="L'événement dans l'agenda, une fois planifiée.")
    because: str
    until: date | None
    redirected_to: str
    meeting: str | None = Field(
        description="La référence de la réunion demandée.", examples=["COPIL-2026-03"]
    )
    steps: list[StepOut]

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        return (
            self.ref, self.owner, STATES[self.state], URGENCIES[self.urgency], self.made_at,
            self.requester, self.requester_email, self.requester_phone, self.subject, self.minutes,
            self.earliest, self.latest, self.place, self.visibility, self.due_on, self.claimed_by,
        )  # fmt: skip

    @classmethod
    def of(cls, one: DiaryRequest, zone: tzinfo) -> DiaryRequestOut:
        """With its instants by the clocks of the site."""
        calendar, name, _ = one.event or (None, None, None)
        claimed = one.claimed_until
        return cls(
            ref=one.ref,
            owner=one.owner,
            made_by=one.made_by,
            made_at=instant_of(one.made_at).astimezone(zone),
            requester=one.requester.name,
            requester_email=one.requester.email,
            requester_phone=one.requester.phone,
            state=one.state,
            claimed_by=one.claimed_by,
            claimed_until=None if claimed is None else instant_of(claimed).astimezone(zone),
            options=one.options,
            calendar=calendar,
            object=name,
            because=one.because,
            until=one.until,
            redirected_to=one.redirected_to,
            steps=[_step(step, zone) for step in one.steps],
            **{**one.wish._asdict(), "meeting": one.meeting},
        )


def _step(step: RequestStep, zone: tzinfo) -> StepOut:
    at = instant_of(step.at).astimezone(zone)
    return StepOut(at=at, by=step.by, state=step.state, because=step.because)


class DiaryRequestsOut(Shape):
    """Urgent ones first, then by the day an answer is due."""

    items: list[DiaryRequestOut]
