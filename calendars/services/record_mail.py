"""A mail that came, or left, is told of in the audit trail of whom it concerns (SEC-8)."""

from __future__ import annotations

from collections.abc import Mapping

from calendars.kernel.audit import HOUSE, JOB, Deed, Face, Origin, Result, Target
from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal
from calendars.storage import audit, principals

BY_MAIL = Origin(Face.MAIL)


def record_mail(
    db: Db, owner: PrincipalId | None, number: int, decision: str, why: str, *, now: int
) -> None:
    """What was decided; `number` is that of the decision."""
    details: dict[str, int | str | list[str]] = {"mail": number, "decision": decision, "why": why}
    target = Target(HOUSE if owner is None else owner, details=details)
    result = Result.DONE if decision not in {"quarantined", "refused"} else Result.REFUSED
    audit.record(db, BY_MAIL, Deed.RECEIVE_MAIL, target, result=result, now=now)


def record_settled(
    db: Db,
    actor: Principal | Origin,
    owner: PrincipalId | None,
    number: int,
    how: str,
    *,
    now: int,
) -> None:
    """Somebody let a kept mail have its effect, or threw it away."""
    details: dict[str, int | str | list[str]] = {"mail": number, "settled": how}
    target = Target(HOUSE if owner is None else owner, details=details)
    audit.record(db, actor, Deed.RELEASE, target, now=now)


def record_forgotten(db: Db, counts: Mapping[str, int], *, now: int) -> None:
    """How much of what was sent is kept no longer (SEC-10)."""
    target = Target(HOUSE, details=dict(counts.items()))
    audit.record(db, JOB, Deed.PURGE, target, now=now)


def record_sent(
    db: Db, actor: PrincipalId, owner: PrincipalId, number: int, kind: str, *, now: int
) -> None:
    """By whom and in whose name; of the mail its number and its kind, and nothing that it says."""
    by = principals.get_by_id(db, actor).acting(BY_MAIL)
    target = Target(owner, details={"message": number, "kind": kind})
    audit.record(db, by, Deed.SEND_MAIL, target, now=now)
