"""Which calendar an import goes into: one that is there, or a new one with a name and a colour."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from calendars.kernel.database import Db
from calendars.model.calendar_collection import DEFAULT_COMPONENTS, CalendarCollection
from calendars.model.principal import Principal
from calendars.services.make_calendar import RESERVED, CalendarDraft, make_calendar
from calendars.storage import collections, imports
from calendars.storage.imports import ImportedItem

_UNSAFE = re.compile(r"[^a-z0-9._-]+")
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?")


@dataclass(frozen=True, slots=True)
class CalendarFace:
    """How a calendar shows itself to people."""

    name: str
    display_name: str | None = None
    description: str | None = None
    color: str | None = None
    components: Sequence[str] = ()


def calendar_named(db: Db, owner: Principal, name: str, *, now: int) -> CalendarCollection:
    """The owner's calendar of that path or display name; it is made if there is none.

    Raises BadLocation.
    """
    there = [each for each in collections.list_of(db, owner.login) if each.is_calendar]
    for each in there:
        if name in {each.name, each.display_name}:
            return each
    return make_with_face(db, owner, CalendarFace(name, display_name=name), now=now)


def calendar_of_source(
    db: Db, owner: Principal, source: str, item: str, face: CalendarFace, *, now: int
) -> CalendarCollection:
    """The calendar that stands for one of the source's: the same one at every run.

    Raises BadLocation.
    """
    known = imports.list_of(db, owner.id, source).get(item)
    if known is not None:
        found = collections.find(db, owner.login, known.fingerprint)
        if found is not None and found.is_calendar:
            return found
    found = collections.find(db, owner.login, _slug(face.name))
    if found is None or not _takes(found, face.components):
        found = make_with_face(db, owner, face, now=now)
    imports.record(db, owner.id, source, [ImportedItem(item, found.name)], now=now)
    return found


def make_with_face(db: Db, owner: Principal, face: CalendarFace, *, now: int) -> CalendarCollection:
    """A new calendar under a name that is free. Raises BadLocation."""
    name = _free_name(db, owner, _slug(face.name))
    columns = {
        "display_name": face.display_name or face.name,
        "description": face.description,
        "color": face.color if face.color and _COLOR.fullmatch(face.color) else None,
    }
    draft = CalendarDraft(face.components or DEFAULT_COMPONENTS, columns)
    made = make_calendar(db, owner, (owner.login, name), draft, now=now)
    return collections.get_by_id(db, made)


def _takes(collection: CalendarCollection, components: Sequence[str]) -> bool:
    return collection.is_calendar and set(components) <= set(collection.components)


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _UNSAFE.sub("-", plain).strip("-.")[:100] or "agenda-importe"


def _free_name(db: Db, owner: Principal, name: str) -> str:
    number, free = 1, name
    while free in RESERVED or collections.find(db, owner.login, free) is not None:
        number += 1
        free = f"{name}-{number}"
    return free
