"""References to other systems, and the things here that bear them (DIR-5)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, NewType, Protocol

from calendars.kernel.errors import Conflict

if TYPE_CHECKING:
    # The command line starts without the store.
    from calendars.kernel.database import Db
    from calendars.model.principal import Principal

ReferenceId = NewType("ReferenceId", int)


class Direction(StrEnum):
    """Whether what the number stands for came in or went out."""

    RECEIVED = "received"
    SENT = "sent"


class Kind(StrEnum):
    """What bears a reference."""

    MEETING = "meeting"
    DIARY_REQUEST = "diary-request"
    CALENDAR_OBJECT = "calendar-object"
    DEADLINE = "deadline"

    @property
    def is_owned(self) -> bool:
        """Its key alone does not say which one it is: it is somebody's."""
        return self in {Kind.DIARY_REQUEST, Kind.CALENDAR_OBJECT}


class ReferenceSystem(NamedTuple):
    """A system that gives numbers, and what they look like."""

    code: str
    label: str
    pattern: str


OTHERS = ReferenceSystem("DIVERS", "Autres références", r"\S.{0,63}")
"""What looks like no system that is declared, or like several: always there, unless it is declared
otherwise.
"""


class Subject(NamedTuple):
    """A thing that bears references: its reference or UID, and the login of whose it is."""

    kind: Kind
    key: str
    owner: str = ""


class Mark(NamedTuple):
    """What another system knows a thing by."""

    system: str
    number: str
    day: date | None = None
    direction: Direction | None = None


class Reference(NamedTuple):
    """A mark on a thing."""

    id: ReferenceId
    mark: Mark
    subject: Subject


class Eyes(Protocol):
    """Who sees what is for the features to say: these are asked before a reference is told."""

    def look(self, db: Db, actor: Principal, subject: Subject, *, change: bool, now: int) -> None:
        """Raises NotFound where the actor sees no such thing, Forbidden where he only sees it."""


class NumberTaken(Conflict):
    """The number stands for something else already."""

    words = "ce numéro est déjà pris dans ce système"


class SystemInUse(Conflict):
    """Numbers of the system are noted."""

    words = "des références portent encore un numéro de ce système"
