"""The shelf of managed attachments: their octets, and the objects that bear them (RFC 8607)."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import bindparam, delete, exists, func, insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import ObjectId, PrincipalId
from calendars.kernel.prepared import Prepared
from calendars.model.attachments import Described, StoredAttachment
from calendars.storage import octets as shelf
from calendars.storage.tables import (
    attachments,
    calendar_objects,
    collections,
    object_attachments,
    octets,
    principals,
)

_A, _L, _O, _C = attachments.c, object_attachments.c, calendar_objects.c, collections.c


class NewAttachment(NamedTuple):
    """What somebody sent; its octets are kept already."""

    managed_id: str
    filename: str
    media_type: str
    size: int
    digest: str
    first_id: str | None = None
    """Under which id its first version came, where it takes another's place."""


def add(db: Db, new: NewAttachment, *, by: PrincipalId, now: int) -> None:
    """It names its octets; until an object bears it, it counts as unused."""
    shelf.touch(db, new.digest, now=now)
    row = {**new._asdict(), "made_by": by, "made_at": now, "unused_since": now}
    db.execute(insert(attachments).values(row))


def find(db: Db, managed_id: str) -> StoredAttachment | None:
    """The attachment of that id."""
    query = select(_A.filename, _A.media_type, octets.c.data, _A.made_by)
    query = query.join(octets, octets.c.digest == _A.digest)
    row = db.execute(query.where(_A.managed_id == managed_id)).first()
    return None if row is None else StoredAttachment(*row)


def describe(db: Db, managed_ids: Collection[str]) -> dict[str, Described]:
    """What is known of attachments, by their ids; those that are none are left out."""
    if not managed_ids:
        return {}
    first = func.coalesce(_A.first_id, _A.managed_id)
    query = select(
        _A.managed_id, _A.filename, _A.media_type, _A.size, _A.digest, first, _A.made_by, _A.made_at
    )
    rows = db.execute(query.where(_A.managed_id.in_(managed_ids)))
    return {row[0]: Described(*row) for row in rows}


def remove(db: Db, managed_ids: Collection[str]) -> None:
    """There are none of these ids any more, whatever still names them."""
    ids = select(_A.id).where(_A.managed_id.in_(managed_ids))
    db.execute(delete(object_attachments).where(_L.attachment_id.in_(ids)))
    db.execute(delete(attachments).where(_A.managed_id.in_(managed_ids)))


def known(db: Db, managed_ids: Collection[str]) -> frozenset[str]:
    """Those of the ids that there are."""
    query = select(_A.managed_id).where(_A.managed_id.in_(managed_ids))
    return frozenset(db.execute(query).scalars())


def bearers(db: Db, managed_id: str, reader: PrincipalId) -> list[tuple[str, str, str]]:
    """Owner, calendar and name of each object that bears it, the reader's own first."""
    query = (
        select(principals.c.login, _C.name, _O.name)
        .select_from(object_attachments)
        .join(attachments, _A.id == _L.attachment_id)
        .join(calendar_objects, _O.id == _L.object_id)
        .join(collections, _C.id == _O.collection_id)
        .join(principals, principals.c.id == _C.owner_id)
        .where(_A.managed_id == managed_id)
        .order_by(_C.owner_id != reader, _O.id)
    )
    return [(row[0], row[1], row[2]) for row in db.execute(query)]


_HELD = Prepared(
    select(_A.managed_id)
    .join(object_attachments, _A.id == _L.attachment_id)
    .where(_L.object_id == bindparam("object"))
)


def borne_by(db: Db, object_id: ObjectId) -> frozenset[str]:
    """The ids that an object bears."""
    return frozenset(row[0] for row in _HELD.rows(db, {"object": object_id}))


def link(db: Db, object_id: ObjectId, managed_ids: frozenset[str], *, now: int) -> None:
    """The object bears these and no other; what nobody bears any more is marked."""
    held = borne_by(db, object_id)
    gone, new = held - managed_ids, managed_ids - held
    if gone:
        ids = select(_A.id).where(_A.managed_id.in_(gone)).scalar_subquery()
        db.execute(
            delete(object_attachments).where(_L.object_id == object_id, _L.attachment_id.in_(ids))
        )
        mark_unused(db, gone, now=now)
    if new:
        ids_of = select(_A.id).where(_A.managed_id.in_(new))
        rows = [
            {"object_id": object_id, "attachment_id": one} for one in db.execute(ids_of).scalars()
        ]
        if rows:
            db.execute(insert(object_attachments), rows)
            db.execute(update(attachments).where(_A.managed_id.in_(new)).values(unused_since=None))


def mark_unused(db: Db, managed_ids: Collection[str], *, now: int) -> None:
    """Those of them that no object bears any more are kept for a while, and then forgotten."""
    if not managed_ids:
        return
    borne = exists().where(_L.attachment_id == _A.id)
    db.execute(
        update(attachments).where(_A.managed_id.in_(managed_ids), ~borne).values(unused_since=now)
    )


def forget(db: Db, *, before: int) -> int:
    """What nobody has borne since then goes; how many."""
    borne = exists().where(_L.attachment_id == _A.id)
    gone = db.execute(delete(attachments).where(_A.unused_since < before, ~borne))
    return int(gone.rowcount)
