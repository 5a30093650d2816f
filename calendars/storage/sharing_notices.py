"""The shelf of notifications about shares, one for each share in the collection of each side."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Select, delete, insert, select

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, Etag
from calendars.model.share import NoticeKind, ShareAccess, ShareState
from calendars.storage import collections
from calendars.storage.tables import principals, sharing_notices, tombstones

_N = sharing_notices.c


class NewNotice(NamedTuple):
    """What is told, and by whom."""

    kind: NoticeKind
    share_uid: str
    other_id: int
    host: tuple[str, str]
    access: ShareAccess
    state: ShareState
    summary: str

    @property
    def name(self) -> str:
        """Of one share the newest word alone is kept."""
        return f"{self.share_uid}.xml"


class Notice(NamedTuple):
    """One notification, as its reader gets it; `other` is who offers, or who answered."""

    id: int
    name: str
    kind: NoticeKind
    share_uid: str
    other: str
    other_name: str
    host: tuple[str, str]
    access: ShareAccess
    state: ShareState
    summary: str
    modseq: int
    at: int

    @property
    def etag(self) -> Etag:
        """Strong: a notification that changes is another one."""
        return Etag(f"n{self.id}")


_ROWS = (
    select(
        _N.id,
        _N.name,
        _N.kind,
        _N.share_uid,
        principals.c.login,
        principals.c.display_name,
        _N.host_login,
        _N.host_name,
        _N.access,
        _N.state,
        _N.summary,
        _N.modseq,
        _N.at,
    )
    .join(principals, principals.c.id == _N.other_id)
    .order_by(_N.id)
)


def _notices(db: Db, query: Select[Any]) -> list[Notice]:
    return [
        Notice(
            identifier,
            name,
            NoticeKind(kind),
            uid,
            other,
            other_name,
            (host_login, host_name),
            ShareAccess(access),
            ShareState(state),
            summary,
            modseq,
            at,
        )
        for (
            identifier,
            name,
            kind,
            uid,
            other,
            other_name,
            host_login,
            host_name,
            access,
            state,
            summary,
            modseq,
            at,
        ) in db.execute(query)
    ]


def list_of(db: Db, box: CollectionId, *, since: int = 0) -> list[Notice]:
    """What is in a notification collection, or came into it since a change."""
    return _notices(db, _ROWS.where(_N.collection_id == box, _N.modseq > since))


def find(db: Db, box: CollectionId, name: str) -> Notice | None:
    """The notification of that name."""
    wanted = _ROWS.where(_N.collection_id == box, _N.name == name)
    return next(iter(_notices(db, wanted)), None)


def list_gone(db: Db, box: CollectionId, *, since: int) -> list[str]:
    """Names of those that went since a change."""
    gone = tombstones.c
    query = select(gone.name).where(gone.collection_id == box, gone.modseq > since)
    return list(db.execute(query).scalars())


def put(db: Db, box: CollectionId, new: NewNotice, *, now: int) -> None:
    """A notification, in the place of an earlier one about the same share."""
    db.execute(delete(sharing_notices).where(_N.collection_id == box, _N.name == new.name))
    collections.dig_up(db, box, new.name)
    db.execute(
        insert(sharing_notices).values(
            collection_id=box,
            name=new.name,
            kind=new.kind,
            share_uid=new.share_uid,
            other_id=new.other_id,
            host_login=new.host[0],
            host_name=new.host[1],
            access=new.access,
            state=new.state,
            summary=new.summary,
            modseq=collections.next_modseq(db, box),
            at=now,
        )
    )


def remove(db: Db, box: CollectionId, name: str, *, now: int) -> bool:
    """It was read; whether it was there."""
    there = db.execute(
        delete(sharing_notices).where(_N.collection_id == box, _N.name == name)
    ).rowcount
    if there:
        collections.bury(db, box, name, now=now)
    return bool(there)
