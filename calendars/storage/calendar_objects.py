"""The shelf of calendar object resources, their tombstones and their earlier versions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, insert, null, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, Etag, ObjectId, PrincipalId, VersionId
from calendars.kernel.prepared import Prepared, PreparedForMany
from calendars.model.window import Window
from calendars.storage import object_masks
from calendars.storage.object_masks import PUBLIC, Told
from calendars.storage.tables import calendar_objects, collections, object_versions, tombstones

_T = calendar_objects.c


class StoredObject(NamedTuple):
    """One calendar object with its text."""

    id: ObjectId
    collection_id: CollectionId
    name: str
    uid: str
    component: str
    visibility: str
    etag: Etag
    schedule_tag: str | None
    modseq: int
    size: int
    recurring: bool
    floating: bool
    created_at: int
    written_at: int
    data: bytes


class ObjectValues(NamedTuple):
    """What a write says about an object: its text and what is indexed of it."""

    uid: str
    component: str
    visibility: str
    etag: Etag
    size: int
    recurring: bool
    floating: bool
    alarmed: bool
    starts_at: int
    ends_at: int
    indexed_from: int
    indexed_until: int
    written_at: int
    written_by: PrincipalId | None
    data: bytes
    schedule_tag: str | None = None


class ChangedName(NamedTuple):
    """One line of the change log: a name, and its entity tag unless it is gone."""

    modseq: int
    name: str
    etag: str | None
    visibility: str | None


class HeldUid(NamedTuple):
    """Where a UID stands, and with which text."""

    collection_id: CollectionId
    uid: str
    name: str
    etag: Etag


class ObjectVersion(NamedTuple):
    """What stood at a name until somebody overwrote or deleted it."""

    id: VersionId
    collection_id: CollectionId
    name: str
    uid: str
    etag: str
    written_at: int
    written_by: PrincipalId | None
    replaced_at: int
    replaced_by: PrincipalId | None
    deed: str
    data: bytes


_COLUMNS = tuple(_T[name] for name in StoredObject._fields)
_BY_NAME = Prepared(
    select(*_COLUMNS).where(
        _T.collection_id == bindparam("collection"), _T.name == bindparam("name")
    )
)
_BY_NAMES = PreparedForMany(
    lambda names: select(*_COLUMNS).where(
        _T.collection_id == bindparam("collection"), _T.name.in_(names)
    )
)
_BY_IDS = PreparedForMany(lambda ids: select(*_COLUMNS).where(_T.id.in_(ids)))
_NAME_OF_UID = Prepared(
    select(_T.name).where(_T.collection_id == bindparam("collection"), _T.uid == bindparam("uid"))
)
_OF_PERSON = Prepared(
    select(*_COLUMNS)
    .join(collections, collections.c.id == _T.collection_id)
    .where(
        collections.c.owner_id == bindparam("owner"),
        collections.c.kind == "CALENDAR",
        _T.uid == bindparam("uid"),
    )
    .order_by(_T.schedule_tag.is_(None), _T.id)
)
_OF_PEOPLE = (
    select(collections.c.owner_id, *_COLUMNS)
    .join(collections, collections.c.id == _T.collection_id)
    .where(
        collections.c.owner_id.in_(bindparam("owners", expanding=True)),
        collections.c.kind == "CALENDAR",
        _T.uid.in_(bindparam("uids", expanding=True)),
    )
    .order_by(_T.schedule_tag.is_(None), _T.id)
)
_HELD_UIDS = select(_T.collection_id, _T.uid, _T.name, _T.etag).where(
    _T.collection_id.in_(bindparam("collections", expanding=True)),
    _T.uid.in_(bindparam("uids", expanding=True)),
)
_IDS_OF_UID = PreparedForMany(
    lambda collections: select(_T.id).where(
        _T.collection_id.in_(collections), _T.uid == bindparam("uid")
    )
)
_CHANGED_OBJECTS = Prepared(
    select(_T.modseq, _T.name, _T.etag, _T.visibility)
    .where(_T.collection_id == bindparam("collection"), _T.modseq > bindparam("since"))
    .order_by(_T.modseq)
    .limit(bindparam("limit"))
)
_TAGS = Prepared(
    select(_T.name, _T.etag).where(_T.collection_id == bindparam("collection")).order_by(_T.modseq)
)
_CHANGED_TOMBSTONES = Prepared(
    select(tombstones.c.modseq, tombstones.c.name, null(), null())
    .where(
        tombstones.c.collection_id == bindparam("collection"),
        tombstones.c.modseq > bindparam("since"),
    )
    .order_by(tombstones.c.modseq)
    .limit(bindparam("limit"))
)
_UNLIMITED = 2**31 - 1
_INSERT = Prepared(
    insert(calendar_objects)
    .values(
        {
            name: bindparam(name)
            for name in ("collection_id", "name", "modseq", "created_at", *ObjectValues._fields)
        }
    )
    .returning(_T.id)
)
_UPDATE = update(calendar_objects).where(_T.id == bindparam("object_id"))
_DIG_UP = Prepared(
    delete(tombstones)
    .where(
        tombstones.c.collection_id == bindparam("collection"),
        tombstones.c.name == bindparam("name"),
    )
    # Those who knew by another name what stood there still have to hear that it went.
    .returning(tombstones.c.object_id, tombstones.c.visibility, tombstones.c.modseq)
)
_KEEP_VERSION = insert(object_versions).from_select(
    [column.name for column in object_versions.c if column.name != "id"],
    select(
        _T.collection_id,
        _T.name,
        _T.uid,
        _T.component,
        _T.visibility,
        _T.etag,
        _T.written_at,
        _T.written_by,
        bindparam("at"),
        bindparam("by"),
        bindparam("deed"),
        _T.schedule_tag,
        _T.data,
    ).where(_T.id == bindparam("object_id")),
)


def find(db: Db, collection: CollectionId, name: str) -> StoredObject | None:
    """The object of that name."""
    row = _BY_NAME.first(db, {"collection": collection, "name": name})
    return None if row is None else _stored(row)


def _stored(row: Sequence[Any]) -> StoredObject:
    return StoredObject._make((*row[:10], bool(row[10]), bool(row[11]), *row[12:]))


def list_named(db: Db, collection: CollectionId, names: Collection[str]) -> list[StoredObject]:
    """The objects of those names; a name that is not there is left out."""
    return list(map(_stored, _BY_NAMES.rows(db, list(names), {"collection": collection})))


def name_of_uid(db: Db, collection: CollectionId, uid: str) -> str | None:
    """The name under which the collection holds a UID."""
    row = _NAME_OF_UID.first(db, {"collection": collection, "uid": uid})
    return None if row is None else str(row[0])


def list_of_person(db: Db, owner: PrincipalId, uid: str) -> list[StoredObject]:
    """Where a person's calendars hold a UID, scheduling objects first."""
    return list(map(_stored, _OF_PERSON.rows(db, {"owner": owner, "uid": uid})))


