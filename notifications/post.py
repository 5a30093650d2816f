"""The value that a feature posts: one letter to one person, worded when it leaves (NOT-2)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from calendars.kernel.identifiers import PrincipalId

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"


class Urgency(IntEnum):
    """In which order letters leave when many wait, after an outage for instance."""

    URGENT = 0
    NORMAL = 1
    BULK = 2


class Paper(NamedTuple):
    """A file that goes along; the same octets are kept once, however many get them."""

    filename: str
    media_type: str
    octets: bytes

    @property
    def digest(self) -> str:
        """What the octets are known by."""
        return sha256(self.octets).hexdigest()


class Post(NamedTuple):
    """One letter to one person: facts that a template turns into words when it is sent."""

    kind: str
    """`reminder`, `digest`, `notice`, …"""
    template: str
    """A folder below `templates/<language>/`."""
    language: str
    facts: Mapping[str, JSON]
    """Instants as ISO text: templates write them in the organisation's zone."""
    owner_id: PrincipalId
    """In whose name."""
    actor_id: PrincipalId
    """By whom."""
    recipient: str
    """`mailto:…`"""
    occasion: str
    """What it is written on the occasion of: with kind, recipient and object it goes out once."""
    about: str = ""
    """The UID of the calendar object."""
    urgency: Urgency = Urgency.NORMAL
    expires_at: int | None = None
    """Nobody wants to read it later: it is dropped then, and the log says so (TIM-11)."""
    papers: tuple[Paper, ...] = ()
    thread: str | None = None
    """The Message-ID that it answers, in its brackets."""
    reply_to: str | None = None
    """The e-mail address that an answer goes to, where it is not the one that it comes from."""

    @property
    def idempotency_key(self) -> str:
        """Its Message-ID too."""
        parts = ("post", self.kind, self.recipient, self.about, self.occasion)
        return sha256("\0".join(parts).encode()).hexdigest()
