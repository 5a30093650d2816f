"""The papers of an invitation, behind the reader's own link: his letter, and what all get (SEC-6).

Of what is not public none is ever mailed; here its reader finds it, as long as he is invited.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.attachments import StoredAttachment
from calendars.model.component import Component
from calendars.services.guard_attachments import attached_files
from notifications.covers import list_for, paper_for
from notifications.pages.page import Asked, Download, Sheet

STEP = "papers/"


def paper_asked_for(db: Db, asked: Asked, calendar: Component, *, named: bool) -> Download:
    """The file of that number, or one that the event bears (RFC 8607). Raises NotFound."""
    number = asked.step.removeprefix(STEP)
    for position, (mark, one) in enumerate(_borne(db, calendar), 1):
        if mark == number:
            name = one.filename if named else _neutral(one.filename, position)
            return Download(name, one.media_type, one.data)
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise NotFound("there is nothing here")
    link = asked.link
    paper = paper_for(db, (link.owner_id, link.about), link.recipient, int(number))
    if paper is None:
        raise NotFound("there is nothing here")
    name = paper.filename if named else _neutral(paper.filename, int(number))
    return Download(name, paper.media_type, paper.octets)


def with_papers(db: Db, asked: Asked, sheet: Sheet, calendar: Component, *, named: bool) -> Sheet:
    """The page of an invitation with what goes along with it; of what is not public no file is
    called as whoever wrote it called it."""
    link = asked.link
    listed: list[Mapping[str, object]] = [
        {
            "step": f"{STEP}{one.id}",
            "name": one.filename if named else _neutral(one.filename, one.id),
            "kilobytes": max(1, one.size // 1000),
        }
        for one in list_for(db, (link.owner_id, link.about), link.recipient)
    ]
    listed += [
        {
            "step": f"{STEP}{mark}",
            "name": one.filename if named else _neutral(one.filename, position),
            "kilobytes": max(1, len(one.data) // 1000),
        }
        for position, (mark, one) in enumerate(_borne(db, calendar), 1)
    ]
    return sheet._replace(facts={**sheet.facts, "papers": listed})


def _borne(db: Db, calendar: Component) -> list[tuple[str, StoredAttachment]]:
    """What the event bears; a file is found by what it holds, and its place tells no id."""
    return [(f"f{sha256(one.data).hexdigest()[:16]}", one) for one in attached_files(db, calendar)]


def _neutral(filename: str, number: int) -> str:
    ending = filename.rpartition(".")[2].lower()
    known = ending.isascii() and ending.isalnum() and len(ending) <= 5 and "." in filename
    return f"piece-{number}.{ending}" if known else f"piece-{number}"
