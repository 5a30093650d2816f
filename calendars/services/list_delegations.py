"""Who may do what in whose diary, as the two concerned see it (DIR-2)."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.model.principal import Principal
from calendars.storage import delegations
from calendars.storage.delegations import Delegation


def delegations_given(db: Db, actor: Principal, *, to: str | None = None) -> list[Delegation]:
    """What the actor gave, to one login or to all, past and future ones included."""
    given = delegations.list_given(db, actor.id)
    return [row for row in given if to is None or row.delegate == to]


def delegations_received(db: Db, actor: Principal, *, now: int) -> list[Delegation]:
    """What was given to the actor and holds now."""
    return delegations.list_received(db, actor.id, now=now)
