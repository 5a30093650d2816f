"""Searches, slots and bookings as JSON."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from calendars.http.shapes import (
    Day,
    Email,
    Instant,
    Line,
    Overriding,
    PathName,
    Shape,
    StrictShape,
    Text,
    Title,
    instant_of,
)
from calendars.http.spreadsheet import Cell
from scheduler.slots import wording
from scheduler.slots.model import FoundSlot, Shortcoming
from scheduler.slots.request import Answer, Avoided, Booking, ResourceNeed, SlotRequest

CategoryName = Literal["room", "vehicle", "equipment"]
CodeName = Literal[
    "OVERLAP",
    "OVERLAP_TENTATIVE",
    "RESOURCE",
    "ABSENT",
    "TRAVEL",
    "HOURS",
    "HOLIDAY",
    "CLOSURE",
    "DAY_LOAD",
    "LUNCH",
    "NOT_TOGETHER",
]
Logins = Annotated[list[PathName], Field(max_length=300)]


class NeedIn(StrictShape):
    """A resource, by name or by what it must have."""

    category: CategoryName | None = None
    logins: Annotated[list[PathName], Field(max_length=50)] = Field(
        default=[], description="L'une de celles-ci ; sinon, par ce qu'elle doit avoir."
    )
    capacity: int | None = Field(
        None,
        ge=0,
        le=10_000,
        description="Places ; pour une salle, tous les participants par défaut.",
    )
    features: list[Line] = Field(default=[], max_length=20, examples=[["écran"]])
    site: Line | None = None

    def need(self) -> ResourceNeed:
        """As the service takes it."""
        return ResourceNeed(
            self.category, tuple(self.logins), self.capacity, tuple(self.features), self.site
        )


class AvoidedIn(StrictShape):
    """Time that is better left free."""

    start: Instant
    end: Instant
    label: Line = Field("", examples=["préparation du budget"])


class SlotSearchIn(StrictShape):
    """What is looked for."""

    first_day: Day = Field(examples=["2027-03-01"])
    last_day: Day = Field(examples=["2027-03-26"])
    minutes: int = Field(ge=5, le=1_440, examples=[90])
    required: Logins = Field(default=[], description="Personnes et groupes qu'il faut.")
    optional: Logins = Field(default=[], description="Celles et ceux qui peuvent manquer.")
    resources: list[NeedIn] = Field(default=[], max_length=10)
    place: Line | None = Field(
        None, description="Le lieu, dont dépendent les trajets.", examples=["CMS de Bourail"]
    )
    buffer_before: int = Field(0, ge=0, le=480, description="Minutes libres avant, pour chacun.")
    buffer_after: int = Field(0, ge=0, le=480, description="Minutes libres après.")
    avoid: list[AvoidedIn] = Field(default=[], max_length=50)
    avoid_school_breaks: bool = True
    closed_days: bool = Field(False, description="Chercher aussi les jours fermés.")
    firm: bool = Field(False, description="Les options déjà posées valent engagement.")
    least: int = Field(0, ge=0, le=300, description="Participants qu'il faut au moins.")
    limit: int = Field(10, ge=1, le=50)
    overlapping: bool = Field(False, description="Des réponses qui se recouvrent.")
    moving: Annotated[str, StringConstraints(max_length=1_000)] | None = Field(
        None, description="L'UID de la réunion à déplacer : son temps ne compte pas."
    )

    def request(self) -> SlotRequest:
        """As the service takes it."""
        return SlotRequest(
            first=self.first_day,
            last=self.last_day,
            minutes=self.minutes,
            required=tuple(self.required),
            optional=tuple(self.optional),
            needs=tuple(one.need() for one in self.resources),
            place=self.place,
            buffer_before=self.buffer_before,
            buffer_after=self.buffer_after,
            avoided=tuple(
                Avoided(int(one.start.timestamp()), int(one.end.timestamp()), one.label)
                for one in self.avoid
            ),
            avoid_breaks=self.avoid_school_breaks,
            closed_days=self.closed_days,
            firm=self.firm,
            least=self.least,
            limit=self.limit,
            overlapping=self.overlapping,
            moving=self.moving,
        )


SLOT_HEADINGS = ("Début", "Fin", "Défauts", "Manqueraient", "Ressources", "Raisons")


class SlotOut(Shape):
    """A slot that can be taken."""

    start: datetime
    end: datetime
    penalty: int = Field(description="Le poids de ses défauts ; 0 : il n'en a pas.")
    missing: list[str] = Field(description="Les participants qui manqueraient.")
    resources: list[str] = Field(description="Une pour chaque besoin, dans l'ordre.")
    reasons: list[str] = Field(examples=[["il manque Paul", "pause déjeuner réduite pour Anne"]])

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        reasons = " ; ".join(self.reasons)
        return self.start, self.end, self.penalty, self.missing, self.resources, reasons

    @classmethod
    def of(cls, slot: FoundSlot, answer: Answer, zone: tzinfo) -> SlotOut:
        """By the clocks of the site."""
        return cls(
            start=instant_of(slot.start).astimezone(zone),
            end=instant_of(slot.end).astimezone(zone),
            penalty=slot.penalty,
            missing=[one.key for one in slot.reasons if one.kind is Shortcoming.MISSING],
            resources=list(slot.resources),
            reasons=wording.reasons(slot, answer),
        )


class HindranceOut(Shape):
    """What refuses slots."""

    who: str = Field(description="Un identifiant, un besoin, ou vide : trop peu de participants.")
    codes: list[CodeName] = Field(
        description="Les raisons, pour qui peut lire l'agenda ; sinon OVERLAP."
    )
    refused: int = Field(description="Créneaux qu'il refuse.")
    alone: int = Field(description="Dont ceux que rien d'autre ne refuse.")
    because: str


class SlotsOut(Shape):
    """The best slots, and what stood against the others."""

    slots: list[SlotOut]
    free: int = Field(description="Départs possibles, tous les quarts d'heure par défaut.")
    tried: int
    refusal: str | None = Field(description="Pourquoi il n'y en a aucun.")
    compromises: list[SlotOut] = Field(
        description="S'il n'y en a aucun : à quoi renoncer, le moins d'abord ; chacun dit qui et "
        "quoi manquerait."
    )
    hindrances: list[HindranceOut]
    closed: list[str] = Field(description="Jours fériés et fermetures laissés de côté.")
    participants: list[str] = Field(description="Les groupes dépliés.")

    @classmethod
    def of(cls, answer: Answer, zone: tzinfo) -> SlotsOut:
        """In words that tell no more than the asker may know."""
        outcome = answer.outcome
        hindrances = [
            HindranceOut(
                who=one.key,
                codes=[code.value for code in one.codes],
                refused=one.refused,
                alone=one.alone,
                because=wording.hindrance(one, answer),
            )
            for one in outcome.hindrances
        ]
        return cls(
            slots=[SlotOut.of(one, answer, zone) for one in outcome.slots],
            free=outcome.free,
            tried=outcome.tried,
            refusal=wording.refusal(answer),
            compromises=[SlotOut.of(one, answer, zone) for one in outcome.compromises],
            hindrances=hindrances,
            closed=list(wording.closed(answer)),
            participants=list(answer.participants),
        )


class BookingIn(Overriding):
    """A slot to take."""

    organizer: PathName = Field(
        description="Au nom de qui : vous, ou qui vous confie son agenda.", examples=["anne"]
    )
    title: Title = Field(examples=["Comité de pilotage"])
    start: Instant
    end: Instant
    required: Logins = Field(default=[])
    optional: Logins = Field(default=[])
    outside: Annotated[list[Email], Field(max_length=100)] = Field(
        default=[], description="Adresses de personnes sans compte."
    )
    resources: list[PathName] = Field(default=[], max_length=20)
    place: Line | None = None
    description: Text | None = None
    visibility: Literal["PUBLIC", "PRIVATE", "CONFIDENTIAL"] = "PUBLIC"
    categories: list[Line] = Field(default=[], max_length=20)
    calendar: PathName = "agenda"
    despite_options: bool = Field(
        False,
        description="Les options et les invitations sans réponse des agendas ne s'y opposent pas.",
    )

    def booking(self) -> Booking:
        """As the service takes it."""
        return Booking(
            organizer=self.organizer,
            title=self.title,
            start=self.start,
            end=self.end,
            required=tuple(self.required),
            optional=tuple(self.optional),
            outside=tuple(self.outside),
            resources=tuple(self.resources),
            place=self.place,
            description=self.description,
            visibility=self.visibility,
            categories=tuple(self.categories),
            calendar=self.calendar,
            despite_options=self.despite_options,
            despite_people=bool(self.override),
        )


class BookedOut(Shape):
    """Where the meeting stands."""

    uid: str
    organizer: str
    calendar: str
    name: str
