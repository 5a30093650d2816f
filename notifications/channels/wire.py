"""What a channel carries: a mail as octets, and the envelope around it (RFC 5321 §2.3.1)."""

from __future__ import annotations

from typing import NamedTuple

from notifications.message import Fate, State


class Mail(NamedTuple):
    """One mail to one recipient."""

    key: str
    """Stands for it in what the channel tells of it."""
    octets: bytes
    sender: str
    """Where a bounce goes: an address of this mail's own."""
    recipient: str
    envelope_id: str
    """ENVID, which comes back in a bounce too (RFC 3461 §4.4)."""


def away(because: str) -> Fate:
    """Nothing was tried: it says nothing of the mail itself."""
    return Fate(State.PENDING, f"the relay is away: {because}", away=True)
