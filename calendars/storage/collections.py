"""The shelf of calendar homes and the collections in them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, delete, false, insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, PrincipalId
from calendars.kernel.prepared import Prepared
from calendars.model.calendar_collection import DEFAULT_COMPONENTS, CalendarCollection
from calendars.model.principal import CollectionKind, PrincipalKind
from calendars.storage.tables import collections, principals, tombstones

COLUMNS = (
    collections.c.id,
    collections.c.owner_id,
    principals.c.login,
    collections.c.kind,
    collections.c.name,
    collections.c.display_name,
    collections.c.description,
    collections.c.color,
    collections.c.display_order,
    collections.c.timezone,
    collections.c.timezone_id,
    collections.c.components,
    collections.c.transparent,
    collections.c.modseq,
    collections.c.incarnation,
    collections.c.oldest_modseq,
    principals.c.kind,
    collections.c.shared,
)
_EVERY: Select[Any] = select(*COLUMNS).join(principals, principals.c.id == collections.c.owner_id)
_ALL = _EVERY.where(collections.c.kind != CollectionKind.REMOVED.value)
_BY_PATH = Prepared(
    _ALL.where(principals.c.login == bindparam("login"), collections.c.name == bindparam("name"))
)
_INBOX = Prepared(
    _ALL.where(collections.c.owner_id == bindparam("owner"), collections.c.kind == "INBOX")
)
_BY_ID = _EVERY.where(collections.c.id == bindparam("id"))
_COUNTED = _ALL.where(
    collections.c.owner_id.in_(bindparam("owners", expanding=True)),
    collections.c.kind == CollectionKind.CALENDAR.value,
    collections.c.transparent == false(),
)
_NEXT_MODSEQ = Prepared(
    update(collections)
    .where(collections.c.id == bindparam("collection"))
    .values(modseq=collections.c.modseq + 1)
    .returning(collections.c.modseq)
)
_LOCK = (
    select(collections.c.id)
    .where(collections.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(collections.c.id)
    .with_for_update()
)
_OF_OWNERS = select(collections.c.id).where(
    collections.c.owner_id.in_(bindparam("owners", expanding=True)),
    collections.c.kind.in_(("CALENDAR", "INBOX")),
)

HOME_NAME = ""


def collection_of(row: Sequence[Any]) -> CalendarCollection:
    """A row in the order of `COLUMNS` as a value."""
    values = list(row)
    values[3] = CollectionKind(values[3])
    values[11] = tuple(values[11].split(","))
    values[12] = bool(values[12])
    values[16] = PrincipalKind(values[16])
    values[17] = bool(values[17])
    return CalendarCollection(*values)


def find(db: Db, login: str, name: str) -> CalendarCollection | None:
    """The collection at /calendars/{login}/{name}/, the home itself where the name is empty."""
    row = _BY_PATH.first(db, {"login": login, "name": name})
    return None if row is None else collection_of(row)


def get_by_id(db: Db, collection_id: CollectionId) -> CalendarCollection:
    """The collection of that id, which is known to exist, if only as a removed one."""
    return collection_of(db.execute(_BY_ID, {"id": collection_id}).one())


def list_of(db: Db, login: str) -> list[CalendarCollection]:
    """What stands in a home, the home itself left out, oldest first."""
    rows = db.execute(
        _ALL.where(principals.c.login == login, collections.c.name != HOME_NAME).order_by(
            collections.c.id
        )
    )
    return [collection_of(row) for row in rows]


def list_counted(db: Db, owners: Sequence[PrincipalId]) -> list[CalendarCollection]:
    """The calendars of these principals that make them busy (RFC 6638 §9.1)."""
    rows = db.execute(_COUNTED, {"owners": owners})
    return [collection_of(row) for row in rows]


def home_of(db: Db, owner: PrincipalId) -> CollectionId:
    """The home that every principal has."""
    query = select(collections.c.id).where(
        collections.c.owner_id == owner, collections.c.name == HOME_NAME
    )
    return CollectionId(db.execute(query).scalar_one())


def id_of_kind(db: Db, owner: PrincipalId, kind: CollectionKind) -> CollectionId:
    """The one collection of a kind that every principal has one of."""
    query = select(collections.c.id).where(
        collections.c.owner_id == owner, collections.c.kind == kind.value
    )
    return CollectionId(db.execute(query).scalar_one())


def calendar_paths_of(db: Db, owners: Sequence[PrincipalId]) -> list[tuple[str, str]]:
    """Login and name of every calendar of these principals."""
    query = (
        select(principals.c.login, collections.c.name)
        .join(principals, principals.c.id == collections.c.owner_id)
        .where(
            collections.c.owner_id.in_(owners),
            collections.c.kind == CollectionKind.CALENDAR.value,
        )
        .order_by(principals.c.login, collections.c.id)
    )
    return [(login, name) for login, name in db.execute(query)]


class NewCollection(NamedTuple):
    """What a collection starts with."""

    owner: PrincipalId
    kind: CollectionKind
    name: str
    timezone_id: str
    display_name: str | None = None
    components: tuple[str, ...] = DEFAULT_COMPONENTS


def add(db: Db, new: NewCollection, *, now: int) -> CollectionId:
    """A new collection, with an incarnation that no earlier one at this path had."""
    return CollectionId(
        db.execute(
            insert(collections)
            .values(
                owner_id=new.owner,
                kind=new.kind.value,
                name=new.name,
                display_name=new.display_name,
                timezone_id=new.timezone_id,
                components=",".join(new.components),
                incarnation=secrets.token_hex(16),
                created_at=now,
            )
            .returning(collections.c.id)
        ).scalar_one()
    )


def set_columns(db: Db, collection_id: CollectionId, values: dict[str, object]) -> None:
    """New values of the named columns."""
    db.execute(update(collections).where(collections.c.id == collection_id).values(**values))


def must_lock(db: Db) -> bool:
    """A write transaction of SQLite has the whole store to itself already."""
    return db.dialect.name != "sqlite"


def lock(db: Db, *collection_ids: CollectionId) -> None:
    """Nobody else writes in these collections until the transaction ends.

    A deed locks before it looks at what it will change, so that If-Match and the rule of one UID
    are decided on what is there. In the order of the ids, lest two wait for each other.
    """
    if must_lock(db):
        db.execute(_LOCK, {"ids": sorted(set(collection_ids))}).all()


def ids_of_owners(db: Db, owners: Sequence[PrincipalId]) -> list[CollectionId]:
    """The calendars and inboxes of these people: what a scheduling deed may write to."""
    return list(db.execute(_OF_OWNERS, {"owners": list(owners)}).scalars())


def find_inbox(db: Db, owner: PrincipalId) -> CalendarCollection | None:
    """A person's scheduling inbox (RFC 6638 §2.2)."""
    row = _INBOX.first(db, {"owner": owner})
    return None if row is None else collection_of(row)


