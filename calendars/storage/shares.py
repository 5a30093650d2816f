"""The shelf of shares: which calendar was offered to whom, and what he said."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Select, delete, exists, insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, PrincipalId
from calendars.model.share import ShareAccess, ShareState
from calendars.storage.tables import collections, principals, shares


class Share(NamedTuple):
    """One offer, with the names of both."""

    uid: str
    access: ShareAccess
    state: ShareState
    summary: str
    calendar_id: CollectionId
    calendar: str
    owner_id: PrincipalId
    owner: str
    owner_name: str
    sharee_id: PrincipalId
    sharee: str
    sharee_name: str


_OWNERS, _SHAREES = principals.alias("owners"), principals.alias("sharees")
_ROWS = (
    select(
        shares.c.uid,
        shares.c.access,
        shares.c.state,
        shares.c.summary,
        shares.c.collection_id,
        collections.c.name,
        _OWNERS.c.id,
        _OWNERS.c.login,
        _OWNERS.c.display_name,
        _SHAREES.c.id,
        _SHAREES.c.login,
        _SHAREES.c.display_name,
    )
    .join(collections, collections.c.id == shares.c.collection_id)
    .join(_OWNERS, _OWNERS.c.id == collections.c.owner_id)
    .join(_SHAREES, _SHAREES.c.id == shares.c.sharee_id)
    .order_by(_SHAREES.c.login)
)


def _shares(db: Db, query: Select[Any]) -> list[Share]:
    return [
        Share(uid, ShareAccess(access), ShareState(state), *rest)
        for uid, access, state, *rest in db.execute(query)
    ]


def list_of(db: Db, calendar: CollectionId) -> list[Share]:
    """To whom a calendar was offered."""
    return _shares(db, _ROWS.where(shares.c.collection_id == calendar))


def find(db: Db, calendar: CollectionId, sharee: PrincipalId) -> Share | None:
    """The offer of a calendar to one person."""
    wanted = _ROWS.where(shares.c.collection_id == calendar, shares.c.sharee_id == sharee)
    return next(iter(_shares(db, wanted)), None)


def find_by_uid(db: Db, uid: str, sharee: PrincipalId) -> Share | None:
    """The offer of that id, if it was made to this person."""
    wanted = _ROWS.where(shares.c.uid == uid, shares.c.sharee_id == sharee)
    return next(iter(_shares(db, wanted)), None)


def add(
    db: Db, calendar: CollectionId, sharee: PrincipalId, uid: str, values: dict[str, object]
) -> None:
    """A calendar is offered to somebody."""
    db.execute(insert(shares).values(collection_id=calendar, sharee_id=sharee, uid=uid, **values))
    _mark(db, calendar)


def change(db: Db, share: Share, values: dict[str, object]) -> None:
    """New values of the named columns."""
    db.execute(update(shares).where(shares.c.uid == share.uid).values(**values))


def remove(db: Db, share: Share) -> None:
    """It is not offered to him any more."""
    db.execute(delete(shares).where(shares.c.uid == share.uid))
    _mark(db, share.calendar_id)


def _mark(db: Db, calendar: CollectionId) -> None:
    """The calendar knows whether it is shared: its row is read at each request anyway."""
    offered = exists().where(shares.c.collection_id == calendar)
    db.execute(
        update(collections)
        .where(collections.c.id == calendar)
        .values(shared=select(offered).scalar_subquery())
    )
