"""What the guard held back, who let it go, who keeps its lists, and which links of guests were
taken back, in the audit trail (SEC-8)."""

from __future__ import annotations

from collections.abc import Sequence

from calendars.kernel.audit import HOUSE, JOB, Deed, Origin, Result, Target
from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal
from calendars.storage import audit


def record_held(
    db: Db, owner: PrincipalId, message: int, found: Sequence[str], *, now: int
) -> None:
    """A message did not leave; what was found, and where, without a word of it."""
    target = Target(owner, details={"message": message, "found": list(found)})
    audit.record(db, JOB, Deed.HOLD, target, result=Result.REFUSED, now=now)


def record_let_go(
    db: Db, actor: Principal, owner: PrincipalId, message: int, found: Sequence[str], *, now: int
) -> None:
    """Somebody let it go all the same; his reason is kept beside the message."""
    target = Target(owner, details={"message": message, "found": list(found)})
    audit.record(db, actor, Deed.RELEASE, target, now=now)


def record_lists(
    db: Db, actor: Principal | Origin, how: str, kind: str, count: int, *, now: int
) -> None:
    """Entries of a list came or went: how many, and of which kind."""
    details: dict[str, int | str | list[str]] = {"guard": how, "kind": kind, "entries": count}
    audit.record(db, actor, Deed.SET_GUARD, Target(HOUSE, details=details), now=now)


def record_links_revoked(
    db: Db, actor: Principal, owner: PrincipalId, count: int, *, now: int
) -> None:
    """So many links of an invitation open nothing any more."""
    audit.record(db, actor, Deed.WITHDRAW_LINK, Target(owner, details={"links": count}), now=now)
