"""The shelf of passwords, application passwords and failed tries."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CredentialId, PrincipalId
from calendars.storage.tables import credentials, failed_logins, known_addresses

_C = credentials.c


class Credential(NamedTuple):
    """A secret by which a principal signs in."""

    id: CredentialId
    principal_id: PrincipalId
    kind: str
    label: str
    secret: str
    created_at: int
    last_used_at: int | None


_COLUMNS = tuple(_C[name] for name in Credential._fields)


def list_of(db: Db, principal_id: PrincipalId) -> list[Credential]:
    """What the principal may sign in with now."""
    rows = db.execute(
        select(*_COLUMNS)
        .where(_C.principal_id == principal_id, _C.revoked_at.is_(None))
        .order_by(_C.id)
    )
    return [Credential(*row) for row in rows]


def find_token(db: Db, digest: str) -> Credential | None:
    """The credential that a digest of a random secret belongs to."""
    row = db.execute(select(*_COLUMNS).where(_C.secret == digest, _C.revoked_at.is_(None))).first()
    return None if row is None else Credential(*row)


def add(
    db: Db, principal_id: PrincipalId, kind: str, secret: str, *, label: str = "", now: int
) -> CredentialId:
    """One more way to sign in."""
    return CredentialId(
        db.execute(
            insert(credentials)
            .values(
                principal_id=principal_id, kind=kind, label=label, secret=secret, created_at=now
            )
            .returning(_C.id)
        ).scalar_one()
    )


def revoke(
    db: Db,
    principal_id: PrincipalId,
    *,
    credential: CredentialId | None = None,
    kind: str | None = None,
    now: int,
) -> int:
    """End one credential of a principal, or all of a kind; how many were ended."""
    ended = update(credentials).where(_C.principal_id == principal_id, _C.revoked_at.is_(None))
    if credential is not None:
        ended = ended.where(_C.id == credential)
    if kind is not None:
        ended = ended.where(_C.kind == kind)
    return db.execute(ended.values(revoked_at=now)).rowcount


def touch(db: Db, credential: CredentialId, *, now: int) -> None:
    """The credential was used."""
    db.execute(update(credentials).where(_C.id == credential).values(last_used_at=now))


def count_failures(
    db: Db, *, since: int, login: str | None = None, address: str | None = None
) -> int:
    """Wrong passwords for a login, from an address, or both."""
    query = select(func.count()).select_from(failed_logins).where(failed_logins.c.at >= since)
    if login is not None:
        query = query.where(failed_logins.c.login == login)
    if address is not None:
        query = query.where(failed_logins.c.address == address)
    return db.execute(query).scalar_one()


def add_failure(db: Db, login: str, address: str, *, now: int, keep_since: int) -> None:
    """One wrong password; tries from before `keep_since` are forgotten."""
    forget_failures(db, before=keep_since)
    db.execute(insert(failed_logins).values(login=login[:255], address=address[:64], at=now))


def forget_failures(db: Db, *, before: int) -> int:
    """Wrong passwords from before an instant count no more; how many there were."""
    return db.execute(delete(failed_logins).where(failed_logins.c.at < before)).rowcount


def knows_address(db: Db, principal_id: PrincipalId, address: str) -> bool:
    """The principal has signed in from there before."""
    known = known_addresses.c
    query = select(
        exists().where(known.principal_id == principal_id, known.address == address[:64])
    )
    return bool(db.execute(query).scalar_one())


def remember_address(db: Db, principal_id: PrincipalId, address: str, *, now: int) -> None:
    """The principal has signed in from there; a client's many connections may say so at once."""
    insert_or = sqlite.insert if db.dialect.name == "sqlite" else postgresql.insert
    seen = insert_or(known_addresses).values(
        principal_id=principal_id, address=address[:64], seen_at=now
    )
    key = [known_addresses.c.principal_id, known_addresses.c.address]
    db.execute(seen.on_conflict_do_update(index_elements=key, set_={"seen_at": now}))
