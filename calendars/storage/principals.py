"""The shelf of principals, their addresses and groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, bindparam, delete, exists, func, insert, or_, select, update

from calendars.kernel.audit import NOWHERE, Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict, NotFound
from calendars.kernel.identifiers import CredentialId, Login, PrincipalId
from calendars.kernel.prepared import Prepared
from calendars.model.calendar_user_address import (
    CalendarUserAddress,
    calendar_user_address,
    mailto,
)
from calendars.model.collation import search_key
from calendars.model.principal import Principal, PrincipalKind, Role
from calendars.storage.tables import (
    calendar_user_addresses,
    credentials,
    group_members,
    principals,
)

COLUMNS = (
    principals.c.id,
    principals.c.login,
    principals.c.kind,
    principals.c.role,
    principals.c.display_name,
    principals.c.email,
    principals.c.capacity,
    principals.c.disabled_at,
)
# One row for each address of the one principal.
_ONE = (
    select(*COLUMNS, calendar_user_addresses.c.address)
    .outerjoin(calendar_user_addresses, calendar_user_addresses.c.principal_id == principals.c.id)
    .order_by(calendar_user_addresses.c.position)
)
_BY_LOGIN = Prepared(_ONE.where(principals.c.login == bindparam("login")))
_BY_ID = Prepared(_ONE.where(principals.c.id == bindparam("id")))
_HOLDER = Prepared(
    _ONE.join(credentials, credentials.c.principal_id == principals.c.id).where(
        credentials.c.id == bindparam("credential"),
        credentials.c.secret == bindparam("secret"),
        credentials.c.revoked_at.is_(None),
        principals.c.disabled_at.is_(None),
    )
)
_HOLDERS = select(calendar_user_addresses.c.address, calendar_user_addresses.c.principal_id).where(
    calendar_user_addresses.c.address.in_(bindparam("addresses", expanding=True))
)
_BY_IDS = select(*COLUMNS).where(principals.c.id.in_(bindparam("keys", expanding=True)))
_BY_LOGINS = select(*COLUMNS).where(principals.c.login.in_(bindparam("keys", expanding=True)))
_ADDRESSES_OF = (
    select(calendar_user_addresses.c.principal_id, calendar_user_addresses.c.address)
    .where(calendar_user_addresses.c.principal_id.in_(bindparam("keys", expanding=True)))
    .order_by(calendar_user_addresses.c.position)
)

_KIND = Prepared(select(principals.c.kind).where(principals.c.id == bindparam("id")))


class LoginTaken(Conflict):
    """There is a principal of that login already."""


class AddressTaken(Conflict):
    """Another principal has that e-mail address."""


def principal_of(
    row: Sequence[Any], addresses: Sequence[str] = (), origin: Origin = NOWHERE
) -> Principal:
    """A row in the order of `COLUMNS` as a value."""
    identifier, login, kind, role, display_name, email, capacity, disabled_at = row
    return Principal(
        identifier,
        login,
        PrincipalKind(kind),
        Role(role),
        display_name,
        email,
        capacity,
        disabled_at is not None,
        tuple(addresses),
        origin,
    )


def find(db: Db, login: str) -> Principal | None:
    """The principal of that login with the addresses, None if there is none."""
    return _one(_BY_LOGIN.rows(db, {"login": login}))


def get(db: Db, login: str) -> Principal:
    """The principal of that login. Raises NotFound."""
    principal = find(db, login)
    if principal is None:
        raise NotFound(f"there is no account “{login}”")
    return principal


def get_by_id(db: Db, principal_id: PrincipalId) -> Principal:
    """The principal of that id. Raises NotFound."""
    principal = _one(_BY_ID.rows(db, {"id": principal_id}))
    if principal is None:
        raise NotFound("there is no such account")
    return principal


def kind_of(db: Db, principal_id: PrincipalId) -> PrincipalKind:
    """Person, room or what it is, of an id that is known to exist."""
    [(kind,)] = _KIND.rows(db, {"id": principal_id})
    return PrincipalKind(kind)


def holder_of(
    db: Db, credential: CredentialId, secret: str, origin: Origin = NOWHERE
) -> Principal | None:
    """Whose credential this is, None once it was revoked or changed or its account disabled."""
    return _one(_HOLDER.rows(db, {"credential": credential, "secret": secret}), origin)


def _one(rows: Sequence[Sequence[Any]], origin: Origin = NOWHERE) -> Principal | None:
    if not rows:
        return None
    return principal_of(rows[0][:-1], [row[-1] for row in rows if row[-1] is not None], origin)


def find_by_address(db: Db, address: str) -> Principal | None:
    """The principal of a calendar user address, compared without case (RFC 6638 §2.4.1)."""
    normal = calendar_user_address(address)
    return list_by_address(db, [normal]).get(normal)


def list_by_address(
    db: Db, addresses: Sequence[CalendarUserAddress]
) -> dict[CalendarUserAddress, Principal]:
    """The principals of those calendar user addresses; what is nobody's is left out."""
    holders = {
        CalendarUserAddress(address): PrincipalId(principal_id)
        for part in _portions(addresses)
        for address, principal_id in db.execute(_HOLDERS, {"addresses": part})
    }
    found = _list_by(db, _BY_IDS, list(dict.fromkeys(holders.values())))
    by_id = {principal.id: principal for principal in found}
    return {address: by_id[holder] for address, holder in holders.items()}


