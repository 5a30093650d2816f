"""Actions: who does what until when; his own task says whether it is done (MTG-1, MTG-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NewType

from calendars.kernel.identifiers import PrincipalId
from scheduler.meetings.model import ItemId, MeetingId, WrongState
from scheduler.meetings.rules import PENDING, ActionState

ActionId = NewType("ActionId", int)


@dataclass(slots=True)
class Action:
    """One row of the register."""

    id: ActionId
    ref: str
    meeting_id: MeetingId
    item_id: ItemId | None
    label: str
    owner: str
    """A calendar user address."""
    owner_id: PrincipalId | None
    due: date | None
    state: ActionState
    uid: str
    opened_at: int | None = None
    done_at: int | None = None

    def open(self, *, now: int) -> bool:
        """It is no draft any more; whether it was one."""
        if self.state is not ActionState.NOTED:
            return False
        self.state, self.opened_at = ActionState.OPEN, now
        return True

    def move(self, to: ActionState, *, now: int) -> None:
        """Begun, done, given up, or taken up again. Raises WrongState."""
        if to is ActionState.NOTED or (self.state is ActionState.NOTED and to in PENDING):
            raise WrongState(self.state, to)
        self.state = to
        self.done_at = now if to is ActionState.DONE else None

    def told(self, state: ActionState, done_at: int | None) -> bool:
        """What the owner's task says; whether that is news."""
        if (state, done_at) == (self.state, self.done_at):
            return False
        self.state, self.done_at = state, done_at
        return True
