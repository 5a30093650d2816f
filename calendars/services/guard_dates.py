"""What stands against a date, told to who writes it: the port to rules of the house (DIA-4).

Which dates are bad ones is decided above this package. A face that can ask back hands what it has
written to the guard before it commits; a CalDAV client could not ask its user, so that its writes
are followed by the change log instead (docs/adr).
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict
from calendars.model.principal import Principal
from calendars.services.create_object import Written


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
    """Nobody may pass over it."""


class DatesConflict(Conflict):
    """The date is a bad one; with a reason it can be written all the same, unless that is final."""

    def __init__(self, conflicts: tuple[DateConflict, ...]) -> None:
        super().__init__("something stands against that date")
        self.conflicts = conflicts


class DateGuard(Protocol):
    """Looks at what was written before it is committed."""

    def check(
        self, db: Db, actor: Principal, written: Written, *, override: str | None, now: int
    ) -> None:
        """Raises DatesConflict."""
        ...


class NoGuard:
    """Every date is a good one."""

    def check(
        self, db: Db, actor: Principal, written: Written, *, override: str | None, now: int
    ) -> None:
        """Nothing stands against anything."""


NO_GUARD = NoGuard()
