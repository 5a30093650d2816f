"""Requests for an appointment: who wants to see whom, and what became of it (DIA-2).

A request is no event: it becomes one when it is placed. Until then it is somebody's work, and only
the one who has taken it on places it, so that two assistants never answer the same partner twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple, NewType

from calendars.kernel.errors import Conflict, Forbidden, InvalidInput

DiaryRequestId = NewType("DiaryRequestId", int)


class RequestState(StrEnum):
    """Reçue → prise en charge → (options posées) → proposée → acceptée → planifiée → tenue."""

    RECEIVED = "received"
    CLAIMED = "claimed"
    HELD = "held"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    PLANNED = "planned"
    TOOK_PLACE = "took-place"
    POSTPONED = "postponed"
    REDIRECTED = "redirected"
    REFUSED = "refused"
    DROPPED = "dropped"
    CANCELLED = "cancelled"


class RequestUrgency(StrEnum):
    """How soon somebody should look at it."""

    LOW = "low"
    NORMAL = "normal"
    URGENT = "urgent"


_BEING_PLACED = frozenset(
    {RequestState.CLAIMED, RequestState.HELD, RequestState.PROPOSED, RequestState.ACCEPTED}
)
_WAITING = frozenset({RequestState.RECEIVED, RequestState.POSTPONED})
OPEN = _BEING_PLACED | _WAITING
EXITS = frozenset(
    {
        RequestState.POSTPONED,
        RequestState.REDIRECTED,
        RequestState.DROPPED,
        RequestState.CANCELLED,
    }
)
"""Where the one who has taken it on may lead it; only the principal refuses."""


STATES: Mapping[RequestState, str] = {
    RequestState.RECEIVED: "reçue",
    RequestState.CLAIMED: "prise en charge",
    RequestState.HELD: "options posées",
    RequestState.PROPOSED: "proposée",
    RequestState.ACCEPTED: "acceptée",
    RequestState.PLANNED: "planifiée",
    RequestState.TOOK_PLACE: "tenue",
    RequestState.POSTPONED: "reportée",
    RequestState.REDIRECTED: "réorientée",
    RequestState.REFUSED: "refusée",
    RequestState.DROPPED: "sans suite",
    RequestState.CANCELLED: "annulée",
}


class WrongRequestState(Conflict):
    """The request is not where that can be done."""

    def __init__(self, state: RequestState) -> None:
        first = " : prenez-la d'abord en charge" if state in _WAITING else ""
        super().__init__(
            f"the request is {state}", words=f"la demande en est à « {STATES[state]} »{first}"
        )
        self.state = state


class ClaimedByAnother(Conflict):
    """A colleague has taken the request on, and his time is not over."""

    words = "une collègue a pris cette demande en charge"

    def __init__(self, claimer: str) -> None:
        super().__init__("a colleague has taken this request on")
        self.claimer = claimer


class NotTheClaimer(Forbidden):
    """Only the one who has taken a request on places it."""

    words = "prenez d'abord la demande en charge"


@dataclass(frozen=True, slots=True)
class Exit:
    """How a request leaves the way: to which state, why, until when or to whom."""

    state: RequestState
    because: str = ""
    until: date | None = None
    redirected_to: str = ""


class Wish(NamedTuple):
    """What is asked for: `minutes` long, on a day from `earliest` to `latest`."""

    subject: str
    minutes: int
    earliest: date | None = None
    latest: date | None = None
    place: str = ""
    visibility: str = "PUBLIC"
    urgency: RequestUrgency = RequestUrgency.NORMAL
    attendees: Sequence[str] = ()
    """E-mail addresses of those who should come, beside the one who asks."""
    papers: Sequence[str] = ()
    """References of the papers that belong to it; the papers stand elsewhere."""
    source: str = ""
    """The reference of the letter or call that it came by (DIR-5)."""
    due_on: date | None = None
    """Until when somebody wants an answer."""
    meeting: str = ""
    """The kind of meeting that it asks for; empty: an appointment."""

    def check(self) -> None:
        """Raises InvalidInput."""
        if not 5 <= self.minutes <= 24 * 60:
            raise InvalidInput(
                "an appointment lasts from five minutes to a day",
                words="un rendez-vous dure de cinq minutes à un jour",
                field="minutes",
            )
        if self.earliest and self.latest and self.latest < self.earliest:
            raise InvalidInput(
                "the last day precedes the first",
                words="le dernier jour précède le premier",
                field="latest",
            )


class Requester(NamedTuple):
    """Who asks: a colleague, or somebody outside."""

    name: str
    email: str = ""
    phone: str = ""


@dataclass(slots=True)
class DiaryRequest:
    """One request; instants in epoch seconds."""

    id: DiaryRequestId
    owner: str
    """The login of whom the appointment is with."""
    ref: str
    made_by: str
    made_at: int
    requester: Requester
    wish: Wish
    state: RequestState = RequestState.RECEIVED
    claimed_by: str | None = None
    claimed_until: int | None = None
    options: str | None = None
    """The reference of the dates that are held for it."""
    event: tuple[str, str, str] | None = None
    """Calendar, name and UID of the event that it became."""
    because: str = ""
    """Why it left the way."""
    until: date | None = None
    """To which day it is postponed."""
    redirected_to: str = ""
    meeting: str | None = None
    """The reference of the meeting that it asks for, which goes along (MTG-1)."""
    steps: list[RequestStep] = field(default_factory=list)

    def claim(self, login: str, *, now: int, seconds: int) -> None:
        """Take it on, again to have more time. Raises ClaimedByAnother, WrongRequestState."""
        self._must_be(OPEN)
        if self.claimed_by not in {None, login} and self._claim_holds(now):
            raise ClaimedByAnother(self.claimed_by or "")
        self.claimed_by, self.claimed_until = login, now + seconds
        if self.state in _WAITING:
            self.state = RequestState.CLAIMED

    def release(self, login: str, *, now: int) -> None:
        """Give it back to the colleagues. Raises NotTheClaimer, WrongRequestState."""
        self.check_placing(login, now=now)
        self.claimed_by = self.claimed_until = None
        if self.state is RequestState.CLAIMED:
            self.state = RequestState.RECEIVED

    def hold(self, login: str, options: str, *, now: int) -> None:
        """Dates are held for it. Raises NotTheClaimer, WrongRequestState."""
        self.check_placing(login, now=now)
        self._must_be(frozenset({RequestState.CLAIMED}))
        self.options, self.state = options, RequestState.HELD

    def propose(self, login: str, *, now: int) -> None:
        """The dates were told to the one who asked. Raises NotTheClaimer, WrongRequestState."""
        self.check_placing(login, now=now)
        self._must_be(frozenset({RequestState.CLAIMED, RequestState.HELD}))
        self.state = RequestState.PROPOSED

    def accept(self, login: str, *, now: int) -> None:
        """The one who asked agrees. Raises NotTheClaimer, WrongRequestState."""
        self.check_placing(login, now=now)
        self._must_be(frozenset({RequestState.PROPOSED}))
        self.state = RequestState.ACCEPTED

    def plan(self, login: str, event: tuple[str, str, str], *, now: int) -> None:
        """It stands in the diary. Raises NotTheClaimer, WrongRequestState."""
        self.check_placing(login, now=now)
        self.event, self.state = event, RequestState.PLANNED

    def took_place(self) -> None:
        """The appointment is over. Raises WrongRequestState."""
        self._must_be(frozenset({RequestState.PLANNED}))
        self.state = RequestState.TOOK_PLACE

    def leave(self, login: str, exit_: RequestState, *, now: int) -> None:
        """Postponed, redirected, dropped or cancelled by whom it is the work of.

        Raises NotTheClaimer, WrongRequestState.
        """
        if exit_ not in EXITS:
            raise WrongRequestState(exit_)
        if self.state is not RequestState.PLANNED:
            self.check_placing(login, now=now)
        self._end(exit_)

    def refuse(self) -> None:
        """The principal does not want it: whoever has taken it on, wherever it stands (DIA-2)."""
        self._must_be(OPEN | {RequestState.PLANNED})
        self._end(RequestState.REFUSED)

    def withdraw(self) -> None:
        """The one who made it needs it no more. Raises WrongRequestState."""
        self._must_be(OPEN)
        self._end(RequestState.CANCELLED)

    def follow(self, state: RequestState, event: tuple[str, str, str] | None) -> bool:
        """Its meeting was led there by who keeps the meeting; whether that is news."""
        wanted = OPEN if state is RequestState.PLANNED else OPEN | {RequestState.PLANNED}
        if self.state not in wanted or self.state is state:
            return False
        self.event = event
        self._end(state)
        return True

    def end_without_event(self) -> None:
        """Somebody has removed the appointment from the diary. Raises WrongRequestState."""
        self._must_be(frozenset({RequestState.PLANNED}))
        self._end(RequestState.CANCELLED)

    def _end(self, state: RequestState) -> None:
        self.state = state
        self.claimed_by = self.claimed_until = None

    def _claim_holds(self, now: int) -> bool:
        return self.claimed_until is not None and now < self.claimed_until

    def check_placing(self, login: str, *, now: int) -> None:
        """The request is his to place now. Raises NotTheClaimer, WrongRequestState."""
        self._must_be(_BEING_PLACED)
        if self.claimed_by != login or not self._claim_holds(now):
            raise NotTheClaimer("take the request on first")

    def _must_be(self, states: frozenset[RequestState]) -> None:
        if self.state not in states:
            raise WrongRequestState(self.state)


class RequestStep(NamedTuple):
    """One step of its way: who did it, in epoch seconds."""

    at: int
    by: str
    state: RequestState
    because: str = ""
