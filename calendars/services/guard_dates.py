"""What stands against a date, told to who writes it: the port to rules of the house (DIA-4).

Which dates are bad ones is decided above this package. A face that can ask back hands what it has
written to the guard before it commits; a CalDAV client could not ask its user, so that its writes
are followed by the change log instead (docs/adr).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple, Protocol

from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict
from calendars.model.principal import Principal
from calendars.model.window import Window
from calendars.services.deliver_itip import Dispatch, Placed


class DateConflict(NamedTuple):
    """One thing that stands against a date, in words that tell no more than the reader may know."""

    code: str
    login: str
    """In whose diary, or which resource."""
    words: str
    starts_at: int
    ends_at: int
    holder: str | None = None
    """Who has that time; None where the reader may not know."""
    final: bool = False
    """Nobody may pass over it, or not the one who asks."""
    severity: str = "refuse"


class DatesConflict(Conflict):
    """The date is a bad one; with a reason it can be written all the same, unless that is final."""

    def __init__(
        self, conflicts: tuple[DateConflict, ...], next_free: Window | None = None
    ) -> None:
        super().__init__("something stands against that date")
        self.conflicts, self.next_free = conflicts, next_free


class DateGuard(Protocol):
    """Looks at what was written before it is committed."""

    def check(
        self,
        db: Db,
        actor: Principal,
        placed: Sequence[Placed],
        *,
        override: str | None,
        now: int,
    ) -> None:
        """Raises DatesConflict."""
        ...


class NoGuard:
    """Every date is a good one."""

    def check(
        self,
        db: Db,
        actor: Principal,
        placed: Sequence[Placed],
        *,
        override: str | None,
        now: int,
    ) -> None:
        """Nothing stands against anything."""


NO_GUARD = NoGuard()


class Placing(NamedTuple):
    """A transaction in which dates are placed, and the dispatch that writes in it go by."""

    db: Db
    dispatch: Dispatch


@contextmanager
def looked_at(
    db: Db,
    guard: DateGuard,
    dispatch: Dispatch,
    actor: Principal,
    override: str | None,
    *,
    now: int,
) -> Iterator[Dispatch]:
    """What is written by this dispatch is looked at in the end, as the one write path stored it.

    Whichever deeds did it; with a reason it stands all the same. Raises DatesConflict: the
    transaction around it has to be undone.
    """
    placed: list[Placed] = []
    yield replace(dispatch, placed=placed)
    guard.check(db, actor, placed, override=override, now=now)
