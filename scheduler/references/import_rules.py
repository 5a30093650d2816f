"""References in a table (DIR-5): its columns by their French names, dates as people write them."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from calendars.kernel.errors import InvalidInput
from scheduler.references.model import Direction, Kind, Mark, Subject

MAX_LINES = 20_000
_MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre",
    "octobre", "novembre", "decembre",
)  # fmt: skip
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_NUMERIC = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_WORDS = re.compile(r"(?:([a-z]+)\s+)?(1er|\d{1,2})\s+([a-z]+)(?:\s+(\d{4}))?")
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


def plain(text: str) -> str:
    """Without accents, capitals, and blanks around it."""
    apart = unicodedata.normalize("NFD", text.strip().casefold().replace("œ", "oe"))
    return "".join(one for one in apart if not unicodedata.combining(one))


def read_day(text: str, *, today: date) -> date | None:
    """A day as DIR-5 has them written; without a year it is the last one that is not to come.

    None for what is no day, or not the day of the week that it says.
    """
    said = " ".join(plain(text).split())
    if matched := _ISO.fullmatch(said):
        return _day(matched[1], matched[2], matched[3])
    if matched := _NUMERIC.fullmatch(said):
        return _day(matched[3], matched[2], matched[1])
    matched = _WORDS.fullmatch(said)
    if matched is None or matched[3] not in _MONTHS:
        return None
    number, month = matched[2].removesuffix("er"), str(_MONTHS.index(matched[3]) + 1)
    found = _day(matched[4], month, number) if matched[4] else _past(number, month, today)
    if found is None or (matched[1] and matched[1] != _DAYS[found.weekday()]):
        return None
    return found


def _past(number: str, month: str, today: date) -> date | None:
    # Four years, for the 29th of February.
    years = (str(today.year - back) for back in range(9))
    days = (_day(year, month, number) for year in years)
    return next((one for one in days if one is not None and one <= today), None)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


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
    when = read_day(day, today=today) if day else None
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
