"""The shelf of tombstones: what went, until every client may be taken to have heard of it."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update

from calendars.kernel.database import Db
from calendars.storage.tables import collections, tombstones


def prune(db: Db, *, before: int) -> int:
    """Forget deletions from before an instant; how many there were.

    A sync token from before such a deletion could no longer tell of it: it ends (SEC-11).
    """
    gone = tombstones.c
    last_forgotten = db.execute(
        select(gone.collection_id, func.max(gone.modseq))
        .where(gone.deleted_at < before)
        .group_by(gone.collection_id)
    ).all()
    for collection_id, modseq in last_forgotten:
        db.execute(
            update(collections)
            .where(collections.c.id == collection_id, collections.c.oldest_modseq < modseq)
            .values(oldest_modseq=modseq)
        )
    return db.execute(delete(tombstones).where(gone.deleted_at < before)).rowcount
