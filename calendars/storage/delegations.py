"""The shelf of delegations: who may do what in whose diary, from when to when (DIR-2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
)

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, DelegationId, PrincipalId
from calendars.kernel.prepared import Prepared
from calendars.model.delegation import Held
from calendars.model.principal import Rights
from calendars.storage.tables import collections, delegations, principals

DELEGATION, SHARING = "delegation", "sharing"
PROXY_READ, PROXY_WRITE = "proxy-read", "proxy-write"
"""Where a delegation comes from: given as such, by sharing one calendar, as a calendar-proxy."""


class Delegation(NamedTuple):
    """One row, with the logins of both and the name of the calendar, if it is of one alone."""

    id: DelegationId
    owner: str
    delegate: str
    rights: Rights
    sees_private: bool
    valid_from: int | None
    valid_to: int | None
    reason: str
    origin: str
    calendar: str | None
    calendar_id: CollectionId | None
    owner_id: PrincipalId
    delegate_id: PrincipalId

    def holds_at(self, now: int) -> bool:
        """It is in force at that instant."""
        begun = self.valid_from is None or self.valid_from <= now
        return begun and (self.valid_to is None or self.valid_to > now)


def in_force_at(now: object) -> ColumnElement[bool]:
    """The delegation holds at that instant."""
    return and_(
        or_(delegations.c.valid_from.is_(None), delegations.c.valid_from <= now),
        or_(delegations.c.valid_to.is_(None), delegations.c.valid_to > now),
    )


_IN_FORCE = Prepared(
    select(delegations.c.rights, delegations.c.sees_private, delegations.c.collection_id)
    .where(delegations.c.owner_id == bindparam("owner"))
    .where(delegations.c.delegate_id == bindparam("delegate"))
    .where(in_force_at(bindparam("now")))
)


def in_force(db: Db, owner: PrincipalId, delegate: PrincipalId, *, now: int) -> list[Held]:
    """What the delegate holds of the owner's at `now`."""
    rows = _IN_FORCE.rows(db, {"owner": owner, "delegate": delegate, "now": now})
    return [
        Held(Rights(rights), bool(sees_private), collection)
        for rights, sees_private, collection in rows
    ]


_LAST_BOUNDARY = Prepared(
    select(
        *(
            func.max(case((bound <= bindparam("now"), bound)))
            for bound in (delegations.c.valid_from, delegations.c.valid_to)
        )
    ).where(delegations.c.delegate_id == bindparam("delegate"))
)


def last_boundary(db: Db, delegate: PrincipalId, *, now: int) -> int:
    """The last instant up to `now` at which a delegation to him began or ended, else 0."""
    [bounds] = _LAST_BOUNDARY.rows(db, {"delegate": delegate, "now": now})
    return max(instant or 0 for instant in bounds)


def owners_with_boundary(
    db: Db, delegate: PrincipalId, *, after: int, until: int
) -> list[PrincipalId]:
    """Those of whose delegations to him one began or ended after an instant, up to another."""
    bounds = delegations.c.valid_from, delegations.c.valid_to
    passed = or_(*(and_(bound > after, bound <= until) for bound in bounds))
    query = select(delegations.c.owner_id).where(delegations.c.delegate_id == delegate, passed)
    return list(db.execute(query.distinct()).scalars())


def delegate_ids(db: Db, owner: PrincipalId) -> list[PrincipalId]:
    """All to whom the owner gave something, for now, before or later."""
    query = select(delegations.c.delegate_id).where(delegations.c.owner_id == owner)
    return list(db.execute(query.distinct()).scalars())


def owners_delegating_to(db: Db, delegate: PrincipalId, *, now: int) -> list[tuple[str, Rights]]:
    """Logins of those whose whole diaries the delegate may open now, with the greatest right."""
    return _greatest(
        (row.owner, row.rights)
        for row in list_received(db, delegate, now=now)
        if row.calendar is None
    )


