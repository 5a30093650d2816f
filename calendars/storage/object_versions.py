"""The shelf of earlier versions: what stood at a name, who wrote it, and who took it away.

Whose eyes a version is for is part of each query: `sees` are the classes whose content the reader
sees (SEC-2).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, exists, select

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, ObjectId, VersionId
from calendars.model.entry import ENTRIES
from calendars.storage.tables import calendar_objects, object_versions, principals

_V = object_versions.c
_T = calendar_objects.c
_writers = principals.alias("writers")
_replacers = principals.alias("replacers")


class Author(NamedTuple):
    """Who wrote or removed a version."""

    login: str
    display_name: str


class EarlierVersion(NamedTuple):
    """What stood at a name until somebody overwrote or deleted it."""

    id: VersionId
    name: str
    component: str
    visibility: str
    etag: str
    written_at: int
    written_by: Author | None
    replaced_at: int
    replaced_by: Author | None
    deed: str
    """OVERWRITE, DELETE or MOVE."""
    data: bytes


_COLUMNS = (
    _V.id,
    _V.name,
    _V.component,
    _V.visibility,
    _V.etag,
    _V.written_at,
    _V.replaced_at,
    _V.deed,
    _V.data,
    _writers.c.login,
    _writers.c.display_name,
    _replacers.c.login,
    _replacers.c.display_name,
)


def _of(collection: CollectionId) -> Select[Any]:
    return (
        select(*_COLUMNS)
        .outerjoin(_writers, _writers.c.id == _V.written_by)
        .outerjoin(_replacers, _replacers.c.id == _V.replaced_by)
        .where(_V.collection_id == collection)
        .order_by(_V.id.desc())
    )


def list_of(
    db: Db,
    collection: CollectionId,
    name: str,
    *,
    sees: Collection[str],
    before: int | None,
    limit: int,
) -> list[EarlierVersion]:
    """What stood at a name before, latest first, from the version before `before` on."""
    query = _of(collection).where(_V.name == name)
    return _some(db, query, sees=sees, before=before, limit=limit)


def list_deleted(
    db: Db, collection: CollectionId, *, sees: Collection[str], before: int | None, limit: int
) -> list[EarlierVersion]:
    """The last version of each object that was deleted and is not back, latest first."""
    later = object_versions.alias("later")
    same = and_(
        later.c.collection_id == _V.collection_id,
        later.c.name == _V.name,
        later.c.uid == _V.uid,
        later.c.id > _V.id,
    )
    back = and_(_T.collection_id == _V.collection_id, _T.name == _V.name, _T.uid == _V.uid)
    query = _of(collection).where(_V.deed == "DELETE", ~exists().where(same), ~exists().where(back))
    return _some(db, query, sees=sees, before=before, limit=limit)


def find(
    db: Db, collection: CollectionId, name: str, version: VersionId, *, sees: Collection[str]
) -> EarlierVersion | None:
    """One version of what stood at a name."""
    query = _of(collection).where(_V.name == name, _V.id == version)
    found = _some(db, query, sees=sees, before=None, limit=1)
    return found[0] if found else None


def text_known_as(
    db: Db, collection: CollectionId, name: str, *, etags: Collection[str], schedule_tag: str | None
) -> bytes | None:
    """What a client edited that names these entity tags, else the oldest text under the
    Schedule-Tag that it names; None where nothing of that stood at the name.
    """
    at_name = select(_V.data).where(_V.collection_id == collection, _V.name == name)
    if etags:
        query = at_name.where(_V.etag.in_(sorted(etags))).order_by(_V.id.desc())
    else:
        query = at_name.where(_V.schedule_tag == schedule_tag).order_by(_V.id)
    found: bytes | None = db.execute(query.limit(1)).scalar()
    return found


def last_of(db: Db, collection: CollectionId, name: str) -> VersionId | None:
    """What stood at a name last."""
    query = select(_V.id).where(_V.collection_id == collection, _V.name == name)
    found: VersionId | None = db.execute(query.order_by(_V.id.desc()).limit(1)).scalar()
    return found


def last_visibility(db: Db, collection: CollectionId, name: str) -> str | None:
    """The class of what stood at a name last, None if nothing ever did."""
    query = (
        select(_V.visibility)
        .where(_V.collection_id == collection, _V.name == name)
        .order_by(_V.id.desc())
        .limit(1)
    )
    visibility: str | None = db.execute(query).scalar()
    return visibility


def author_of(db: Db, object_id: ObjectId) -> Author | None:
    """Who wrote the present text of an object."""
    query = (
        select(_writers.c.login, _writers.c.display_name)
        .join(calendar_objects, _T.written_by == _writers.c.id)
        .where(_T.id == object_id)
    )
    row = db.execute(query).first()
    return None if row is None else Author(*row)


def _some(
    db: Db, query: Select[Any], *, sees: Collection[str], before: int | None, limit: int
) -> list[EarlierVersion]:
    query = query.where(_V.visibility.in_(sorted(sees)), _V.component.in_(ENTRIES)).limit(limit)
    if before is not None:
        query = query.where(_V.id < before)
    return [_version(*row) for row in db.execute(query)]


def _version(*values: Any) -> EarlierVersion:  # noqa: ANN401 - a row in the order of _COLUMNS
    (identifier, name, component, visibility, etag, written_at, replaced_at, deed, data) = values[
        :9
    ]
    writer, writer_name, replacer, replacer_name = values[9:]
    return EarlierVersion(
        identifier,
        name,
        component,
        visibility,
        etag,
        written_at,
        None if writer is None else Author(writer, writer_name),
        replaced_at,
        None if replacer is None else Author(replacer, replacer_name),
        deed,
        data,
    )
