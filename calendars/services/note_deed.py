"""A line in the audit trail for deeds that touch no calendar: settings, overrides (SEC-8)."""

from __future__ import annotations

from collections.abc import Mapping

from calendars.kernel.audit import HOUSE, Deed, Origin, Target
from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal
from calendars.storage import audit


def note_deed(
    db: Db,
    actor: Principal | Origin,
    deed: Deed,
    *,
    owner: PrincipalId = HOUSE,
    details: Mapping[str, int | str | list[str]] | None = None,
    visibility: str | None = None,
    now: int,
) -> None:
    """One line in the chain of `owner`; details are numbers, codes and ids, never typed text."""
    audit.record(db, actor, deed, Target(owner, None, None, visibility, details or {}), now=now)
