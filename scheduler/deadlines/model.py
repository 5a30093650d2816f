"""A date that somebody must not miss (DLN-1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple, NewType

from calendars.kernel.errors import Conflict
from calendars.kernel.identifiers import PrincipalId
from scheduler.deadlines.rules import Link
from scheduler.working_time.rules import DateInputs, DateRule

DeadlineId = NewType("DeadlineId", int)


class DeadlineState(StrEnum):
    """Open until it is met or nobody waits for it any more."""

    OPEN = "open"
    DONE = "done"
    ABANDONED = "abandoned"


class NotAsProposed(Conflict):
    """What was confirmed is not what would happen now: look at the proposal again."""

    words = "ce qui a été confirmé n'est plus ce qui arriverait : relisez la proposition"


class NothingProposed(Conflict):
    """There is nothing to answer."""


class IsOver(Conflict):
    """What is met or abandoned moves no more."""

    words = "ce qui est tenu ou abandonné ne bouge plus"


class PastMove(NamedTuple):
    """What a date was before, who moved it, when and why."""

    at: int
    by: str
    former: date
    due: date
    because: str = ""


class ProposalState(StrEnum):
    """Until its owner has said yes or no, or another one takes its place."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REPLACED = "replaced"


class Proposal(NamedTuple):
    """Another day for somebody's date, because one that it depends on has moved."""

    day: date
    """From which it would be reckoned."""
    due: date
    former: date
    by: str
    at: int
    because: str = ""
    state: ProposalState = ProposalState.PENDING
    id: int = 0


@dataclass(slots=True)
class Deadline:
    """One date; instants in epoch seconds."""

    id: DeadlineId
    owner_id: PrincipalId
    label: str
    rule: DateRule
    inputs: DateInputs
    due: date
    because: str
    version: str
    uid: str
    after: DeadlineId | None = None
    state: DeadlineState = DeadlineState.OPEN
    moves: list[PastMove] = field(default_factory=list)
    reminders: tuple[int, ...] = ()
    """So many working days before it is due a mail says so."""
    proposed: Proposal | None = None
    """What its owner has not answered yet."""

    @property
    def link(self) -> Link:
        """As its chain has it."""
        return Link(self.id, self.rule, self.inputs, self.due, self.after)