def next_modseq(db: Db, collection_id: CollectionId) -> int:
    """The number of the next change.

    The row stays locked until the transaction ends, so that changes become visible in the order
    of their numbers and no sync can pass one that is still being written.
    """
    [(modseq,)] = _NEXT_MODSEQ.rows(db, {"collection": collection_id})
    return int(modseq)


def mark_changed(db: Db, home: CollectionId, collection_id: CollectionId) -> None:
    """The home learns that a collection in it is new or has new properties."""
    set_columns(db, collection_id, {"home_modseq": next_modseq(db, home)})


def list_changed(db: Db, home: CalendarCollection, *, since: int) -> list[CalendarCollection]:
    """Collections that are new or have new properties since a change of the home."""
    rows = db.execute(
        _ALL.where(
            collections.c.owner_id == home.owner_id,
            collections.c.name != HOME_NAME,
            collections.c.home_modseq > since,
        ).order_by(collections.c.id)
    )
    return [collection_of(row) for row in rows]


def list_gone(db: Db, home: CollectionId, *, since: int) -> list[str]:
    """Names of collections that went since a change of the home."""
    gone = tombstones.c
    return list(
        db.execute(
            select(gone.name).where(gone.collection_id == home, gone.modseq > since)
        ).scalars()
    )


def remove(db: Db, home: CollectionId, collection: CalendarCollection, *, now: int) -> None:
    """Out of everybody's reach; its objects and their history are kept, its name is free."""
    values = {
        "kind": CollectionKind.REMOVED.value,
        "name": f"/{collection.id}",  # what no path can name
        "former_name": collection.name,
        "removed_at": now,
    }
    set_columns(db, collection.id, values)
    bury(db, home, collection.name, now=now)


def bury(db: Db, home: CollectionId, name: str, *, now: int) -> None:
    """A tombstone for clients that follow the home."""
    dig_up(db, home, name)
    modseq = next_modseq(db, home)
    db.execute(
        insert(tombstones).values(collection_id=home, name=name, modseq=modseq, deleted_at=now)
    )


def dig_up(db: Db, home: CollectionId, name: str) -> None:
    """A collection of that name is there again."""
    gone = tombstones.c
    db.execute(delete(tombstones).where(gone.collection_id == home, gone.name == name))
