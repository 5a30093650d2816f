"""What goes along with invitations to a meeting: letters and papers (COM-13, MTG-7).

They are kept beside the meeting, not in it: a letter may be for one reader alone. With a public
meeting they are attached; of any other they are shown behind the reader's own link (SEC-6).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, func, insert, select

from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict, InvalidInput
from calendars.kernel.identifiers import PrincipalId
from notifications import papers
from notifications.post import Paper
from notifications.tables import cover_papers
from notifications.tables import papers as kept

EVERYBODY = ""
MOST_PAPERS = 400
"""Of one meeting: a letter for each of 300 people, and what all of them get."""
MOST_OCTETS = 8 * 2**20
"""For one reader together; relays refuse more."""

_C, _P = cover_papers.c, kept.c
_TYPE = re.compile(r"(?!multipart/|message/)[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}")


class TooManyPapers(Conflict):
    """More than a meeting may have, or than one mail can carry."""


class BadMediaType(InvalidInput):
    """Not the type of a file."""


class CoverPaper(NamedTuple):
    """A file of a meeting, without its octets."""

    id: int
    recipient: str
    """`mailto:…`; empty: everybody."""
    filename: str
    media_type: str
    size: int
    added_at: int


def add_paper(
    db: Db, meeting: tuple[PrincipalId, str], paper: Paper, recipient: str = EVERYBODY, *, now: int
) -> CoverPaper:
    """One more file for everybody, or for one reader; one of the same name takes its place.

    Raises TooManyPapers, BadMediaType.
    """
    if not _TYPE.fullmatch(paper.media_type):
        raise BadMediaType("not the type of a file")
    mine = (*_of(meeting), _C.recipient == recipient)
    db.execute(delete(cover_papers).where(*mine, _C.filename == paper.filename))
    number = db.execute(select(func.count()).where(*_of(meeting))).scalar_one()
    read = select(func.coalesce(func.sum(_C.size), 0)).where(
        *_of(meeting), _C.recipient.in_((recipient, EVERYBODY))
    )
    if number >= MOST_PAPERS or db.execute(read).scalar_one() + len(paper.octets) > MOST_OCTETS:
        raise TooManyPapers("a meeting has no room for more papers")
    papers.keep(db, [paper], now=now)
    owner_id, uid = meeting
    row = {
        "owner_id": owner_id, "uid": uid, "recipient": recipient, "digest": paper.digest,
        "filename": paper.filename, "media_type": paper.media_type,
        "size": len(paper.octets), "added_at": now,
    }  # fmt: skip
    added = db.execute(insert(cover_papers).values(row).returning(_C.id)).scalar_one()
    return CoverPaper(added, recipient, paper.filename, paper.media_type, len(paper.octets), now)


def list_papers(db: Db, meeting: tuple[PrincipalId, str]) -> list[CoverPaper]:
    """All files of a meeting, those for everybody first."""
    query = select(*(_C[name] for name in CoverPaper._fields)).where(*_of(meeting))
    return [CoverPaper(*row) for row in db.execute(query.order_by(_C.recipient, _C.id))]


def remove_paper(db: Db, meeting: tuple[PrincipalId, str], number: int) -> bool:
    """That file goes along no more; False if the meeting has none of that number."""
    query = delete(cover_papers).where(*_of(meeting), _C.id == number).returning(_C.id)
    return db.execute(query).first() is not None


def papers_for(db: Db, meeting: tuple[PrincipalId, str], reader: str) -> tuple[Paper, ...]:
    """What one reader gets, his own letter first."""
    query = (
        select(_C.filename, _C.media_type, _P.octets)
        .join(kept, _P.digest == _C.digest)
        .where(*_of(meeting), _C.recipient.in_((reader, EVERYBODY)))
        .order_by(_C.recipient.desc(), _C.id)
    )
    return tuple(Paper(*row) for row in db.execute(query))


def list_for(db: Db, meeting: tuple[PrincipalId, str], reader: str) -> list[CoverPaper]:
    """What one reader gets, without the octets."""
    mine = [one for one in list_papers(db, meeting) if one.recipient in {reader, EVERYBODY}]
    return sorted(mine, key=lambda one: (one.recipient == EVERYBODY, one.id))


def paper_for(db: Db, meeting: tuple[PrincipalId, str], reader: str, number: int) -> Paper | None:
    """One of the files that a reader gets; None for another's and for none at all."""
    query = (
        select(_C.filename, _C.media_type, _P.octets)
        .join(kept, _P.digest == _C.digest)
        .where(*_of(meeting), _C.id == number, _C.recipient.in_((reader, EVERYBODY)))
    )
    row = db.execute(query).first()
    return None if row is None else Paper(*row)


def _of(meeting: tuple[PrincipalId, str]) -> tuple[ColumnElement[bool], ...]:
    owner_id, uid = meeting
    return _C.owner_id == owner_id, _C.uid == uid
