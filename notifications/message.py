"""The value that leaves: one letter to one recipient, whoever carries it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """What became of a row of the outbox (NOT-1)."""

    PENDING = "PENDING"
    SENT = "SENT"
    FAILED = "FAILED"
    HELD = "HELD"
    """The guard has found a name: somebody is to see to it (SEC-6)."""
    CANCELLED = "CANCELLED"
    """Something newer said it all, or there was nobody left to tell."""


class Fate(NamedTuple):
    """What the carrier said of one letter."""

    state: State
    answer: str
    """The relay's words, for the operator; no content of the letter."""
    away: bool = False
    """The carrier itself could not be reached: this letter was not tried."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside the text."""

    name: str
    content: bytes
    maintype: str
    subtype: str
    method: str | None = None
    """METHOD of a calendar, which its type bears too (RFC 6047 §2.4)."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says."""

    message_id: str
    sender: str
    """The address that stands in From; answers come back to it."""
    sender_name: str
    recipient: str
    subject: str
    text: str
    html: str
    calendar: Attachment | None = None
    papers: tuple[Attachment, ...] = ()
    answers: str | None = None
    """The Message-ID that it answers, in its brackets (RFC 5322 §3.6.4)."""
    reply_to: str | None = None
    """Where answers in words go, if not to the sender (RFC 5322 §3.6.2)."""
