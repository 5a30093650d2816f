"""Absences in a table (DIA-7): who, from, until, and nothing of why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from calendars.kernel.errors import InvalidInput
from calendars.model.written_days import plain, read_day
from scheduler.absences.model import Absence, BadAbsence

MAX_LINES = 5_000
MOST_SHOWN = 60
_COLUMNS = {
    **dict.fromkeys(("login", "identifiant", "agent", "utilisateur", "compte"), "person"),
    **dict.fromkeys(("e-mail", "email", "mail", "courriel", "adresse electronique"), "person"),
    **dict.fromkeys(("du", "de", "debut", "date de debut", "premier jour", "from"), "first"),
    **dict.fromkeys(("au", "a", "fin", "date de fin", "dernier jour", "until", "to"), "last"),
    **dict.fromkeys(("reference", "ref", "numero", "n", "no"), "reference"),
}  # fmt: skip
_WHY = frozenset(
    ("motif", "type", "type d'absence", "nature", "raison", "cause", "reason", "commentaire",
     "commentaires", "libelle", "observation", "observations", "conge", "code")
)  # fmt: skip
_NEEDED = ("person", "first")
_HALVES = {"matin": True, "apres-midi": False, "am": True, "pm": False}
"""The half of a day that is named: is it the first?"""


class BadTable(InvalidInput):
    """The file is no table of absences."""


class Fault(StrEnum):
    """Why a line cannot be taken."""

    EMPTY = "empty"
    BAD_DAY = "bad-day"
    BACKWARDS = "backwards"
    UNKNOWN_PERSON = "unknown-person"
    NO_CALENDAR = "no-calendar"
    TWICE = "twice"


class Line(NamedTuple):
    """A line of the table: what it says, or what is wrong with it."""

    at: int
    """As the file counts them, its headings being the first."""
    person: str
    reference: str = ""
    absence: Absence | None = None
    fault: Fault | None = None
    field: str = ""


class AbsenceTable(NamedTuple):
    """What a file says, and what of it was not read."""

    lines: list[Line]
    unread: tuple[str, ...]
    """Columns that are not read; nothing of them is kept."""
    reasons: tuple[str, ...]
    """Those of them that say why: they had better not be in the file at all."""

    @property
    def span(self) -> tuple[date, date] | None:
        """From the first day of all to the last."""
        found = [one.absence for one in self.lines if one.absence is not None]
        if not found:
            return None
        return min(one.first for one in found), max(one.last for one in found)


def read_table(content: bytes, *, today: date) -> AbsenceTable:
    """The lines of a CSV file as spreadsheets write it in France. Raises BadTable."""
    text = _decoded(content)
    head = text.partition("\n")[0]
    separator = max(";\t,", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        headings = next(reader, [])
        columns = _columns(headings)
        lines = list(_lines(reader, columns, today))
    except csv.Error:
        raise BadTable("this is no table") from None
    read = set(columns.values())
    others = [(at, one.strip()[:40]) for at, one in enumerate(headings) if at not in read]
    unread = tuple(one for _, one in others if one)
    return AbsenceTable(lines, unread, tuple(one for one in unread if plain(one) in _WHY))


def _decoded(content: bytes) -> str:
    """UTF-8, or as old programs write on Windows."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _columns(headings: Sequence[str]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for at, heading in enumerate(headings):
        name = _COLUMNS.get(plain(heading).replace("°", "").strip(" ."))
        if name is not None:
            found.setdefault(name, at)
    missing = [one for one in _NEEDED if one not in found]
    if missing:
        raise BadTable(f"columns are missing: {', '.join(missing)}")
    return found


def _lines(reader: Iterator[list[str]], columns: Mapping[str, int], today: date) -> Iterator[Line]:
    for at, cells in enumerate(reader, 2):
        if at > MAX_LINES + 1:
            raise BadTable(f"a table has up to {MAX_LINES} lines")
        said = {
            name: cells[place].strip() if place < len(cells) else ""
            for name, place in columns.items()
        }
        if any(one.strip() for one in cells):
            yield _line(at, said, today)


def _line(at: int, said: Mapping[str, str], today: date) -> Line:
    shown = Line(at, said["person"][:MOST_SHOWN], said.get("reference", "")[:64])
    empty = next((name for name in _NEEDED if not said[name]), None)
    if empty is not None or any("\0" in one for one in said.values()):
        return shown._replace(fault=Fault.EMPTY, field=empty or "person")
    first = _moment(said["first"], today)
    if first is None:
        return shown._replace(fault=Fault.BAD_DAY, field="first")
    # Who names one day alone is away on that day.
    last = _moment(said.get("last") or said["first"], first[0])
    if last is None:
        return shown._replace(fault=Fault.BAD_DAY, field="last")
    absence = Absence(first[0], last[0], first[1] is False, last[1] is True)
    try:
        return shown._replace(absence=absence.checked())
    except BadAbsence:
        return shown._replace(fault=Fault.BACKWARDS, field="last")


def absence_in(first: str, last: str, *, today: date) -> Absence | None:
    """An absence by its two days as people write them; None for what is none."""
    said = _line(0, {"person": "-", "first": first, "last": last}, today)
    return said.absence


def _moment(text: str, near: date) -> tuple[date, bool | None] | None:
    """The day, and whether its first half is named, its second, or neither."""
    half: bool | None = None
    words = plain(text).rsplit(" ", 1)
    if len(words) == 2 and words[1] in _HALVES:
        half = _HALVES[words[1]]
        text = words[0]
    day = read_day(text, near=near)
    return None if day is None else (day, half)
