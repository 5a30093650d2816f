"""The shelf of references and of the systems that they come from."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from calendars.kernel.database import Db
from scheduler.references.model import (
    OTHERS,
    Direction,
    Kind,
    Mark,
    Reference,
    ReferenceId,
    ReferenceSystem,
    Subject,
)
from scheduler.references.tables import external_refs, reference_systems

_S, _R = reference_systems.c, external_refs.c
_SYSTEM = select(_S.code, _S.label, _S.pattern)


def list_systems(db: Db) -> list[ReferenceSystem]:
    """Every system, by code."""
    declared = {row.code: ReferenceSystem(*row) for row in db.execute(_SYSTEM)}
    return sorted({OTHERS.code: OTHERS, **declared}.values())


def find_system(db: Db, code: str) -> ReferenceSystem | None:
    """The system of that code."""
    row = db.execute(_SYSTEM.where(_S.code == code)).first()
    if row is None:
        return OTHERS if code == OTHERS.code else None
    return ReferenceSystem(*row)


def set_system(db: Db, one: ReferenceSystem) -> None:
    """The system of that code from now on."""
    values = one._asdict()
    if not db.execute(update(reference_systems).where(_S.code == one.code).values(values)).rowcount:
        db.execute(insert(reference_systems).values(values))


def is_used(db: Db, code: str) -> bool:
    """Numbers of that system are noted."""
    return db.execute(select(_R.id).where(_R.system == code).limit(1)).first() is not None


def remove_system(db: Db, code: str) -> bool:
    """Whether there was one."""
    return db.execute(delete(reference_systems).where(_S.code == code)).rowcount > 0


def add(db: Db, mark: Mark, subject: Subject, *, by: str, now: int) -> ReferenceId | None:
    """A new reference; None where the number is noted already, whoever was first."""
    values = {**mark._asdict(), **subject._asdict(), "made_by": by, "made_at": now}
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    if mark.system == OTHERS.code:
        others = dialect.insert(reference_systems).values(OTHERS._asdict())
        db.execute(others.on_conflict_do_nothing())
    row = dialect.insert(external_refs).values(values)
    number = db.execute(row.on_conflict_do_nothing().returning(_R.id)).scalar()
    return None if number is None else ReferenceId(number)


def update_mark(db: Db, reference: ReferenceId, mark: Mark) -> None:
    """What is said of the number from now on."""
    said = {"day": mark.day, "direction": mark.direction}
    db.execute(update(external_refs).where(_R.id == reference).values(said))


def find(db: Db, reference: ReferenceId) -> Reference | None:
    """One by its id."""
    row = db.execute(select(external_refs).where(_R.id == reference)).first()
    return None if row is None else _reference(row)


def find_number(db: Db, system: str, number: str) -> Reference | None:
    """What bears that number."""
    query = select(external_refs).where(_R.system == system, _R.number == number)
    row = db.execute(query).first()
    return None if row is None else _reference(row)


def list_of(db: Db, subject: Subject) -> list[Reference]:
    """The references of one thing, by system and number."""
    query = select(external_refs).where(
        _R.kind == subject.kind, _R.owner == subject.owner, _R.key == subject.key
    )
    return [_reference(row) for row in db.execute(query.order_by(_R.system, _R.number))]


def numbers_of(db: Db, kind: Kind, keys: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The numbers of many things that their keys alone name."""
    query = select(_R.key, _R.number).where(
        _R.kind == kind, _R.owner == "", _R.key.in_(list(keys))
    )  # fmt: skip
    found: dict[str, tuple[str, ...]] = {}
    for key, number in db.execute(query.order_by(_R.id)) if keys else ():
        found[key] = (*found.get(key, ()), number)
    return found


def list_starting(
    db: Db, prefix: str, system: str | None, *, after: ReferenceId, limit: int
) -> list[Reference]:
    """Numbers that start so, a slice of them."""
    query = select(external_refs).where(_R.number.startswith(prefix, autoescape=True))
    query = query if system is None else query.where(_R.system == system)
    query = query.where(_R.id > after).order_by(_R.id).limit(limit)
    return [_reference(row) for row in db.execute(query)]


def remove(db: Db, reference: ReferenceId) -> None:
    """It is borne by nothing any more."""
    db.execute(delete(external_refs).where(_R.id == reference))


def _reference(row: Row[Any]) -> Reference:
    direction = None if row.direction is None else Direction(row.direction)
    mark = Mark(row.system, row.number, row.day, direction)
    return Reference(ReferenceId(row.id), mark, Subject(Kind(row.kind), row.key, row.owner))
