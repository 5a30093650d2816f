"""The lists of the guard: denied words, and names that belong to a reference (SEC-6).

Of a name only a keyed digest is kept: the list of those whose names must not leave is no list of
their names.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select

from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict, InvalidInput
from calendars.kernel.identifiers import PrincipalId
from calendars.services.service_key import service_key
from notifications.guard.rules import MOST_WORDS, Sought, digest, entry_of, tokens
from notifications.tables import guarded

KEY = "guard"
MOST_ENTRIES = 50_000
MOST_SIGNS = 200

_G = guarded.c


class BadEntry(InvalidInput):
    """Nothing that could be found again: no word, too many, or no reference."""


class TooManyEntries(Conflict):
    """More than the guard looks through."""


class Word(NamedTuple):
    """A denied word, or a few."""

    id: int
    text: str


class Guarded(NamedTuple):
    """How many names are linked to a reference."""

    reference: str
    names: int


class Hit(NamedTuple):
    """An entry that stands in a text."""

    digest: str
    found: Sought
    reference: str


def add_word(db: Db, text: str, *, by: PrincipalId | None, now: int) -> bool:
    """It leaves in no title from now on; False if it was denied already. Raises BadEntry."""
    return _add(db, Sought.WORD, "", text, kept=text.strip(), by=by, now=now)


def add_name(db: Db, reference: str, name: str, *, by: PrincipalId | None, now: int) -> bool:
    """The name belongs to that reference; False if that was known. Raises BadEntry."""
    if not reference.strip() or len(reference) > MOST_SIGNS:
        raise BadEntry("a name is linked to a reference")
    return _add(db, Sought.NAME, reference.strip(), name, kept=None, by=by, now=now)


def remove_word(db: Db, number: int) -> bool:
    """It may leave again; False if there was none."""
    gone = delete(guarded).where(_G.id == number, _G.kind == Sought.WORD)
    return bool(db.execute(gone).rowcount)


def remove_names(db: Db, reference: str, name: str | None = None, *, now: int) -> int:
    """One name of a reference, or all of them; how many there were."""
    which = [_G.kind == Sought.NAME, _G.reference == reference.strip()]
    if name is not None:
        which.append(_G.digest == digest(service_key(db, KEY, now=now), _entry(name)))
    return int(db.execute(delete(guarded).where(*which)).rowcount)


def list_words(db: Db) -> list[Word]:
    """The denied words, by alphabet."""
    query = select(_G.id, _G.text).where(_G.kind == Sought.WORD).order_by(_G.text)
    return [Word(*row) for row in db.execute(query)]


def list_references(db: Db) -> list[Guarded]:
    """The references that names are linked to, and how many."""
    query = select(_G.reference, func.count()).where(_G.kind == Sought.NAME)
    rows = db.execute(query.group_by(_G.reference).order_by(_G.reference))
    return [Guarded(*row) for row in rows]


def is_empty(db: Db) -> bool:
    """Nobody has told the guard anything."""
    return db.execute(select(_G.id).limit(1)).first() is None


def hits(db: Db, digests: Collection[str]) -> list[Hit]:
    """The entries among these digests."""
    query = select(_G.digest, _G.kind, _G.reference).where(_G.digest.in_(digests))
    return [Hit(row[0], Sought(row[1]), row[2]) for row in db.execute(query)]


def _add(
    db: Db,
    kind: Sought,
    reference: str,
    text: str,
    *,
    kept: str | None,
    by: PrincipalId | None,
    now: int,
) -> bool:
    known = digest(service_key(db, KEY, now=now), _entry(text))
    same = (_G.kind == kind, _G.reference == reference, _G.digest == known)
    if db.execute(select(_G.id).where(*same)).first() is not None:
        return False
    if db.execute(select(func.count()).select_from(guarded)).scalar_one() >= MOST_ENTRIES:
        raise TooManyEntries(f"the guard knows {MOST_ENTRIES} entries at most")
    row = {"kind": kind, "reference": reference, "digest": known, "text": kept}
    db.execute(insert(guarded).values(**row, made_by=by, made_at=now))
    return True


def _entry(text: str) -> str:
    words = tokens(text)
    if not words or len(words) > MOST_WORDS or len(text) > MOST_SIGNS or len("".join(words)) < 2:
        raise BadEntry(f"one to {MOST_WORDS} words are expected")
    return entry_of(words)