def rights_on_diaries(db: Db, delegate: PrincipalId, *, now: int) -> dict[PrincipalId, Rights]:
    """The highest right that the delegate holds now on the whole diary of each owner."""
    rows = db.execute(
        select(delegations.c.owner_id, delegations.c.rights).where(
            delegations.c.delegate_id == delegate,
            delegations.c.collection_id.is_(None),
            in_force_at(now),
        )
    )
    held: dict[PrincipalId, Rights] = {}
    for owner, text in rows:
        rights = Rights(text)
        if owner not in held or rights.covers(held[owner]):
            held[owner] = rights
    return held


def delegates_of(db: Db, owner: PrincipalId, *, now: int) -> list[tuple[str, Rights]]:
    """Logins of those who may open the owner's whole diary now, with the greatest right."""
    return _greatest(
        (row.delegate, row.rights)
        for row in list_given(db, owner)
        if row.calendar is None and row.holds_at(now)
    )


def _greatest(held: Iterable[tuple[str, Rights]]) -> list[tuple[str, Rights]]:
    found: dict[str, Rights] = {}
    for login, rights in held:
        if login not in found or rights.covers(found[login]):
            found[login] = rights
    return sorted(found.items())


class Terms(NamedTuple):
    """Why a delegation is given, on what, and how."""

    reason: str = ""
    calendar: CollectionId | None = None
    origin: str = DELEGATION


def grant(
    db: Db,
    owner: PrincipalId,
    delegate: PrincipalId,
    rights: Rights,
    *,
    sees_private: bool = False,
    valid: tuple[int | None, int | None] = (None, None),
    terms: Terms | None = None,
) -> DelegationId:
    """One delegation; it takes the place of one of the same calendar that starts with it."""
    terms = terms or Terms()
    valid_from, valid_to = valid
    same = (
        delegations.c.owner_id == owner,
        delegations.c.delegate_id == delegate,
        delegations.c.origin == terms.origin,
        _is(delegations.c.collection_id, terms.calendar),
        _is(delegations.c.valid_from, valid_from),
    )
    db.execute(delete(delegations).where(*same))
    return DelegationId(
        db.execute(
            insert(delegations)
            .values(
                owner_id=owner,
                delegate_id=delegate,
                rights=rights,
                sees_private=sees_private,
                valid_from=valid_from,
                valid_to=valid_to,
                reason=terms.reason,
                collection_id=terms.calendar,
                origin=terms.origin,
            )
            .returning(delegations.c.id)
        ).scalar_one()
    )


def _is(column: Column[int], value: int | None) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == value


def remove(db: Db, delegation: DelegationId) -> None:
    """That one is given no more."""
    db.execute(delete(delegations).where(delegations.c.id == delegation))


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
        delegations.c.id,
        _OWNERS.c.login,
        _DELEGATES.c.login,
        delegations.c.rights,
        delegations.c.sees_private,
        delegations.c.valid_from,
        delegations.c.valid_to,
        delegations.c.reason,
        delegations.c.origin,
        collections.c.name,
        delegations.c.collection_id,
        delegations.c.owner_id,
        delegations.c.delegate_id,
    )
    .join(_OWNERS, _OWNERS.c.id == delegations.c.owner_id)
    .join(_DELEGATES, _DELEGATES.c.id == delegations.c.delegate_id)
    .outerjoin(collections, collections.c.id == delegations.c.collection_id)
    .order_by(_OWNERS.c.login, _DELEGATES.c.login, delegations.c.id)
)


def list_given(db: Db, owner: PrincipalId, *, to: PrincipalId | None = None) -> list[Delegation]:
    """All that the owner gave, to one or to everybody, past and future ones included."""
    given = _ROWS.where(delegations.c.owner_id == owner)
    return _delegations(db, given if to is None else given.where(delegations.c.delegate_id == to))


def list_received(db: Db, delegate: PrincipalId, *, now: int) -> list[Delegation]:
    """What the delegate holds now."""
    return _delegations(db, _ROWS.where(delegations.c.delegate_id == delegate, in_force_at(now)))


def _delegations(db: Db, query: Select[Any]) -> list[Delegation]:
    return [
        Delegation(identifier, owner, to, Rights(rights), bool(sees_private), *rest)
        for identifier, owner, to, rights, sees_private, *rest in db.execute(query)
    ]
