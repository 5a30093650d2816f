"""What somebody does again and again, and each day of it (DLN-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, NewType

from calendars.kernel.errors import InvalidInput
from calendars.kernel.identifiers import PrincipalId
from scheduler.working_time.recurring import Recurring

RoutineId = NewType("RoutineId", int)
MOST_AHEAD = 31
"""In days: tasks that are further away only fill a list."""


class BadRoutine(InvalidInput):
    """It ends before it begins, or leaves out days."""

    words = "cette tâche récurrente ne peut pas être ainsi"


@dataclass(slots=True)
class Routine:
    """A recurring task of somebody's."""

    id: RoutineId
    owner_id: PrincipalId
    label: str
    recurring: Recurring
    ahead: int
    """So many days before its day a task is written into the owner's list."""
    written_until: date
    """Up to there its days are kept."""


@dataclass(slots=True)
class RoutineDay:
    """One time of it: a task of its own, since programs do badly at tasks that recur."""

    routine_id: RoutineId
    nominal: date
    """As the rule has it; what it is known by."""
    day: date
    because: str
    version: str
    uid: str
    done_at: int | None = None
    former: date | None = None
    """Where it was before days were decided otherwise (TIM-10)."""

    @property
    def done(self) -> bool:
        """It was ticked."""
        return self.done_at is not None


class MonthOfRoutine(NamedTuple):
    """How a month of a recurring task went: what was due up to yesterday, and what is missing."""

    routine: Routine
    due: int
    done: int
    late: int
    """Of those that were done: ticked after their day."""
    gaps: tuple[RoutineDay, ...]
