"""The shelf of masks: what those see of an object who may not see its content (SEC-2, SEC-3).

Rows stand here for objects that are not PUBLIC, and for nothing else: whoever sees all of a
calendar never looks at them. `view_changes` remembers who had an object in which view before a
change of its class or of its people, so that a synchronisation can take that view away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, func, insert, select, union_all

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, Etag, ObjectId
from calendars.kernel.prepared import Prepared, PreparedForMany
from calendars.model.principal import Visibility
from calendars.model.visibility import Mask
from calendars.storage.tables import (
    calendar_objects,
    collections,
    object_masks,
    object_participants,
    tombstones,
    view_changes,
)

_T, _M, _P = calendar_objects.c, object_masks.c, object_participants.c
_L, _G = view_changes.c, tombstones.c
PUBLIC = str(Visibility.PUBLIC)

_MASK_COLUMNS = (_M.object_id, _M.etag, _M.written_at, _M.data)
_TAGS = select(_M.modseq, _M.object_id, _M.etag, _T.visibility).join(
    calendar_objects, _T.id == _M.object_id
)
_BY_IDS = PreparedForMany(lambda ids: select(*_MASK_COLUMNS).where(_M.object_id.in_(ids)))


_TAG = Prepared(select(_M.etag).where(_M.object_id == bindparam("object")))
_DROP_MASK = Prepared(delete(object_masks).where(_M.object_id == bindparam("object")))
_DROP_PEOPLE = Prepared(delete(object_participants).where(_P.object_id == bindparam("object")))
_PEOPLE = Prepared(select(_P.participant).where(_P.object_id == bindparam("object")))
_ADD_MASK = Prepared(
    insert(object_masks).values({column.name: bindparam(column.name) for column in _M})
)
_ADD_PERSON = Prepared(
    insert(object_participants).values({column.name: bindparam(column.name) for column in _P})
)
_ADD_CHANGE = Prepared(
    insert(view_changes).values(
        {column.name: bindparam(column.name) for column in _L if column.name != "id"}
    )
)
_MEMBERS = Prepared(
    select(_T.modseq, _T.id, _T.name, _T.etag, _T.visibility).where(
        _T.collection_id == bindparam("collection"), _T.modseq > bindparam("since")
    )
)
_CHANGED_TAGS = Prepared(
    _TAGS.where(_M.collection_id == bindparam("collection"), _M.modseq > bindparam("since"))
)
_GONE = Prepared(
    select(_G.modseq, _G.name, _G.object_id, _G.visibility).where(
        _G.collection_id == bindparam("collection"), _G.modseq > bindparam("since")
    )
)
_JOINED = PreparedForMany(
    lambda marks: select(_P.object_id).where(
        _P.collection_id == bindparam("collection"), _P.participant.in_(marks)
    )
)


class Told(NamedTuple):
    """Where an object stands, and the change that is being made."""

    object_id: ObjectId
    collection_id: CollectionId
    name: str
    modseq: int
    now: int


class Member(NamedTuple):
    """A member of a collection: its last change, and its tag in full and as a mask."""

    modseq: int
    id: ObjectId
    name: str
    etag: Etag
    visibility: str


class MaskTag(NamedTuple):
    """The last change of the mask of an object that shows, and its tag."""

    modseq: int
    id: ObjectId
    etag: Etag
    visibility: str


class Gone(NamedTuple):
    """A name that stands for nothing any more, and what stood there."""

    modseq: int
    name: str
    object_id: ObjectId | None
    visibility: str | None


class ViewChange(NamedTuple):
    """An object was seen otherwise before: by its class, or by one who takes part in it."""

    modseq: int
    object_id: ObjectId
    name: str
    visibility: str | None
    """The class before; None where it is about one participant."""
    participant: str | None
    saw: bool
    """That participant saw all of it before."""


# --- writing -----------------------------------------------------------------------------------


def keep(db: Db, told: Told, mask: Mask) -> None:
    """The mask of an object; one that tells the same stays untouched, its date included."""
    held = _TAG.first(db, {"object": mask.object_id})
    if held is not None:
        if held[0] == mask.etag:
            return
        _DROP_MASK.run(db, {"object": mask.object_id})
    row = {**mask._asdict(), "collection_id": told.collection_id, "modseq": told.modseq}
    _ADD_MASK.run(db, row)


def drop(db: Db, object_id: ObjectId) -> None:
    """The object is PUBLIC now: it has no mask and no list of people."""
    _DROP_MASK.run(db, {"object": object_id})
    _DROP_PEOPLE.run(db, {"object": object_id})


def participants(db: Db, object_id: ObjectId) -> frozenset[str]:
    """The marks of those who see all of an object that is not PUBLIC."""
    return frozenset(row[0] for row in _PEOPLE.rows(db, {"object": object_id}))


def set_participants(db: Db, told: Told, marks: Collection[str]) -> None:
    """Who sees all of it from now on."""
    _DROP_PEOPLE.run(db, {"object": told.object_id})
    rows = [
        {"object_id": told.object_id, "collection_id": told.collection_id, "participant": mark}
        for mark in sorted(marks)
    ]
    if rows:
        _ADD_PERSON.run_each(db, rows)


def log_class(db: Db, told: Told, visibility: str) -> None:
    """The object was of that class until this change."""
    _log(db, told, [{"visibility": visibility, "participant": None, "saw": False}])


def log_people(db: Db, told: Told, marks: Iterable[str], *, saw: bool) -> None:
    """These took part until this change, or from it on."""
    rows: list[dict[str, object]] = [
        {"visibility": None, "participant": mark, "saw": saw} for mark in sorted(marks)
    ]
    _log(db, told, rows)


def _log(db: Db, told: Told, rows: Sequence[dict[str, object]]) -> None:
    common = {
        "collection_id": told.collection_id,
        "object_id": told.object_id,
        "name": told.name,
        "modseq": told.modseq,
        "at": told.now,
    }
    if rows:
        _ADD_CHANGE.run_each(db, [{**common, **row} for row in rows])


def prune(db: Db, *, before: int) -> int:
    """Forget changes of views from before an instant; a token from before them ends."""
    last = db.execute(
        select(_L.collection_id, func.max(_L.modseq))
        .where(_L.at < before)
        .group_by(_L.collection_id)
    ).all()
    for collection_id, modseq in last:
        db.execute(
            collections.update()
            .where(collections.c.id == collection_id, collections.c.oldest_modseq < modseq)
            .values(oldest_modseq=modseq)
        )
    return db.execute(delete(view_changes).where(_L.at < before)).rowcount


# --- reading -----------------------------------------------------------------------------------


def list_masks(db: Db, ids: Sequence[ObjectId]) -> dict[ObjectId, Mask]:
    """The masks of those objects; what has none is left out."""
    found: dict[ObjectId, Mask] = {}
    for start in range(0, len(ids), 500):
        for object_id, etag, written_at, data in _BY_IDS.rows(db, ids[start : start + 500], {}):
            found[object_id] = Mask(object_id, etag, written_at, bytes(data))
    return found


def list_joined(db: Db, collection: CollectionId, marks: Collection[str]) -> frozenset[ObjectId]:
    """The objects that are not PUBLIC and in which somebody takes part."""
    rows = _JOINED.rows(db, sorted(marks), {"collection": collection})
    return frozenset(row[0] for row in rows)


def list_members(db: Db, collection: CollectionId, *, since: int) -> list[Member]:
    """Members whose last change, seen in full, is later than `since`."""
    values = {"collection": collection, "since": since}
    return list(map(Member._make, _MEMBERS.rows(db, values)))


def list_tags(db: Db, collection: CollectionId, *, since: int) -> list[MaskTag]:
    """Masks that changed since."""
    values = {"collection": collection, "since": since}
    return list(map(MaskTag._make, _CHANGED_TAGS.rows(db, values)))


def list_tags_of(db: Db, ids: Sequence[ObjectId]) -> list[MaskTag]:
    """The masks of those objects, whenever they changed."""
    return [MaskTag(*row) for row in db.execute(_TAGS.where(_M.object_id.in_(ids)))] if ids else []


def list_gone(db: Db, collection: CollectionId, *, since: int) -> list[Gone]:
    """Names that went since."""
    values = {"collection": collection, "since": since}
    return list(map(Gone._make, _GONE.rows(db, values)))


def list_view_changes(
    db: Db, collection: CollectionId, marks: Collection[str], *, since: int
) -> list[ViewChange]:
    """Changes of class since, and changes of whether somebody takes part."""
    query = select(_L.modseq, _L.object_id, _L.name, _L.visibility, _L.participant, _L.saw).where(
        _L.collection_id == collection,
        _L.modseq > since,
        _L.participant.is_(None) | _L.participant.in_(sorted(marks)),
    )
    return [ViewChange(*row) for row in db.execute(query)]


def last_change(
    db: Db, collection: CollectionId, sees: Collection[str], marks: Collection[str]
) -> int:
    """The last change that somebody sees of a collection, 0 if there was none."""
    values: dict[str, object] = {"collection": collection}
    values |= {f"seen_{number}": one for number, one in enumerate(sorted(sees))}
    values |= {f"mark_{number}": one for number, one in enumerate(sorted(marks))}
    rows = _last_change(len(sees), len(marks)).rows(db, values)
    return max((row[0] for row in rows if row[0] is not None), default=0)


@cache
def _last_change(classes: int, marks: int) -> Prepared:
    """The statement for so many classes and marks: a reader has one or two, and a few."""
    here: BindParameter[int] = bindparam("collection")
    seen: list[BindParameter[str]] = [bindparam(f"seen_{number}") for number in range(classes)]
    his: list[BindParameter[str]] = [bindparam(f"mark_{number}") for number in range(marks)]
    joined = select(func.max(_T.modseq)).join(object_participants, _P.object_id == _T.id)
    about_him = _L.participant.is_(None) | _L.participant.in_(his)
    return Prepared(
        union_all(
            select(func.max(_T.modseq)).where(_T.collection_id == here, _T.visibility.in_(seen)),
            joined.where(_P.collection_id == here, _P.participant.in_(his)),
            select(func.max(_M.modseq)).where(_M.collection_id == here),
            select(func.max(_G.modseq)).where(_G.collection_id == here),
            select(func.max(_L.modseq)).where(_L.collection_id == here, about_him),
        )
    )