def list_of_people(
    db: Db, wanted: Sequence[tuple[PrincipalId, str]]
) -> dict[tuple[PrincipalId, str], StoredObject]:
    """Where the calendars of several people hold the UIDs wanted of each."""
    pairs, owners = set(wanted), sorted({owner for owner, _ in wanted})
    found: dict[tuple[PrincipalId, str], StoredObject] = {}
    for start in range(0, len(wanted), 500):
        values = {"owners": owners, "uids": [uid for _, uid in wanted[start : start + 500]]}
        for owner, *row in db.execute(_OF_PEOPLE, values):
            stored = _stored(row)
            if (owner, stored.uid) in pairs:
                found.setdefault((owner, stored.uid), stored)
    return found


def names_of_meetings(db: Db, collection: CollectionId) -> list[str]:
    """The scheduling objects of a calendar, oldest first."""
    query = select(_T.name).where(_T.collection_id == collection, _T.schedule_tag.is_not(None))
    return list(db.execute(query.order_by(_T.id)).scalars())


def list_held(db: Db, inside: Collection[CollectionId], uids: Sequence[str]) -> list[HeldUid]:
    """Where the collections hold those UIDs; one that they do not hold is left out."""
    found: list[HeldUid] = []
    for start in range(0, len(uids), 500):
        values = {"collections": list(inside), "uids": uids[start : start + 500]}
        found.extend(HeldUid(*row) for row in db.execute(_HELD_UIDS, values))
    return found


def ids_of_uid(db: Db, collections: Sequence[CollectionId], uid: str) -> list[ObjectId]:
    """The objects of one UID, in whichever of the collections."""
    return [ObjectId(row[0]) for row in _IDS_OF_UID.rows(db, collections, {"uid": uid})]


def each_of(
    db: Db, collection: CollectionId, *, component: str | None = None
) -> Iterator[StoredObject]:
    """Every object of the collection with its text, by id, a few hundred in memory at a time."""
    query = select(*_COLUMNS).where(_T.collection_id == collection).order_by(_T.id)
    if component is not None:
        query = query.where(_T.component == component)
    with db.execute(query, execution_options={"yield_per": 200}) as rows:
        for row in rows:
            yield StoredObject(*row)


def list_by_id(db: Db, ids: Sequence[ObjectId]) -> list[StoredObject]:
    """The objects of those ids."""
    found: list[StoredObject] = []
    for start in range(0, len(ids), 500):
        found.extend(map(_stored, _BY_IDS.rows(db, ids[start : start + 500], {})))
    return found


