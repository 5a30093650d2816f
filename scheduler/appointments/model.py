"""A message that somebody took on the telephone for a colleague (RDV-1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, NewType

from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal

CallId = NewType("CallId", int)


class CallUrgency(StrEnum):
    """How soon somebody should call back."""

    NORMAL = "normal"
    URGENT = "urgent"


class Call(NamedTuple):
    """What was said on the telephone."""

    caller: str
    number: str = ""
    text: str = ""
    urgency: CallUrgency = CallUrgency.NORMAL
    confidential: bool = False
    """For the person alone, and who stands in for him: those who keep his diary do not see it."""


@dataclass(slots=True)
class PhoneMessage:
    """One message; instants in epoch seconds."""

    id: CallId
    owner_id: PrincipalId
    """For whom."""
    writer_id: PrincipalId
    uid: str
    """Of the task in the owner's list."""
    call: Call
    made_at: int
    is_task: bool = False
    """There was a task list to put it in."""
    read_at: int | None = None
    done_at: int | None = None

    @property
    def is_done(self) -> bool:
        """Nothing is left to do."""
        return self.done_at is not None

    def told(self, ticked_at: int | None) -> None:
        """What the owner's task says; a task that he removed is done with."""
        self.done_at = ticked_at
        if ticked_at is not None and self.read_at is None:
            self.read_at = ticked_at

    def mark(self, *, read: bool | None, done: bool | None, now: int) -> None:
        """Read, done, or not any more; what is done was read."""
        if read is not None:
            self.read_at = (self.read_at or now) if read else None
        if done is not None:
            self.done_at = (self.done_at or now) if done else None
        if self.is_done and self.read_at is None:
            self.read_at = now


class Shown(NamedTuple):
    """A message with the people whom it is for and from."""

    message: PhoneMessage
    owner: Principal
    writer: Principal
