"""Webhooks as JSON."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from calendars.http.shapes import Shape, StrictShape, instant_of
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


class EndpointOut(Shape):
    """An address, and what it is told of; never its secret."""

    id: int
    url: str
    kinds: list[EventKind]
    made_at: datetime

    @classmethod
    def of(cls, one: Endpoint) -> EndpointOut:
        """As administrators see it."""
        kinds = sorted(one.kinds)
        return cls(id=one.id, url=one.url, kinds=kinds, made_at=instant_of(one.made_at))


class DeclaredOut(EndpointOut):
    """The same, with its secret."""

    secret: str = Field(description="Montré une seule fois : il signe chaque envoi.")

    @classmethod
    def declared(cls, made: Declared) -> DeclaredOut:
        """Told once."""
        return cls(**EndpointOut.of(made.endpoint).model_dump(), secret=made.secret)


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

    @classmethod
    def of(cls, one: Delivery) -> DeliveryOut:
        """As administrators see it."""
        waits = one.state is DeliveryState.PENDING
        return cls(
            id=one.id,
            event_id=one.key,
            kind=one.kind,
            state=one.state,
            attempts=one.attempts,
            made_at=instant_of(one.made_at),
            next_at=instant_of(one.due_at) if waits else None,
            done_at=None if one.done_at is None else instant_of(one.done_at),
            answer=one.answer,
        )


class DeliveriesOut(Shape):
    """The newest first."""

    items: list[DeliveryOut]
