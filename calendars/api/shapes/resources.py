"""Rooms, vehicles and equipment as JSON: what they are, how they answer, when they are free."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from calendars.http.shapes import Instant, Line, PathName, Shape, StrictShape, instant_of, one_line
from calendars.http.spreadsheet import Cell
from calendars.model.resource_policy import (
    LOOK_AHEAD_DAYS,
    AnswerMode,
    Category,
    Closure,
    OpenHours,
    ResourceFacts,
    ResourcePolicy,
)
from calendars.model.wall_clock import clock_of_minutes, minutes_of_clock
from calendars.model.window import Window
from calendars.services.answer_request import ResourceRequest
from calendars.services.set_policy import Resource
from calendars.storage.resource_policies import StoredClosure

ModeName = Literal[
    "none", "accept", "decline", "accept_if_free", "decline_if_busy", "automatic", "approval"
]
CategoryName = Literal["room", "vehicle", "equipment"]
DayName = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
Kind = Literal["ROOM", "RESOURCE"]
Minutes = Annotated[int, Field(ge=0, le=527_040)]
Days = Annotated[int, Field(ge=0, le=3_660)]
Logins = Annotated[list[PathName], Field(max_length=200)]
Feature = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(one_line)]

_DAYS: tuple[DayName, ...] = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00"
_HOURS = "Journées et heures de prêt, heure du site ; vide : toujours."


class HoursShape(StrictShape):
    """On some days, from one hour to another."""

    days: list[DayName] = Field(min_length=1, max_length=7, examples=[["MO", "TU"]])
    start: str = Field(pattern=f"^(?:{_CLOCK})$", alias="from", examples=["07:30"])
    end: str = Field(pattern=f"^(?:{_CLOCK})$", alias="to", examples=["16:00"])

    @model_validator(mode="after")
    def _forwards(self) -> HoursShape:
        if minutes_of_clock(self.end) <= minutes_of_clock(self.start):
            raise PydanticCustomError("field", "`to` doit suivre `from`")
        return self

    def span(self) -> OpenHours:
        """As the policy has it."""
        days = tuple(sorted({_DAYS.index(day) for day in self.days}))
        return OpenHours(days, minutes_of_clock(self.start), minutes_of_clock(self.end))

    @classmethod
    def of(cls, span: OpenHours) -> HoursShape:
        """As people write it."""
        days = [_DAYS[day] for day in span.weekdays]
        return cls.model_validate(
            {"days": days, "from": clock_of_minutes(span.start), "to": clock_of_minutes(span.end)}
        )


class PolicyShape(StrictShape):
    """How a resource answers; what is left out has its default."""

    category: CategoryName = Field(description="Salle, véhicule ou matériel.")
    site: Line = Field("", examples=["SPE"])
    features: list[Feature] = Field(
        default=[], max_length=50, description="Équipements.", examples=[["écran", "accès PMR"]]
    )
    mode: ModeName = Field(
        "automatic",
        description="Qui répond : `none` une personne, dans l'agenda de la ressource ; `accept` "
        "toujours oui, même déjà réservée ; `decline` toujours non ; `accept_if_free` oui si rien "
        "ne s'y oppose, sinon une personne ; `decline_if_busy` non si quelque chose s'y oppose, "
        "sinon une personne ; `automatic` oui ou non ; `approval` non, ou la validation demandée.",
    )
    min_notice: Minutes = Field(0, description="Minutes d'avance au moins.")
    max_ahead: Days | None = Field(None, description="Jours d'avance au plus.")
    max_duration: Minutes | None = Field(None, description="Durée maximale, en minutes.")
    buffer_before: int = Field(0, ge=0, le=1_440, description="Minutes de préparation.")
    buffer_after: int = Field(0, ge=0, le=1_440, description="Minutes de remise en état.")
    max_attendees: int | None = Field(
        None, ge=0, le=10_000, description="Personnes au plus, organisateur compris."
    )
    conflicts_allowed: int | None = Field(
        None,
        ge=0,
        le=10_000,
        description="Occurrences d'une série refusées une à une, le reste étant accepté.",
    )
    conflict_percent: int | None = Field(
        None, ge=0, le=100, description="De même, en part de la série ; les deux limites valent."
    )
    hours: list[HoursShape] = Field(default=[], max_length=50, description=_HOURS)
    bookers: Logins = Field(
        default=[], description="Qui peut réserver, personnes et groupes ; vide : tout le monde."
    )
    approvers: Logins = Field(
        default=[],
        description="Qui valide, personnes et groupes ; vide : qui tient l'agenda de la ressource.",
    )
    look_ahead: int = Field(
        LOOK_AHEAD_DAYS,
        ge=1,
        le=1_830,
        description="Jours sur lesquels les occurrences d'une série sont examinées une à une.",
    )

    def facts(self) -> ResourceFacts:
        """What the resource is."""
        return ResourceFacts(Category(self.category), self.site, tuple(self.features))

    def policy(self) -> ResourcePolicy:
        """How it answers."""
        values = self.model_dump(exclude={"category", "site", "features", "mode", "hours"})
        values |= {"bookers": tuple(self.bookers), "approvers": tuple(self.approvers)}
        hours = tuple(one.span() for one in self.hours)
        return ResourcePolicy(mode=AnswerMode(self.mode), hours=hours, **values)

    @classmethod
    def of(cls, resource: Resource) -> PolicyShape:
        """What holds for a resource."""
        facts, policy = resource.facts, resource.policy
        return cls(
            category=facts.category.value,
            site=facts.site,
            features=list(facts.features),
            mode=policy.mode.value,
            min_notice=policy.min_notice,
            max_ahead=policy.max_ahead,
            max_duration=policy.max_duration,
            buffer_before=policy.buffer_before,
            buffer_after=policy.buffer_after,
            max_attendees=policy.max_attendees,
            conflicts_allowed=policy.conflicts_allowed,
            conflict_percent=policy.conflict_percent,
            hours=[HoursShape.of(span) for span in policy.hours],
            bookers=list(policy.bookers),
            approvers=list(policy.approvers),
            look_ahead=policy.look_ahead,
        )


RESOURCE_HEADINGS = (
    "Identifiant", "Nom", "Genre", "Site", "Places", "Équipements", "Qui répond", "Adresse",
)  # fmt: skip


class ResourceOut(Shape):
    """What can be booked."""

    login: str = Field(examples=["salle-ocre"])
    name: str = Field(examples=["Salle Ocre"])
    kind: Kind = Field(description="CUTYPE de la ressource (RFC 5545 §3.2.3).")
    category: CategoryName
    email: str | None = Field(None, description="Son adresse, pour l'inviter.")
    capacity: int | None = Field(None, description="Nombre de places.")
    site: str
    features: list[str]
    mode: ModeName = Field(description="Qui répond : voir la politique.")

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        return (
            self.login, self.name, self.category, self.site, self.capacity, self.features,
            self.mode, self.email,
        )  # fmt: skip

    @classmethod
    def of(cls, resource: Resource) -> ResourceOut:
        """A resource as everybody sees it."""
        principal = resource.principal
        return cls(
            login=principal.login,
            name=principal.display_name,
            kind="ROOM" if principal.kind == "ROOM" else "RESOURCE",
            category=resource.facts.category.value,
            email=principal.email,
            capacity=principal.capacity,
            site=resource.facts.site,
            features=list(resource.facts.features),
            mode=resource.policy.mode.value,
        )


class ResourcesOut(Shape):
    """What can be booked."""

    items: list[ResourceOut]


class ClosureIn(StrictShape):
    """A period out of service."""

    start: Instant = Field(examples=["2026-03-09T07:30:00+11:00"])
    end: Instant = Field(examples=["2026-03-10T16:00:00+11:00"])
    reason: Annotated[str, StringConstraints(max_length=200), AfterValidator(one_line)] = Field(
        "", description="Lu par tout le monde.", examples=["contrôle technique"]
    )

    @model_validator(mode="after")
    def _forwards(self) -> ClosureIn:
        if self.end <= self.start:
            raise PydanticCustomError("field", "`end` doit suivre `start`")
        return self

    def closure(self) -> Closure:
        """As the policy has it."""
        return Closure(int(self.start.timestamp()), int(self.end.timestamp()), self.reason)


class ClosureOut(Shape):
    """A period out of service."""

    id: int
    start: datetime
    end: datetime
    reason: str

    @classmethod
    def of(cls, stored: StoredClosure, zone: tzinfo) -> ClosureOut:
        """By the clocks of the site."""
        start, end, reason = stored.closure
        return cls(id=stored.id, start=_local(start, zone), end=_local(end, zone), reason=reason)


class ClosuresOut(Shape):
    """Periods out of service that are not over."""

    items: list[ClosureOut]


class FreePeriodOut(Shape):
    """A period that can be booked."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, window: Window, zone: tzinfo) -> FreePeriodOut:
        """By the clocks of the site."""
        return cls(start=_local(window.start, zone), end=_local(window.end, zone))


