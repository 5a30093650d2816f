"""The shelf of audit lines, for who reads them: one's own, all of them, or a whole chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, exists, or_, select

from calendars.kernel.audit import Line
from calendars.kernel.audit_chain import End, Kept
from calendars.kernel.database import Db, write_deferred
from calendars.kernel.identifiers import PrincipalId
from calendars.storage.tables import audit_chains, audit_lines, collections, principals

_L = audit_lines.c
_LINE = tuple(_L[name] for name in Line._fields)
_owners, _actors = principals.alias("owners"), principals.alias("actors")


class Told(NamedTuple):
    """A line with the names of those whom it speaks of, where they still have an account."""

    id: int
    line: Line
    owner: str | None
    actor: str | None
    calendar: str | None


class Wanted(NamedTuple):
    """Which lines; all conditions hold together, None is no condition."""

    concerning: PrincipalId | None = None
    """About what is his, or done by him."""
    owner: PrincipalId | None = None
    actor: PrincipalId | None = None
    deeds: Sequence[str] = ()
    result: str | None = None
    object: str | None = None
    since: int | None = None
    until: int | None = None
    before: int | None = None
    """Lines before that id: where the last page ended."""


def ends_of(db: Db) -> dict[int, End]:
    """What every chain says of its end."""
    columns = audit_chains.c
    rows = db.execute(select(columns.owner_id, columns.count, columns.head, columns.seal))
    return {row[0]: End(row[1], bytes(row[2]), bytes(row[3])) for row in rows}


def owners_of(db: Db) -> list[int]:
    """Everybody of whom there are lines."""
    return list(db.execute(select(_L.owner_id).distinct().order_by(_L.owner_id)).scalars())


def each_of(db: Db, owner: int) -> Iterator[Kept]:
    """A chain from its beginning, a thousand lines in memory at a time."""
    query = (
        select(_L.id, _L.number, _L.seal, *_LINE)
        .where(_L.owner_id == owner)
        .order_by(_L.number, _L.id)
    )
    with db.execute(query, execution_options={"yield_per": 1_000}) as rows:
        for row in rows:
            yield Kept(row[0], row[1], Line(*row[3:]), bytes(row[2]))


def wrong_ends(db: Db) -> list[int]:
    """Owners of chains that do not end where they say they do: one look at each end."""
    chains = audit_chains.c
    of_chain = _L.owner_id == chains.owner_id
    last = exists().where(of_chain, _L.number == chains.count, _L.seal == chains.head)
    beyond = exists().where(of_chain, _L.number > chains.count)
    query = select(chains.owner_id).where(or_(and_(chains.count > 0, ~last), beyond))
    return list(db.execute(query.order_by(chains.owner_id)).scalars())


def list_lines(db: Db, wanted: Wanted, *, limit: int) -> list[Told]:
    """The latest lines first."""
    write_deferred(db)
    query = (
        select(_L.id, _owners.c.login, _actors.c.login, collections.c.name, *_LINE)
        .outerjoin(_owners, _owners.c.id == _L.owner_id)
        .outerjoin(_actors, _actors.c.id == _L.actor_id)
        .outerjoin(collections, collections.c.id == _L.collection_id)
        .order_by(_L.id.desc())
        .limit(limit)
    )
    rows = db.execute(_filtered(query, wanted))
    return [Told(row[0], Line(*row[4:]), row[1], row[2], row[3]) for row in rows]


def _filtered(query: Select[Any], wanted: Wanted) -> Select[Any]:
    conditions = (
        (wanted.owner, _L.owner_id == wanted.owner),
        (wanted.actor, _L.actor_id == wanted.actor),
        (wanted.result, _L.result == wanted.result),
        (wanted.since, _L.at >= (wanted.since or 0)),
        (wanted.until, _L.at < (wanted.until or 0)),
        (wanted.before, _L.id < (wanted.before or 0)),
    )
    for value, condition in conditions:
        if value is not None:
            query = query.where(condition)
    if wanted.object is not None:
        one_of_many = _L.details.contains(wanted.object, autoescape=True)
        query = query.where(or_(_L.object == wanted.object, one_of_many))
    if wanted.deeds:
        query = query.where(_L.deed.in_(sorted(wanted.deeds)))
    if wanted.concerning is not None:
        own = or_(_L.owner_id == wanted.concerning, _L.actor_id == wanted.concerning)
        query = query.where(own)
    return query
