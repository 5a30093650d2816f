"""The shelf of delegations: who may do what in whose diary, from when to when (DIR-2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, insert, or_, select

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Rights
from calendars.storage.tables import delegations, principals


class Delegation(NamedTuple):
    """One row, with the logins of both."""

    owner: str
    delegate: str
    rights: Rights
    sees_private: bool
    valid_from: int | None
    valid_to: int | None
    reason: str


def _in_force(now: object) -> ColumnElement[bool]:
    return and_(
        or_(delegations.c.valid_from.is_(None), delegations.c.valid_from <= now),
        or_(delegations.c.valid_to.is_(None), delegations.c.valid_to > now),
    )


_IN_FORCE = (
    select(delegations.c.rights, delegations.c.sees_private)
    .where(delegations.c.owner_id == bindparam("owner"))
    .where(delegations.c.delegate_id == bindparam("delegate"))
    .where(_in_force(bindparam("now")))
)


def in_force(
    db: Db, owner: PrincipalId, delegate: PrincipalId, *, now: int
) -> Sequence[tuple[Rights, bool]]:
    """The rights that hold at `now`, each with whether PRIVATE content is seen."""
    rows = db.execute(_IN_FORCE, {"owner": owner, "delegate": delegate, "now": now}).all()
    return [(Rights(rights), bool(sees_private)) for rights, sees_private in rows]


def owners_delegating_to(db: Db, delegate: PrincipalId, *, now: int) -> list[tuple[str, Rights]]:
    """Logins of those whose diaries the delegate may open now, with the rights."""
    rows = db.execute(
        select(principals.c.login, delegations.c.rights)
        .join(principals, principals.c.id == delegations.c.owner_id)
        .where(delegations.c.delegate_id == delegate, _in_force(now))
        .order_by(principals.c.login)
    )
    return [(login, Rights(rights)) for login, rights in rows]


def delegates_of(db: Db, owner: PrincipalId, *, now: int) -> list[tuple[str, Rights]]:
    """Logins of those who may open the owner's diary now, with the rights."""
    rows = db.execute(
        select(principals.c.login, delegations.c.rights)
        .join(principals, principals.c.id == delegations.c.delegate_id)
        .where(delegations.c.owner_id == owner, _in_force(now))
        .order_by(principals.c.login)
    )
    return [(login, Rights(rights)) for login, rights in rows]


def grant(
    db: Db,
    owner: PrincipalId,
    delegate: PrincipalId,
    rights: Rights,
    *,
    sees_private: bool = False,
    valid: tuple[int | None, int | None] = (None, None),
    reason: str = "",
) -> None:
    """One delegation; it takes the place of one that starts at the same instant."""
    valid_from, valid_to = valid
    starts = (
        delegations.c.valid_from.is_(None)
        if valid_from is None
        else delegations.c.valid_from == valid_from
    )
    db.execute(
        delete(delegations).where(
            delegations.c.owner_id == owner, delegations.c.delegate_id == delegate, starts
        )
    )
    db.execute(
        insert(delegations).values(
            owner_id=owner,
            delegate_id=delegate,
            rights=rights,
            sees_private=sees_private,
            valid_from=valid_from,
            valid_to=valid_to,
            reason=reason,
        )
    )


def revoke(db: Db, owner: PrincipalId, delegate: PrincipalId) -> int:
    """Take back all that the owner gave the delegate; how many delegations that were."""
    return db.execute(
        delete(delegations).where(
            delegations.c.owner_id == owner, delegations.c.delegate_id == delegate
        )
    ).rowcount


_OWNERS, _DELEGATES = principals.alias("owners"), principals.alias("delegates")
_ROWS = (
    select(
        _OWNERS.c.login,
        _DELEGATES.c.login,
        delegations.c.rights,
        delegations.c.sees_private,
        delegations.c.valid_from,
        delegations.c.valid_to,
        delegations.c.reason,
    )
    .join(_OWNERS, _OWNERS.c.id == delegations.c.owner_id)
    .join(_DELEGATES, _DELEGATES.c.id == delegations.c.delegate_id)
    .order_by(_OWNERS.c.login, _DELEGATES.c.login, delegations.c.id)
)


def list_given(db: Db, owner: PrincipalId) -> list[Delegation]:
    """All that the owner gave, past and future ones included."""
    return _delegations(db, _ROWS.where(delegations.c.owner_id == owner))


def list_received(db: Db, delegate: PrincipalId, *, now: int) -> list[Delegation]:
    """What the delegate holds now."""
    return _delegations(db, _ROWS.where(delegations.c.delegate_id == delegate, _in_force(now)))


def _delegations(db: Db, query: Select[Any]) -> list[Delegation]:
    return [
        Delegation(owner, delegate, Rights(rights), bool(sees_private), *rest)
        for owner, delegate, rights, sees_private, *rest in db.execute(query)
    ]
