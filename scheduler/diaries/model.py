"""Options: several dates that are held for one appointment until one of them is confirmed (DIA-3).

Each hold is a plain tentative event in the diary; what iCalendar cannot say, that they belong
together and until when they are held, stands here, linked by UID.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, NewType

from calendars.kernel.errors import Conflict, NotFound
from calendars.model.event_draft import EventDraft

HoldGroupId = NewType("HoldGroupId", int)


class HoldState(StrEnum):
    """Ouverte → retenue | expirée | abandonnée."""

    OPEN = "open"
    RETAINED = "retained"
    EXPIRED = "expired"
    ABANDONED = "abandoned"


class WrongState(Conflict):
    """The options are decided already."""

    def __init__(self, state: HoldState) -> None:
        super().__init__(
            f"these options are {state} already", words="ces options sont déjà décidées"
        )
        self.state = state


class NoSuchHold(NotFound):
    """The group has no option of that number."""

    words = "il n'y a pas d'option de ce numéro"


@dataclass(frozen=True, slots=True)
class Hold:
    """One of the options: where its event stands in the owner's diary."""

    position: int
    calendar: str
    name: str
    uid: str


@dataclass(slots=True)
class HoldGroup:
    """The options of one appointment; `expires_at` in epoch seconds, None if they are held on."""

    id: HoldGroupId
    owner: str
    ref: str
    expires_at: int | None
    holds: tuple[Hold, ...] = ()
    state: HoldState = HoldState.OPEN
    retained: int | None = None

    def hold(self, position: int) -> Hold:
        """The option of that number. Raises NoSuchHold."""
        for hold in self.holds:
            if hold.position == position:
                return hold
        raise NoSuchHold("there is no option of that number")

    def retain(self, position: int) -> tuple[Hold, tuple[Hold, ...]]:
        """One is confirmed: it, and those that go. Raises WrongState, NoSuchHold."""
        self._decide(HoldState.RETAINED)
        chosen = self.hold(position)
        self.retained = position
        return chosen, tuple(hold for hold in self.holds if hold is not chosen)

    def abandon(self) -> tuple[Hold, ...]:
        """None of them is wanted any more: those that go. Raises WrongState."""
        self._decide(HoldState.ABANDONED)
        return self.holds

    def expire(self, *, now: int) -> tuple[Hold, ...]:
        """Nobody decided in time: those that go, none before the time. Raises WrongState."""
        if self.expires_at is None or now < self.expires_at:
            return ()
        self._decide(HoldState.EXPIRED)
        return self.holds

    def _decide(self, state: HoldState) -> None:
        if self.state is not HoldState.OPEN:
            raise WrongState(self.state)
        self.state = state


class Slot(NamedTuple):
    """A date that is held."""

    starts_at: datetime
    ends_at: datetime


class HeldDate(NamedTuple):
    """What the event of an option says now, to the one who asks; it may have been moved."""

    title: str
    starts_at: int
    ends_at: int


@dataclass(frozen=True, slots=True)
class HoldDraft:
    """What is to be held: `draft` says all but the times, `invited` are e-mail addresses."""

    ref: str
    draft: EventDraft
    slots: Sequence[Slot]
    invited: Sequence[str] = ()
    expires_at: int | None = None
    calendar: str = "agenda"