def list_tags(db: Db, collection: CollectionId) -> list[tuple[str, str]]:
    """Names and entity tags of all objects, as the index has them: there may be many thousands."""
    return _TAGS.rows(db, {"collection": collection})


def list_changed(
    db: Db, collection: CollectionId, *, since: int, limit: int | None = None
) -> list[ChangedName]:
    """Names whose last change is later than `since`, in the order of the changes."""
    values = {"collection": collection, "since": since, "limit": limit or _UNLIMITED}
    changed = list(map(ChangedName._make, _CHANGED_OBJECTS.rows(db, values)))
    if since > 0:
        gone = list(map(ChangedName._make, _CHANGED_TOMBSTONES.rows(db, values)))
        if gone:
            changed = sorted(changed + gone)
    return changed if limit is None else changed[:limit]


def add(
    db: Db, collection: CollectionId, name: str, values: ObjectValues, *, modseq: int
) -> ObjectId:
    """A new object; the tombstone of an earlier one of its name goes."""
    for gone_id, visibility, gone_at in _DIG_UP.rows(db, {"collection": collection, "name": name}):
        if {visibility or PUBLIC, values.visibility} != {PUBLIC}:
            gone = Told(ObjectId(gone_id or 0), collection, name, gone_at, values.written_at)
            object_masks.log_class(db, gone, visibility or PUBLIC)
    row = values._asdict()
    row |= {"collection_id": collection, "name": name, "modseq": modseq}
    [(added,)] = _INSERT.rows(db, {"created_at": values.written_at, **row})
    return ObjectId(added)


def overwrite(db: Db, object_id: ObjectId, values: ObjectValues, *, modseq: int) -> None:
    """New text for an object; the old one is kept in its history."""
    db.execute(
        _KEEP_VERSION,
        {
            "object_id": object_id,
            "at": values.written_at,
            "by": values.written_by,
            "deed": "OVERWRITE",
        },
    )
    db.execute(_UPDATE, {"object_id": object_id, "modseq": modseq, **values._asdict()})


def remove(
    db: Db,
    stored: StoredObject,
    *,
    by: PrincipalId | None,
    modseq: int,
    now: int,
    deed: str = "DELETE",
) -> None:
    """The object goes; its text stays in the history, its name as a tombstone."""
    db.execute(_KEEP_VERSION, {"object_id": stored.id, "at": now, "by": by, "deed": deed})
    db.execute(delete(calendar_objects).where(_T.id == stored.id))
    db.execute(
        insert(tombstones).values(
            collection_id=stored.collection_id,
            name=stored.name,
            modseq=modseq,
            deleted_at=now,
            object_id=stored.id,
            visibility=stored.visibility,
        )
    )


_VERSION_COLUMNS = tuple(object_versions.c[name] for name in ObjectVersion._fields)


def list_versions(db: Db, collection: CollectionId, name: str) -> list[ObjectVersion]:
    """What stood at a name before, latest first."""
    rows = db.execute(
        select(*_VERSION_COLUMNS)
        .where(object_versions.c.collection_id == collection, object_versions.c.name == name)
        .order_by(object_versions.c.id.desc())
    )
    return [ObjectVersion(*row) for row in rows]


def list_deleted(db: Db, collection: CollectionId, *, limit: int) -> list[ObjectVersion]:
    """The last deletions of a collection, latest first."""
    rows = db.execute(
        select(*_VERSION_COLUMNS)
        .where(object_versions.c.collection_id == collection, object_versions.c.deed == "DELETE")
        .order_by(object_versions.c.id.desc())
        .limit(limit)
    )
    return [ObjectVersion(*row) for row in rows]


def find_version(db: Db, version: VersionId) -> ObjectVersion | None:
    """One earlier version."""
    row = db.execute(select(*_VERSION_COLUMNS).where(object_versions.c.id == version)).first()
    return None if row is None else ObjectVersion(*row)


def set_index(db: Db, object_id: ObjectId, extent: Window, complete: Window) -> None:
    """The bounds of an object, and the window in which all its instances are indexed."""
    db.execute(
        update(calendar_objects)
        .where(_T.id == object_id)
        .values(
            starts_at=extent.start,
            ends_at=extent.end,
            indexed_from=complete.start,
            indexed_until=complete.end,
        )
    )


def ids_of_floating(db: Db, collection: CollectionId) -> list[ObjectId]:
    """Objects whose instants depend on the collection's zone."""
    query = select(_T.id).where(_T.collection_id == collection, _T.floating)
    return list(db.execute(query).scalars())
