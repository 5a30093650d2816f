"""Webhooks as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from pydantic import Field

from calendars.http.shapes import Shape, StrictShape, instant_of
from calendars.http.spreadsheet import Cell
from scheduler.webhooks.model import Declared, Delivery, Endpoint
from scheduler.webhooks.rules import LONGEST_URL, DeliveryState, EventKind


class EndpointIn(StrictShape):
    """An address, and what it is told of."""

    url: str = Field(
        max_length=LONGEST_URL,
        examples=["https://archives.example.org/niaouli"],
        description="En `https`, vers une adresse publique ou un hôte de NIAOULI_WEBHOOK_HOSTS.",
    )
    kinds: list[EventKind] = Field(
        min_length=1, max_length=20, examples=[["meeting.planned", "meeting.moved"]]
    )


ENDPOINT_HEADINGS = ("N°", "Adresse", "Événements", "Déclarée le")
DELIVERY_HEADINGS = (
    "N°", "Événement", "Genre", "État", "Essais", "Du", "Prochain essai", "Fini le", "Réponse",
)  # fmt: skip
STATES: Mapping[DeliveryState, str] = {
    DeliveryState.PENDING: "en attente",
    DeliveryState.DELIVERED: "reçu",
    DeliveryState.FAILED: "abandonné",
}


class EndpointOut(Shape):
    """An address, and what it is told of; never its secret."""

    id: int
    url: str
    kinds: list[EventKind]
    made_at: datetime

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        return self.id, self.url, self.kinds, self.made_at

    @classmethod
    def of(cls, one: Endpoint, zone: tzinfo) -> EndpointOut:
        """As administrators see it."""
        made_at = instant_of(one.made_at).astimezone(zone)
        return cls(id=one.id, url=one.url, kinds=sorted(one.kinds), made_at=made_at)


class DeclaredOut(EndpointOut):
    """The same, with its secret."""

    secret: str = Field(description="Montré une seule fois : il signe chaque envoi.")

    @classmethod
    def declared(cls, made: Declared, zone: tzinfo) -> DeclaredOut:
        """Told once."""
        return cls(**EndpointOut.of(made.endpoint, zone).model_dump(), secret=made.secret)


class EndpointsOut(Shape):
    """In the order in which they were declared."""

    items: list[EndpointOut]


class DeliveryOut(Shape):
    """One event on its way to one address."""

    id: int
    event_id: str
    kind: EventKind
    state: DeliveryState
    attempts: int
    made_at: datetime
    next_at: datetime | None = Field(description="Le prochain essai.")
    done_at: datetime | None
    answer: str | None = Field(
        examples=["HTTP 503"], description="Ce qui est venu du dernier essai, sans son contenu."
    )

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        return (
            self.id, self.event_id, self.kind, STATES[self.state], self.attempts, self.made_at,
            self.next_at, self.done_at, self.answer,
        )  # fmt: skip

    @classmethod
    def of(cls, one: Delivery, zone: tzinfo) -> DeliveryOut:
        """As administrators see it."""

        def at(instant: int | None) -> datetime | None:
            return None if instant is None else instant_of(instant).astimezone(zone)

        waits = one.state is DeliveryState.PENDING
        return cls(
            id=one.id,
            event_id=one.key,
            kind=one.kind,
            state=one.state,
            attempts=one.attempts,
            made_at=instant_of(one.made_at).astimezone(zone),
            next_at=at(one.due_at) if waits else None,
            done_at=at(one.done_at),
            answer=one.answer,
        )


class DeliveriesOut(Shape):
    """The newest first."""

    items: list[DeliveryOut]
