"""The shelf of the audit trail (SEC-8): lines are added and read, never changed (docs/adr/0007).

Whoever adds a line in a transaction gets it written at the end of that transaction: what was done
and the line that tells of it are kept together or not at all.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Transaction, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from calendars.kernel.audit import (
    FIRST_SEAL,
    Deed,
    Face,
    Line,
    Origin,
    Result,
    Target,
    details_of,
    head_seal_of,
    mark_of,
    seal_of,
)
from calendars.kernel.database import Db, defer
from calendars.kernel.identifiers import PrincipalId
from calendars.kernel.prepared import Prepared
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.principal import Principal, Visibility
from calendars.storage.tables import audit_chains, audit_lines, service_keys

Acting: TypeAlias = Principal | Origin
"""Who does it: a principal, or an origin alone where nobody is signed in."""

KEY_NAME = "audit"
MARKS_PER_LINE = 200

_CHAIN = Prepared(
    select(audit_chains.c.count, audit_chains.c.head)
    .where(audit_chains.c.owner_id == bindparam("owner"))
    .with_for_update()
)
_LINE = insert(audit_lines).values(
    {column.name: bindparam(column.name) for column in audit_lines.c if column.name != "id"}
)
_END = (
    update(audit_chains)
    .where(audit_chains.c.owner_id == bindparam("owner"))
    .values(count=bindparam("length"), head=bindparam("last"), seal=bindparam("sealed"))
)
_INSERT, _ADVANCE = Prepared(_LINE), Prepared(_END)
# PostgreSQL does both in one round trip; SQLite has no such statement, and no round trips.
_BOTH = Prepared(_END.add_cte(_LINE.cte("line")))


class _End(NamedTuple):
    """How long a chain is, and the seal of its last line."""

    length: int
    seal: bytes


def about(
    collection: CalendarCollection,
    name: str | None = None,
    visibility: str | None = None,
    **details: int | str,
) -> Target:
    """A calendar, or one object in it."""
    return Target(collection.owner_id, collection.id, name, visibility, details)


def record(
    db: Db,
    actor: Acting,
    deed: Deed,
    target: Target,
    *,
    now: int,
    result: Result = Result.DONE,
) -> None:
    """One line more, written with the transaction of `db`.

    On a connection that only reads, it is written before what was read is answered.
    """
    defer(db, _append, _line(actor, deed, target, now, result))


def _line(actor: Acting, deed: Deed, target: Target, now: int, result: Result) -> Line:
    origin = actor if isinstance(actor, Origin) else actor.origin
    who = None if isinstance(actor, Origin) or origin.anonymous else actor.id
    return Line(
        target.owner,
        now,
        who,
        origin.face,
        None if origin.address is None else origin.address[:64],
        origin.credential,
        deed,
        target.collection,
        target.name,
        target.visibility,
        result,
        details_of(target.details),
    )


class _Read(NamedTuple):
    """Somebody was handed the content of one object of another's."""

    line: Line
    object: str


def record_read(
    db: Db,
    reader: Principal,
    collection: CalendarCollection,
    what: tuple[str, str],
    *,
    now: int,
) -> None:
    """The reader is handed an object, told by name and class: a line for each request at most.

    What is PUBLIC, and what is one's own, is read without one; but who reads by a link is anybody.
    """
    name, visibility = what
    own = collection.owner_id == reader.id and reader.origin.face is not Face.LINK
    if visibility != Visibility.PUBLIC and not own:
        target = Target(collection.owner_id, collection.id, None, visibility)
        defer(db, _append, _Read(_line(reader, Deed.READ, target, now, Result.DONE), name))


def _of_reads(key: bytes, reads: Iterable[_Read]) -> Iterator[Line]:
    """The fewest lines that tell of the reads: one for each class, of so many objects at most."""
    by_line: dict[Line, dict[str, None]] = {}
    for line, name in reads:
        mark = mark_of(key, line.collection_id or 0, name)
        by_line.setdefault(line, {})[mark] = None
    for line, seen in by_line.items():
        marks = list(seen)
        for start in range(0, len(marks), MARKS_PER_LINE):
            some = marks[start : start + MARKS_PER_LINE]
            if len(some) == 1:
                yield line._replace(object=some[0])
            else:
                yield line._replace(details=details_of({"objects": some}))


