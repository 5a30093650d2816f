"""Endpoints of other programs, events, and how far each is on its way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple, NewType

from calendars.kernel.identifiers import PrincipalId
from scheduler.webhooks.rules import DeliveryState, EventKind

EndpointId = NewType("EndpointId", int)
DeliveryId = NewType("DeliveryId", int)


class Endpoint(NamedTuple):
    """An address that is told of some kinds of events."""

    id: EndpointId
    url: str
    kinds: frozenset[EventKind]
    made_at: int
    made_by: PrincipalId


class Declared(NamedTuple):
    """A new endpoint, and what its requests are signed with: told once."""

    endpoint: Endpoint
    secret: str


class Event(NamedTuple):
    """What happened: numbers, references, states and instants, never a title or a name (SEC-6)."""

    key: str
    kind: EventKind
    at: str
    facts: Mapping[str, Mapping[str, str | int | None]]

    @property
    def body(self) -> bytes:
        """As it is sent and signed."""
        said = {"id": self.key, "kind": self.kind, "at": self.at, **self.facts}
        return json.dumps(said, ensure_ascii=False).encode()


class Delivery(NamedTuple):
    """One event on its way to one endpoint."""

    id: DeliveryId
    key: str
    kind: EventKind
    state: DeliveryState
    attempts: int
    made_at: int
    due_at: int
    done_at: int | None
    answer: str | None


class Claimed(NamedTuple):
    """A delivery that is ours to try until the lease ends."""

    id: DeliveryId
    key: str
    kind: str
    body: bytes
    url: str
    secret: str
    attempts: int


class Fate(NamedTuple):
    """What came of one try: a status, or why there is none; never what the other side wrote."""

    delivered: bool
    answer: str
    final: bool = False
    """Another try would not help."""
