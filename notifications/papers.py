"""The shelf of papers that go along with letters: the same octets are kept once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, exists, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from calendars.kernel.database import Db
from notifications.post import Paper
from notifications.tables import cover_papers, outbox, outbox_papers, papers

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
    digests = {file.digest for file in files}
    # Whoever forgets at this moment waits for that, and finds that they are needed again.
    touched = update(papers).where(_P.digest.in_(digests)).values(kept_at=now)
    known = set(db.execute(touched.returning(_P.digest)).scalars())
    fresh = {file.digest: file.octets for file in files if file.digest not in known}
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    for digest, octets in fresh.items():
        row = {"digest": digest, "octets": octets, "kept_at": now}
        # Another transaction may keep the same just now.
        db.execute(dialect.insert(papers).values(row).on_conflict_do_nothing())


def has_unused(db: Db, *, before: int) -> bool:
    """Some file goes with nothing any more."""
    return db.execute(select(_P.digest).where(*_unused(before)).limit(1)).first() is not None


def forget(db: Db, *, before: int, limit: int) -> int:
    """Files that go with nothing any more are gone; how many that were (SEC-10).

    What was sent and is forgotten keeps their digests: they prove which files those were.
    """
    unused = _unused(before)
    some = select(_P.digest).where(*unused).limit(limit).scalar_subquery()
    return int(db.execute(delete(papers).where(_P.digest.in_(some), *unused)).rowcount)


def _unused(before: int) -> tuple[ColumnElement[bool], ...]:
    sent = select(_A.digest).join(outbox, outbox.c.id == _A.outbox_id)
    needed = sent.where(_A.digest == _P.digest, outbox.c.body_digest.is_(None)).exists()
    covered = exists().where(cover_papers.c.digest == _P.digest)
    return _P.kept_at < before, ~needed, ~covered


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