class FreePeriodsOut(Shape):
    """The next periods that can be booked, the earliest first."""

    items: list[FreePeriodOut]


class RequestOut(Shape):
    """A request that waits for a person."""

    resource: str = Field(description="La ressource demandée.", examples=["veh-03"])
    name: str = Field(description="Le nom de la demande, pour y répondre.")
    start: datetime = Field(description="De la première occurrence à venir.")
    end: datetime
    occurrences: int = Field(description="Occurrences en attente, d'une série.")
    organizer: str | None = Field(None, description="Qui demande.")
    requested_at: datetime

    @classmethod
    def of(cls, request: ResourceRequest, zone: tzinfo) -> RequestOut:
        """When and who asks; not for what."""
        waiting = request.waiting
        return cls(
            resource=request.resource.principal.login,
            name=request.stored.name,
            start=_local(waiting.starts_at, zone),
            end=_local(waiting.ends_at, zone),
            occurrences=waiting.occurrences,
            organizer=request.organizer,
            requested_at=_local(request.stored.written_at, zone),
        )


class RequestsOut(Shape):
    """Requests that the asker can answer, the nearest first."""

    items: list[RequestOut]


class RefusalIn(StrictShape):
    """Why not."""

    reason: Annotated[
        str, StringConstraints(min_length=1, max_length=1_000), AfterValidator(one_line)
    ] = Field(
        description="L'organisateur le lit.", examples=["Le véhicule part en révision ce jour-là."]
    )


def _local(instant: int, zone: tzinfo) -> datetime:
    return instant_of(instant).astimezone(zone)
