"""What the guard says of a message: at the door, and once more as it stands when it leaves (SEC-6).

Denied words stop any message. A birth date, and a name that is linked to a reference, stop one
about what is CONFIDENTIAL; the name also where its reference stands in the message itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.component import Component, parse, unescape
from calendars.model.entry import entries_of, visibility_of
from calendars.model.invalid import InvalidCalendarData
from calendars.model.principal import Visibility
from calendars.services.find_entry import find_entry
from calendars.services.service_key import service_key
from notifications.guard import lists
from notifications.guard.rules import Flaw, Sought, digest, entries_in, has_birth_date, plain
from notifications.post import JSON

_PLACES = {"SUMMARY": "summary", "LOCATION": "location"}
_TITLES = frozenset(("title", "former_title", "subject", "heading", "location", "former_location"))
_FROM_AUTHOR = frozenset(("REQUEST", "ADD"))
_DEPTH = 6


class Text(NamedTuple):
    """Something that everybody on the way can read."""

    place: str
    text: str


class Seen(NamedTuple):
    """What the guard looks at."""

    texts: Sequence[Text]
    confidential: bool
    context: str = ""
    """All that the message is about: where the references stand."""


def flaws(db: Db, seen: Seen, *, now: int) -> tuple[Flaw, ...]:
    """What must not leave so, each kind in each place once."""
    found = [*_dates(seen, now), *_entries(db, seen, now=now)]
    return tuple(dict.fromkeys(found))


def in_scheduling(body: bytes, method: str) -> Seen:
    """A scheduling message as its author wrote it: he is to see that a name stands in the title.

    What others wrote, or what takes back a meeting, is looked at as it leaves, and stays on its
    way: nobody shall come in vain.
    """
    return _seen(_parts(body) if method in _FROM_AUTHOR else [])


def in_letter(
    subject: str, calendar: bytes | None, files: Sequence[str], *, confidential: bool
) -> Seen:
    """A letter as it is about to leave."""
    seen = _seen([] if calendar is None else _parts(calendar))
    texts = [Text("subject", subject), *_files(files), *seen.texts]
    context = f"{subject} {seen.context}"
    return Seen(texts, confidential or seen.confidential, context)


def in_post(facts: Mapping[str, JSON], files: Sequence[str], *, confidential: bool) -> Seen:
    """A letter to be worded later: its titles, its places and the names of its files."""
    texts = [*_titles(facts), *_files(files)]
    return Seen(texts, confidential, " ".join(one.text for one in texts))


def is_confidential(db: Db, owner: PrincipalId, about: str, facts: Mapping[str, JSON]) -> bool:
    """The object of a letter is; its facts may say so where no calendar holds it."""
    named = facts.get("visibility")
    if isinstance(named, str):
        return named.upper() == Visibility.CONFIDENTIAL
    found = find_entry(db, owner, about) if about else None
    return found is not None and found.stored.visibility == Visibility.CONFIDENTIAL


def _parts(octets: bytes) -> list[Component]:
    """What cannot be read cannot be worded, and does not leave either."""
    try:
        return entries_of(parse(octets.decode()))
    except (InvalidCalendarData, UnicodeError):
        return []


def _seen(parts: Sequence[Component]) -> Seen:
    texts = [
        Text(_PLACES[line.name], unescape(line.value))
        for part in parts
        for line in part.lines
        if line.name in _PLACES
    ]
    names = [name for part in parts for name in _attached(part)]
    about = [
        unescape(line.value)
        for part in parts
        for line in part.lines
        if line.name in {"SUMMARY", "DESCRIPTION", "CATEGORIES", "LOCATION"}
    ]
    confidential = any(visibility_of(part) == Visibility.CONFIDENTIAL for part in parts)
    return Seen([*texts, *_files(names)], confidential, " ".join(about))


def _attached(part: Component) -> Iterator[str]:
    for line in part.all("ATTACH"):
        name = line.parameter("FILENAME") or line.parameter("X-FILENAME")
        if name:
            yield name


def _files(names: Sequence[str]) -> list[Text]:
    return [Text("file", name) for name in names]


def _titles(value: JSON | Mapping[str, JSON], name: str = "", depth: int = 0) -> Iterator[Text]:
    if isinstance(value, str):
        if name in _TITLES:
            yield Text("location" if name.endswith("location") else "subject", value)
    elif depth > _DEPTH:
        return
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _titles(inner, key, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _titles(inner, name, depth + 1)


def _dates(seen: Seen, now: int) -> Iterator[Flaw]:
    today = datetime.fromtimestamp(now, UTC).date()
    for one in seen.texts if seen.confidential else ():
        if has_birth_date(one.text, today):
            yield Flaw(Sought.BIRTH_DATE, one.place)


def _entries(db: Db, seen: Seen, *, now: int) -> Iterator[Flaw]:
    if not seen.texts or lists.is_empty(db):
        return
    key = service_key(db, lists.KEY, now=now)
    places: dict[str, list[str]] = {}
    for one in seen.texts:
        for entry in entries_in(one.text):
            places.setdefault(digest(key, entry), []).append(one.place)
    context = plain(seen.context)
    for hit in lists.hits(db, list(places)):
        linked = seen.confidential or plain(hit.reference) in context
        if hit.found is Sought.WORD or linked:
            yield from (Flaw(hit.found, place) for place in places[hit.digest])