def _append(db: Db, rows: Sequence[Line | _Read]) -> None:
    """Put lines at the end of their chains: in the order of the owners, lest two wait for each
    other for ever.
    """
    key = key_of(db)
    by_owner: dict[PrincipalId, list[Line]] = {}
    lines = [_without_name(key, row) for row in rows if isinstance(row, Line)]
    lines.extend(_of_reads(key, (row for row in rows if isinstance(row, _Read))))
    for line in lines:
        by_owner.setdefault(line.owner_id, []).append(line)
    for owner in sorted(by_owner):
        _append_to(db, key, owner, by_owner[owner])


def _without_name(key: bytes, line: Line) -> Line:
    """The digest in the place of the name that the line was recorded with."""
    if line.object is None:
        return line
    return line._replace(object=mark_of(key, line.collection_id or 0, line.object))


def _append_to(db: Db, key: bytes, owner: PrincipalId, lines: Iterable[Line]) -> None:
    number, seal = _locked_chain(db, owner)
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(lines, number + 1):  # noqa: B020 - goes on where the chain ends
        seal = seal_of(key, seal, number, line)
        rows.append({**line._asdict(), "number": number, "seal": seal})
    sealed = head_seal_of(key, owner, number, seal)
    end = {"owner": owner, "length": number, "last": seal, "sealed": sealed}
    if len(rows) == 1 and db.dialect.name != "sqlite":
        _BOTH.run(db, {**rows[0], **end})
        return
    _INSERT.run_each(db, rows)
    _ADVANCE.run(db, end)


def _locked_chain(db: Db, owner: PrincipalId) -> _End:
    """The end of a chain; nobody else adds to it until the transaction ends."""
    row = _CHAIN.first(db, {"owner": owner})
    if row is None:
        insert_or = sqlite.insert if db.dialect.name == "sqlite" else postgresql.insert
        first = insert_or(audit_chains).values(owner_id=owner, count=0, head=FIRST_SEAL, seal=b"")
        db.execute(first.on_conflict_do_nothing())
        row = _CHAIN.first(db, {"owner": owner})
        if row is None:
            raise LookupError(f"the chain {owner} went while it was begun")
    return _End(row[0], bytes(row[1]))


# --- the key ------------------------------------------------------------------------------------

_known: WeakKeyDictionary[Engine, bytes] = WeakKeyDictionary()
_KEY = select(service_keys.c.value).where(service_keys.c.name == KEY_NAME)
# Made in a transaction that is still open: it may yet be undone.
_fresh: WeakKeyDictionary[Transaction, bytes] = WeakKeyDictionary()


def find_key(db: Db) -> bytes | None:
    """The key of the seals, None before the first line."""
    known = _known.get(db.engine)
    if known is not None:
        return known
    transaction = db.get_transaction()
    if transaction is not None and transaction in _fresh:
        return _fresh[transaction]
    found = db.execute(_KEY).scalar()
    return None if found is None else _known.setdefault(db.engine, bytes(found))


def key_of(db: Db) -> bytes:
    """The key of the seals, made at the first need: who has only the lines cannot forge any."""
    return find_key(db) or _make_key(db)


def _make_key(db: Db) -> bytes:
    key = secrets.token_bytes(32)
    insert_or = sqlite.insert if db.dialect.name == "sqlite" else postgresql.insert
    made = insert_or(service_keys).values(name=KEY_NAME, value=key, created_at=int(time.time()))
    db.execute(made.on_conflict_do_nothing())
    key = bytes(db.execute(_KEY).scalar_one())
    transaction = db.get_transaction()
    if transaction is not None:
        _fresh[transaction] = key
    return key
