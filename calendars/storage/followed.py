"""What changed in all calendars since somebody looked: for what follows them as a client does.

Who follows keeps the number of the last change that he saw of each calendar; what costs grows with
the changes, not with what stands there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, ObjectId, PrincipalId
from calendars.kernel.prepared import Prepared, PreparedForMany
from calendars.storage.tables import calendar_objects, collections, principals, tombstones

_C, _T, _G = collections.c, calendar_objects.c, tombstones.c


class Heard(NamedTuple):
    """A calendar, and the number of its last change."""

    id: CollectionId
    modseq: int


class FollowedObject(NamedTuple):
    """An object as who follows sees it: where it stands, and its text."""

    id: ObjectId
    collection_id: CollectionId
    owner_id: PrincipalId
    uid: str
    component: str
    visibility: str
    modseq: int
    recurring: bool
    alarmed: bool
    ends_at: int
    """Of its last instance; NEVER_AFTER where it goes on."""
    written_at: int
    data: bytes
    written_by: PrincipalId | None = None
    starts_at: int = 0
    """Of its first instance."""


_HEARD = Prepared(
    select(_C.id, _C.modseq)
    .join(principals, principals.c.id == _C.owner_id)
    .where(_C.kind == "CALENDAR", principals.c.kind != "ROOM", principals.c.kind != "RESOURCE")
    .order_by(_C.id)
)
_OBJECT = (
    _T.id,
    _T.collection_id,
    _C.owner_id,
    *(_T[name] for name in FollowedObject._fields[3:]),
)
_CHANGED = Prepared(
    select(*_OBJECT)
    .join(collections, _C.id == _T.collection_id)
    .where(_T.collection_id == bindparam("collection"), _T.modseq > bindparam("since"))
    .order_by(_T.modseq)
    .limit(bindparam("limit"))
)
_GONE = Prepared(
    select(_G.object_id)
    .where(
        _G.collection_id == bindparam("collection"),
        _G.modseq > bindparam("since"),
        _G.object_id.is_not(None),
    )
    .order_by(_G.modseq)
)
_BY_IDS = PreparedForMany(
    lambda ids: (
        select(*_OBJECT)
        .join(collections, _C.id == _T.collection_id)
        .where(_T.id.in_(ids), _C.kind == "CALENDAR")
    )
)


def list_heard(db: Db) -> list[Heard]:
    """The calendars of people and groups; rooms and vehicles have nobody to be told anything."""
    return list(map(Heard._make, _HEARD.rows(db, {})))


def list_changed(
    db: Db, collection: CollectionId, *, since: int, limit: int
) -> list[FollowedObject]:
    """Objects whose last change is later, in the order of the changes."""
    values = {"collection": collection, "since": since, "limit": limit}
    return list(map(_followed, _CHANGED.rows(db, values)))


def list_gone(db: Db, collection: CollectionId, *, since: int) -> list[ObjectId]:
    """Objects that went since; their names may stand for others by now."""
    values = {"collection": collection, "since": since}
    return [ObjectId(row[0]) for row in _GONE.rows(db, values)]


def list_by_id(db: Db, ids: Sequence[ObjectId]) -> list[FollowedObject]:
    """Those that are still there, in calendars that are not removed."""
    return list(map(_followed, _BY_IDS.rows(db, ids, {})))


def _followed(row: Sequence[Any]) -> FollowedObject:
    return FollowedObject._make((*row[:7], bool(row[7]), bool(row[8]), *row[9:]))
