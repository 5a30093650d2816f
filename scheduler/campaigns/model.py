"""A campaign, who appraises in it, and what each of the appraised has chosen (RDV-3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple, NewType

from calendars.kernel.errors import Conflict, InvalidInput
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal, Visibility
from scheduler.choosing.model import ChoiceOver, Taken

CampaignId = NewType("CampaignId", int)
ChoiceId = NewType("ChoiceId", int)
DEFAULT_TITLE = "Entretien professionnel"
MOST_DAYS = 190
MOST_PEOPLE = 300


class CampaignState(StrEnum):
    """En préparation, ouverte, close ; annulée."""

    PREPARING = "preparing"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


CAMPAIGN_STATES = {
    CampaignState.PREPARING: "en préparation",
    CampaignState.OPEN: "ouverte",
    CampaignState.CLOSED: "close",
    CampaignState.CANCELLED: "annulée",
}


class WrongState(Conflict):
    """A campaign of that state does not do that."""

    def __init__(self, state: CampaignState) -> None:
        words = f"la campagne est {CAMPAIGN_STATES[state]}"
        super().__init__(f"the campaign is {state}", words=words)


class NobodyAgreed(Conflict):
    """A campaign needs somebody who appraises before it opens."""

    words = "personne n'a encore accepté de mener des entretiens"


class AlreadyChosen(Conflict):
    """Who has chosen a slot stays in the campaign until it is given up."""

    words = "qui a choisi un créneau reste dans la campagne : retirez d'abord l'événement"


@dataclass(slots=True)
class Campaign:
    """The terms of one campaign; instants in epoch seconds."""

    id: CampaignId
    owner_id: PrincipalId
    """Who runs it."""
    first_day: date
    last_day: date
    minutes: int
    change_until: date
    """On that day a choice can be changed for the last time."""
    title: str = DEFAULT_TITLE
    visibility: str = Visibility.CONFIDENTIAL
    rooms: tuple[str, ...] = ()
    buffer_after: int = 0
    state: CampaignState = CampaignState.PREPARING
    opened_at: int | None = None
    ended_at: int | None = None

    def check(self) -> None:
        """Raises InvalidInput."""
        if not 0 <= (self.last_day - self.first_day).days < MOST_DAYS:
            raise InvalidInput(f"the days go forwards, {MOST_DAYS} at most")
        if self.change_until > self.last_day:
            raise InvalidInput("a choice cannot be changed after the last day")

    def open(self, *, now: int) -> None:
        """Those who are appraised may choose from now on. Raises WrongState."""
        self._leave(CampaignState.PREPARING)
        self.state, self.opened_at = CampaignState.OPEN, now

    def close(self, *, now: int) -> None:
        """Nobody chooses any more; what was chosen stands. Raises WrongState."""
        self._leave(CampaignState.OPEN)
        self.state, self.ended_at = CampaignState.CLOSED, now

    def cancel(self, *, now: int) -> None:
        """What was not held yet is called off. Raises WrongState."""
        self._leave(CampaignState.PREPARING, CampaignState.OPEN, CampaignState.CLOSED)
        self.state, self.ended_at = CampaignState.CANCELLED, now

    def check_choosable(self, had: Taken | None, *, today: date, now: int) -> None:
        """Somebody may choose, or choose otherwise than `had`. Raises ChoiceOver."""
        if self.state is not CampaignState.OPEN or today > self.last_day:
            raise ChoiceOver("the campaign is not open")
        if had is not None and (today > self.change_until or had.starts_at <= now):
            raise ChoiceOver("this choice can no longer be changed")

    def _leave(self, *states: CampaignState) -> None:
        if self.state not in states:
            raise WrongState(self.state)


@dataclass(slots=True)
class Evaluator:
    """Who appraises; others than the one who runs the campaign have to agree to it."""

    principal: Principal
    agreed: bool


@dataclass(slots=True)
class Choice:
    """One of the appraised with his evaluator, and the event that he has chosen."""

    id: ChoiceId
    campaign_id: CampaignId
    evaluator_id: PrincipalId
    person_id: PrincipalId
    uid: str | None = None
    chosen_at: int | None = None
    asked_at: int | None = None


class Line(NamedTuple):
    """A choice as the diary has it now."""

    choice: Choice
    person: Principal
    evaluator: Principal
    taken: Taken | None
    told: bool = True
    """Whoever reads the line may know when it is."""

    def is_held(self, *, now: int) -> bool:
        """It is over."""
        return self.taken is not None and self.taken.ends_at <= now


@dataclass(frozen=True, slots=True)
class Share:
    """What one evaluator has in a campaign."""

    evaluator: Evaluator
    people: int
    chosen: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A campaign as somebody sees it: with all evaluators, or with himself alone."""

    campaign: Campaign
    owner: Principal
    shares: tuple[Share, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDraft:
    """What is said of a campaign when it is prepared."""

    on_behalf_of: str | None = None
    first_day: date
    last_day: date
    minutes: int
    change_until: date | None = None
    title: str = DEFAULT_TITLE
    visibility: str = Visibility.CONFIDENTIAL
    rooms: tuple[str, ...] = ()
    buffer_after: int = 0
    people: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """For each evaluator whom he appraises, people and groups, by login."""