def list_by_login(db: Db, logins: Sequence[Login]) -> dict[Login, Principal]:
    """The principals of those logins; what is nobody's is left out."""
    return {principal.login: principal for principal in _list_by(db, _BY_LOGINS, logins)}


def _list_by(db: Db, query: Select[Any], keys: Sequence[Any]) -> list[Principal]:
    """Principals with their addresses, in two queries however many they are."""
    rows = [row for part in _portions(keys) for row in db.execute(query, {"keys": part})]
    addresses: dict[PrincipalId, list[str]] = {}
    for part in _portions([row[0] for row in rows]):
        for principal_id, address in db.execute(_ADDRESSES_OF, {"keys": part}):
            addresses.setdefault(principal_id, []).append(address)
    return [principal_of(row, addresses.get(row[0], ())) for row in rows]


def _portions(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(keys), 500):
        yield keys[start : start + 500]


def list_all(db: Db, *, kinds: Sequence[PrincipalKind] = tuple(PrincipalKind)) -> list[Principal]:
    """Every principal of those kinds, by login."""
    rows = db.execute(
        select(*COLUMNS)
        .where(principals.c.kind.in_([str(kind) for kind in kinds]))
        .order_by(principals.c.login)
    )
    return [principal_of(row) for row in rows]


def search(
    db: Db,
    asker: PrincipalId,
    words: Sequence[str],
    *,
    limit: int,
    kinds: Sequence[PrincipalKind] = tuple(PrincipalKind),
) -> list[Principal]:
    """Enabled principals of those kinds whose name, login or e-mail holds every word.

    Accents and capitals are of no matter, on either engine. The asker comes first, of
    whatever kind.
    """
    query = select(*COLUMNS).where(
        principals.c.disabled_at.is_(None),
        or_(principals.c.id == asker, principals.c.kind.in_([str(kind) for kind in kinds])),
    )
    for word in words:
        query = query.where(principals.c.search_key.contains(search_key(word), autoescape=True))
    rows = db.execute(
        query.order_by(principals.c.id != asker, principals.c.login).limit(limit)
    ).all()
    return [principal_of(row) for row in rows]


def add(db: Db, principal: Principal, *, now: int) -> PrincipalId:
    """A new principal with its addresses. Raises LoginTaken, AddressTaken."""
    if find(db, principal.login) is not None:
        raise LoginTaken(f"there is an account “{principal.login}” already")
    principal_id = PrincipalId(
        db.execute(
            insert(principals)
            .values(
                login=principal.login,
                kind=principal.kind,
                role=principal.role,
                display_name=principal.display_name,
                email=principal.email,
                search_key=search_key(
                    f"{principal.display_name}\n{principal.login}\n{principal.email or ''}"
                ),
                capacity=principal.capacity,
                created_at=now,
            )
            .returning(principals.c.id)
        ).scalar_one()
    )
    if principal.email:
        add_address(db, principal_id, mailto(principal.email))
    add_address(db, principal_id, uuid4().urn)
    return principal_id


def add_address(db: Db, principal_id: PrincipalId, address: str) -> None:
    """One more calendar user address. Raises AddressTaken."""
    normal = calendar_user_address(address)
    taken = select(exists().where(calendar_user_addresses.c.address == normal))
    if db.execute(taken).scalar_one():
        raise AddressTaken(f"the address {normal.removeprefix('mailto:')} is taken")
    position = select(func.count()).where(calendar_user_addresses.c.principal_id == principal_id)
    db.execute(
        insert(calendar_user_addresses).values(
            address=normal, principal_id=principal_id, position=position.scalar_subquery()
        )
    )


def set_disabled(db: Db, principal_id: PrincipalId, at: int | None) -> None:
    """From `at` on the account may not sign in; None lets it in again."""
    db.execute(update(principals).where(principals.c.id == principal_id).values(disabled_at=at))


def lock(db: Db, principal_id: PrincipalId) -> None:
    """Nobody else changes who belongs to that group until the transaction ends."""
    db.execute(select(principals.c.id).where(principals.c.id == principal_id).with_for_update())


def set_members(db: Db, group_id: PrincipalId, members: Sequence[PrincipalId]) -> None:
    """Exactly these are the members of the group from now on."""
    db.execute(delete(group_members).where(group_members.c.group_id == group_id))
    for member in members:
        db.execute(insert(group_members).values(group_id=group_id, member_id=member))


def members_of(db: Db, group_id: PrincipalId) -> list[Principal]:
    """The direct members of a group (RFC 3744 §4.3)."""
    rows = db.execute(
        select(*COLUMNS)
        .join(group_members, group_members.c.member_id == principals.c.id)
        .where(group_members.c.group_id == group_id)
        .order_by(principals.c.login)
    )
    return [principal_of(row) for row in rows]


def groups_of(db: Db, member_id: PrincipalId) -> list[Principal]:
    """The groups that a principal is a direct member of (RFC 3744 §4.4)."""
    rows = db.execute(
        select(*COLUMNS)
        .join(group_members, group_members.c.group_id == principals.c.id)
        .where(group_members.c.member_id == member_id)
        .order_by(principals.c.login)
    )
    return [principal_of(row) for row in rows]
