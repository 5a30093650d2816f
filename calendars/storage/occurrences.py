"""The shelf of occurrences: the index that answers time ranges without reading calendars.

An interval overlaps a window when it starts before the window ends and ends after it starts. An
index cannot hold both bounds, so intervals of up to 32 days are looked for between 32 days before
the window and its end; the few longer ones stand apart and are all looked at (docs/adr/0006).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    bindparam,
    delete,
    false,
    func,
    insert,
    select,
    true,
    union,
    union_all,
)

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, ObjectId
from calendars.kernel.prepared import Prepared, PreparedForMany
from calendars.model.window import NEVER_BEFORE, Window
from calendars.storage.tables import calendar_objects, occurrences

LONG = 32 * 86_400
_O = occurrences.c
_T = calendar_objects.c


class IndexedInstance(NamedTuple):
    """One row of the index; instants in epoch seconds UTC."""

    starts_at: int
    ends_at: int
    recurrence_id: int | None
    busy: str


BusyHit: TypeAlias = tuple[CollectionId, ObjectId, int, int, str]
"""Where an instance that takes time stands, its start and end, and its kind: as the driver gives
it, for there are thousands."""


class Hit(NamedTuple):
    """An instance that overlaps the window."""

    object_id: ObjectId
    starts_at: int
    ends_at: int
    recurrence_id: int | None
    busy: str


class Waiting(NamedTuple):
    """Occurrences of one object that are asked of a resource and not answered (RES-1)."""

    object_id: ObjectId
    starts_at: int
    ends_at: int
    """Of the first one."""
    occurrences: int


_HIT = (_O.object_id, _O.starts_at, _O.ends_at, _O.recurrence_id, _O.busy)


def _hits(collections: Sequence[BindParameter[Any]]) -> CompoundSelect[Any]:
    in_window = (
        _O.collection_id.in_(collections),
        _O.component == bindparam("component"),
        _O.starts_at < bindparam("end"),
        _O.ends_at > bindparam("start"),
    )
    return union_all(
        select(*_HIT).where(*in_window, _O.long == false(), _O.starts_at > bindparam("earliest")),
        select(*_HIT).where(*in_window, _O.long == true()),
    )


def _busy(collections: Sequence[BindParameter[Any]]) -> CompoundSelect[Any]:
    """The columns of the range index and no other: the rows themselves are not touched."""
    columns = (_O.collection_id, _O.object_id, _O.starts_at, _O.ends_at, _O.busy)
    in_window = (
        _O.collection_id.in_(collections),
        _O.component == bindparam("component"),
        _O.starts_at < bindparam("end"),
        _O.ends_at > bindparam("start"),
        _O.busy != bindparam("free", "F"),
    )
    return union_all(
        select(*columns).where(
            *in_window, _O.long == false(), _O.starts_at > bindparam("earliest")
        ),
        select(*columns).where(*in_window, _O.long == true()),
    )


def _beyond(collections: Sequence[BindParameter[Any]]) -> CompoundSelect[Any]:
    """The instances of these objects in the window are not all in the index.

    Two index ranges, both empty for a window near today.
    """
    recurring = (
        _T.collection_id.in_(collections),
        _T.component == bindparam("component"),
        _T.recurring,
        _T.starts_at < bindparam("end"),
        _T.ends_at > bindparam("start"),
    )
    return union(
        select(_T.id).where(*recurring, _T.indexed_until < bindparam("end")),
        select(_T.id).where(*recurring, _T.indexed_from > bindparam("start")),
    )


_HITS = PreparedForMany(_hits)
_BUSY = PreparedForMany(_busy)
_BEYOND = PreparedForMany(_beyond)
_REMOVE = Prepared(delete(occurrences).where(_O.object_id == bindparam("object")))
_INSERT = Prepared(insert(occurrences).values({name: bindparam(name) for name in _O.keys()}))  # noqa: SIM118


def list_overlapping(
    db: Db, collections: Sequence[CollectionId], component: str, window: Window
) -> list[Hit]:
    """Indexed instances of a component type that overlap the window."""
    values = {
        "component": component,
        "start": window.start,
        "end": window.end,
        "earliest": window.start - LONG,
    }
    return list(map(Hit._make, _HITS.rows(db, collections, values)))


def list_busy(
    db: Db, collections: Sequence[CollectionId], component: str, window: Window
) -> list[BusyHit]:
    """Indexed instances that take time in a window, of however many collections."""
    values = {
        "component": component,
        "start": window.start,
        "end": window.end,
        "earliest": window.start - LONG,
    }
    return _BUSY.rows(db, collections, values)


def list_beyond(
    db: Db, collections: Sequence[CollectionId], component: str, window: Window
) -> list[ObjectId]:
    """Recurring objects that may have instances in the window that the index does not hold."""
    values = {"component": component, "start": window.start, "end": window.end}
    return [ObjectId(row[0]) for row in _BEYOND.rows(db, collections, values)]


def list_waiting(db: Db, collection: CollectionId, since: int) -> list[Waiting]:
    """What is tentative in a calendar and ends after an instant, by object."""
    rows = db.execute(
        select(_O.object_id, func.min(_O.starts_at), func.min(_O.ends_at), func.count())
        .where(_O.collection_id == collection, _O.component == "VEVENT")
        .where(_O.busy == "T", _O.ends_at > since)
        .group_by(_O.object_id)
    )
    return [Waiting(ObjectId(number), *rest) for number, *rest in rows]


def replace(
    db: Db,
    object_id: ObjectId,
    collection: CollectionId,
    component: str,
    instances: Iterable[IndexedInstance],
    *,
    fresh: bool = False,
) -> None:
    """These are the indexed instances of the object from now on; a fresh object had none."""
    if not fresh:
        _REMOVE.run(db, {"object": object_id})
    rows = [
        {
            "object_id": object_id,
            "collection_id": collection,
            "component": component,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "recurrence_id": recurrence_id,
            "busy": busy,
            "long": ends_at - starts_at > LONG,
        }
        for starts_at, ends_at, recurrence_id, busy in instances
    ]
    if rows:
        _INSERT.run_each(db, rows)


def list_to_extend(
    db: Db, *, before: int, limit: int, after: ObjectId | None = None
) -> list[ObjectId]:
    """Objects behind `after` whose index ends before an instant although they go on.

    Those that are not indexed at all stay so.
    """
    return list(
        db.execute(
            select(_T.id)
            .where(_T.recurring, _T.indexed_until < before, _T.indexed_until < _T.ends_at)
            .where(_T.id > (after or 0), _T.indexed_until > NEVER_BEFORE)
            .order_by(_T.id)
            .limit(limit)
        ).scalars()
    )
