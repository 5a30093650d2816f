"""References in a table (DIR-5): its columns by their French names, dates as people write them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from calendars.kernel.errors import InvalidInput
from calendars.model.written_days import plain, read_day
from scheduler.references.model import Direction, Kind, Mark, Subject

MAX_LINES = 20_000
_COLUMNS = {
    "systeme": "system", "system": "system", "numero": "number", "number": "number",
    "n": "number", "date": "date", "sens": "direction", "direction": "direction",
    "objet": "kind", "type": "kind", "kind": "kind", "cle": "key", "key": "key",
    "reference": "key", "proprietaire": "owner", "agenda": "owner", "owner": "owner",
}  # fmt: skip
_NEEDED = ("system", "number", "kind", "key")
_DIRECTIONS = {
    "recu": Direction.RECEIVED, "arrivee": Direction.RECEIVED, "entrant": Direction.RECEIVED,
    "received": Direction.RECEIVED, "envoye": Direction.SENT, "depart": Direction.SENT,
    "sortant": Direction.SENT, "sent": Direction.SENT,
}  # fmt: skip
_KINDS = {
    "reunion": Kind.MEETING, "meeting": Kind.MEETING, "demande": Kind.DIARY_REQUEST,
    "diary-request": Kind.DIARY_REQUEST, "evenement": Kind.CALENDAR_OBJECT,
    "tache": Kind.CALENDAR_OBJECT, "calendar-object": Kind.CALENDAR_OBJECT,
    "echeance": Kind.DEADLINE, "deadline": Kind.DEADLINE,
}  # fmt: skip


class BadTable(InvalidInput):
    """The file is no table of references."""


class Fault(StrEnum):
    """Why a line cannot be taken."""

    UNREADABLE = "unreadable"
    BAD_DATE = "bad-date"
    BAD_DIRECTION = "bad-direction"
    BAD_KIND = "bad-kind"
    NO_SYSTEM = "no-system"
    BAD_NUMBER = "bad-number"
    NOT_FOUND = "not-found"
    READ_ONLY = "read-only"
    TAKEN = "taken"


class Line(NamedTuple):
    """A line of the table: what it says, or why it says nothing."""

    at: int
    """As the file counts them, its headings being the first."""
    system: str
    number: str
    mark: Mark | None = None
    subject: Subject | None = None
    fault: Fault | None = None


def read_table(content: bytes, *, today: date) -> list[Line]:
    """The lines of a CSV file; semicolons or commas, UTF-8 or as old programs write.

    Raises BadTable.
    """
    text = _decoded(content)
    head, _, _ = text.partition("\n")
    separator = ";" if head.count(";") >= head.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        columns = _columns(next(reader, []))
        return list(_lines(reader, columns, today))
    except csv.Error:
        raise BadTable("this is no table") from None


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _columns(headings: list[str]) -> Mapping[str, int]:
    named = [_COLUMNS.get(plain(one).replace("°", ""), "") for one in headings]
    found = {name: named.index(name) for name in named if name}
    missing = [one for one in _NEEDED if one not in found]
    if missing:
        raise BadTable(f"columns are missing: {', '.join(missing)}")
    return found


def _lines(reader: Iterator[list[str]], columns: Mapping[str, int], today: date) -> Iterator[Line]:
    for at, cells in enumerate(reader, 2):
        if at > MAX_LINES + 1:
            raise BadTable(f"a table has up to {MAX_LINES} lines")
        if not any(one.strip() for one in cells):
            continue
        said = {
            name: cells[place].strip() if place < len(cells) else ""
            for name, place in columns.items()
        }
        yield _line(at, said, today)


def _line(at: int, said: Mapping[str, str], today: date) -> Line:
    shown = Line(at, said["system"][:40], said["number"][:64])
    if any("\0" in one for one in said.values()) or not all(said[one] for one in _NEEDED):
        return shown._replace(fault=Fault.UNREADABLE)
    day, direction = said.get("date", ""), said.get("direction", "")
    when = read_day(day, near=today, past=True) if day else None
    if day and when is None:
        return shown._replace(fault=Fault.BAD_DATE)
    way = _DIRECTIONS.get(plain(direction)) if direction else None
    if direction and way is None:
        return shown._replace(fault=Fault.BAD_DIRECTION)
    kind = _KINDS.get(plain(said["kind"]))
    if kind is None or kind.is_owned is not bool(said.get("owner", "")):
        return shown._replace(fault=Fault.BAD_KIND)
    mark = Mark(said["system"], said["number"], when, way)
    subject = Subject(kind, said["key"], said.get("owner", ""))
    return shown._replace(mark=mark, subject=subject)
