"""What a message did to a copy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from calendars.itip.changes import Changed
from calendars.model.component import Component


class Effect(StrEnum):
    """What became of the recipient's copy."""

    CREATED = "created"
    UPDATED = "updated"
    CANCELLED = "cancelled"
    """All of it, or single occurrences."""
    ANSWERED = "answered"
    UNCHANGED = "unchanged"
    """Late, or said before: nothing to do."""
    REFUSED = "refused"
    """Not for this recipient, of a meeting that he does not have, or not from who may say so."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The outcome of one message."""

    effect: Effect
    calendar: Component | None = None
    """The new text of the copy; None if nothing is to be stored."""
    changed: tuple[Changed, ...] = ()
    """What is different, per instance: for CALENDARSERVER:schedule-changes and for mails."""


UNCHANGED = Applied(Effect.UNCHANGED)
REFUSED = Applied(Effect.REFUSED)
