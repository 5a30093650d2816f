"""The shelf of papers that go along with letters: the same octets are kept once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from calendars.kernel.database import Db
from notifications.post import Paper
from notifications.tables import outbox_papers, papers

_A, _P = outbox_papers.c, papers.c


def attach(db: Db, message: int, files: Sequence[Paper], *, now: int) -> None:
    """These are the papers of a message, in that order, and no others."""
    db.execute(delete(outbox_papers).where(_A.outbox_id == message))
    if not files:
        return
    keep(db, files, now=now)
    rows = [
        {
            "outbox_id": message,
            "position": position,
            "digest": file.digest,
            "filename": file.filename,
            "media_type": file.media_type,
        }
        for position, file in enumerate(files)
    ]
    db.execute(insert(outbox_papers), rows)


def keep(db: Db, files: Sequence[Paper], *, now: int) -> None:
    """Their octets are there from now on."""
    kept = select(_P.digest).where(_P.digest.in_({file.digest for file in files}))
    known = set(db.execute(kept).scalars())
    fresh = {file.digest: file.octets for file in files if file.digest not in known}
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    for digest, octets in fresh.items():
        row = {"digest": digest, "octets": octets, "kept_at": now}
        # Another transaction may keep the same just now.
        db.execute(dialect.insert(papers).values(row).on_conflict_do_nothing())


def papers_of(db: Db, message: int) -> tuple[Paper, ...]:
    """What goes along with a message."""
    query = (
        select(_A.filename, _A.media_type, _P.octets)
        .join(papers, _P.digest == _A.digest)
        .where(_A.outbox_id == message)
        .order_by(_A.position)
    )
    return tuple(Paper(*row) for row in db.execute(query))


def digests_of(db: Db, messages: Sequence[int]) -> frozenset[str]:
    """What went along with any of these messages."""
    query = select(_A.digest).where(_A.outbox_id.in_(messages)).distinct()
    return frozenset(db.execute(query).scalars()) if messages else frozenset()
