"""Take in what another calendar kept: a few hundred objects in one transaction.

Whoever imports reads and parses outside of the transaction, so that nobody who works waits for it.
Nothing is sent to anybody: what is imported was agreed upon elsewhere (RFC 6638 §3.2 is about
changes, not about moving house).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import ServiceError
from calendars.kernel.identifiers import Etag, etag_of
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.principal import OWNER, Principal
from calendars.model.resource_name import hashed_name, name_of_uid
from calendars.services.default_calendars import DEFAULT_CALENDAR, DEFAULT_TASK_LIST
from calendars.services.put_object import ObjectPath, PutObject, UidConflict, store_in
from calendars.storage import calendar_objects, collections, imports
from calendars.storage.calendar_objects import HeldUid
from calendars.storage.imports import ImportedItem

MAX_EXAMPLES = 5


class Piece(NamedTuple):
    """One object as its source has it; `item` and `fingerprint` are the source's own marks."""

    uid: str
    body: bytes
    item: str = ""
    fingerprint: str = ""


class Parsed(NamedTuple):
    """A piece that is a calendar object, or why it is none."""

    piece: Piece
    parsed: CalendarObject | ServiceError


@dataclass(frozen=True, slots=True)
class Target:
    """Whose calendars take the objects, and which: tasks may have a list of their own."""

    owner: Principal
    calendar: CalendarCollection
    by_component: Mapping[str, CalendarCollection] = field(default_factory=dict)

    @property
    def all(self) -> tuple[CalendarCollection, ...]:
        """Every calendar that may take something."""
        return (self.calendar, *self.by_component.values())

    def calendar_for(self, component: str) -> CalendarCollection:
        """The calendar that takes a component type."""
        return self.by_component.get(component, self.calendar)


@dataclass(slots=True)
class Refusals:
    """How often something was refused for one reason, and the first UIDs: never a title (SEC-1)."""

    count: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """What became of the objects so far."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    refused: dict[type[ServiceError], Refusals] = field(default_factory=dict)

    @property
    def refused_count(self) -> int:
        """Objects that were refused, whatever for."""
        return sum(refusals.count for refusals in self.refused.values())

    @property
    def total(self) -> int:
        """Objects that were looked at."""
        return self.added + self.replaced + self.unchanged + self.refused_count

    def refuse(self, error: ServiceError, uid: str) -> None:
        """One more refusal."""
        refusals = self.refused.setdefault(type(error), Refusals())
        refusals.count += 1
        if len(refusals.examples) < MAX_EXAMPLES:
            refusals.examples.append(uid[:100])

    def add(self, other: Tally) -> None:
        """Count another batch in."""
        self.added += other.added
        self.replaced += other.replaced
        self.unchanged += other.unchanged
        for reason, more in other.refused.items():
            refusals = self.refused.setdefault(reason, Refusals())
            refusals.count += more.count
            room = MAX_EXAMPLES - len(refusals.examples)
            refusals.examples.extend(more.examples[:room])


def target_of(db: Db, owner: Principal) -> Target:
    """The calendars that take what names none: events here, tasks there."""
    found = {each.name: each for each in collections.list_of(db, owner.login) if each.is_calendar}
    events = found.get(DEFAULT_CALENDAR) or next(
        each for each in found.values() if "VEVENT" in each.components
    )
    tasks = found.get(DEFAULT_TASK_LIST)
    return Target(owner, events, {} if tasks is None else {"VTODO": tasks})


def parse_pieces(pieces: Iterable[Piece]) -> list[Parsed]:
    """Read every piece; no database is needed for that."""
    return [Parsed(piece, _parse(piece.body)) for piece in pieces]


def _parse(body: bytes) -> CalendarObject | ServiceError:
    try:
        return CalendarObject.parse(body)
    except ServiceError as error:
        return error


def list_known(db: Db, owner: Principal, source: str) -> dict[str, str]:
    """The items of a source that were taken, with their fingerprints; refused ones are not."""
    known = imports.list_of(db, owner.id, source)
    return {item: each.fingerprint for item, each in known.items() if each.refused_because is None}


def list_new(db: Db, target: Target, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces that do not stand there already, octet by octet."""
    held = {(each.uid, each.etag) for each in _held(db, target, [each.uid for each in pieces])}
    return [piece for piece in pieces if (piece.uid, etag_of(piece.body)) not in held]


def _held(db: Db, target: Target, uids: Sequence[str]) -> list[HeldUid]:
    return calendar_objects.list_held(db, [each.id for each in target.all], uids)


def import_objects(
    db: Db, target: Target, batch: Sequence[Parsed], *, source: str | None = None, now: int
) -> Tally:
    """Store the objects in the owner's calendars; what cannot be stored is counted and left out.

    With a source, its ledger learns which items were taken, in the same transaction.
    """
    tally = Tally()
    uids = [each.parsed.uid for each in batch if not isinstance(each.parsed, ServiceError)]
    held_at = {(held.collection_id, held.uid): held for held in _held(db, target, uids)}
    seen: list[ImportedItem] = []
    for piece, parsed in batch:
        refused = None
        try:
            if isinstance(parsed, ServiceError):
                raise parsed
            collection = target.calendar_for(parsed.component)
            held = held_at.get((collection.id, parsed.uid))
            _store(db, target, collection, (piece, parsed), held, tally, now=now)
        except ServiceError as error:
            tally.refuse(error, piece.uid)
            refused = type(error).__name__
        seen.append(ImportedItem(piece.item, piece.fingerprint, refused))
    if source is not None:
        imports.record(db, target.owner.id, source, seen, now=now)
    return tally


def remember(
    db: Db, owner: Principal, source: str, items: Iterable[tuple[str, str]], *, now: int
) -> None:
    """The ledger of a source learns that these items, with their fingerprints, are done."""
    done = [ImportedItem(item, fingerprint) for item, fingerprint in items]
    imports.record(db, owner.id, source, done, now=now)


def _store(
    db: Db,
    target: Target,
    collection: CalendarCollection,
    new: tuple[Piece, CalendarObject],
    held: HeldUid | None,
    tally: Tally,
    *,
    now: int,
) -> None:
    piece, parsed = new
    etag: Etag = etag_of(piece.body)
    if held is not None and held.etag == etag:
        tally.unchanged += 1
        return
    name = held.name if held is not None else name_of_uid(parsed.uid)
    try:
        _put(db, target, collection, name, new, now=now)
    except UidConflict:
        # Another object happens to bear the name that this one would get.
        _put(db, target, collection, hashed_name(parsed.uid), new, now=now)
    if held is None:
        tally.added += 1
    else:
        tally.replaced += 1


def _put(
    db: Db,
    target: Target,
    collection: CalendarCollection,
    name: str,
    new: tuple[Piece, CalendarObject],
    *,
    now: int,
) -> None:
    piece, parsed = new
    path = ObjectPath(collection.owner_login, collection.name, name)
    put = PutObject(path, parsed, piece.body)
    store_in(db, target.owner, (collection, OWNER), put, now=now)
