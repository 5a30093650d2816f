"""The shelf of conflicts: how they weigh, who passed over one, which task tells of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, update

from calendars.kernel.database import Db
from scheduler.diaries.severity import DEFAULTS, Override, Severity, Weighing
from scheduler.diaries.tables import (
    conflict_overrides,
    conflict_tasks,
    conflict_weighings,
    conflicts_followed,
)
from scheduler.slots.codes import ConflictCode

_W, _O, _T, _F = (
    conflict_weighings.c,
    conflict_overrides.c,
    conflict_tasks.c,
    conflicts_followed.c,
)


def weighings(db: Db) -> dict[ConflictCode, Weighing]:
    """Every code's, the defaults among them."""
    found = dict(DEFAULTS)
    for code, severity, override in db.execute(select(_W.code, _W.severity, _W.override)):
        found[ConflictCode(code)] = Weighing(Severity(severity), Override(override))
    return found


def set_weighing(db: Db, code: ConflictCode, weighing: Weighing) -> None:
    """How one code weighs from now on."""
    db.execute(delete(conflict_weighings).where(_W.code == code))
    severity, override = weighing
    db.execute(insert(conflict_weighings).values(code=code, severity=severity, override=override))


class PassedOver(NamedTuple):
    """Somebody wrote all the same."""

    owner_id: int
    uid: str
    mark: str
    codes: frozenset[ConflictCode]
    reason: str
    by: str


def add_override(db: Db, one: PassedOver, *, now: int) -> int:
    """Keep the reason; its number, which the audit trail names."""
    row = insert(conflict_overrides).values(
        owner_id=one.owner_id, uid=one.uid, mark=one.mark, codes=",".join(sorted(one.codes)),
        reason=one.reason, by=one.by, at=now,
    )  # fmt: skip
    return int(db.execute(row.returning(_O.id)).scalar_one())


def passed_over(db: Db, owner_id: int, mark: str) -> frozenset[ConflictCode]:
    """The codes that somebody passed over when he placed that very time."""
    rows = db.execute(select(_O.codes).where(_O.owner_id == owner_id, _O.mark == mark)).scalars()
    return frozenset(ConflictCode(code) for text in rows for code in text.split(","))


class ToldOf(NamedTuple):
    """A task that tells of the conflicts of an object."""

    object_id: int
    owner_id: int
    person_id: int
    task_uid: str
    told: frozenset[str] = frozenset()
    """Codes and starts of what it has told by now."""


_TOLD = (_T.object_id, _T.owner_id, _T.person_id, _T.task_uid, _T.told)


def _read(row: Sequence[Any]) -> ToldOf:
    number, owner, person, uid, told = row
    return ToldOf(number, owner, person, uid, frozenset(told.split()))


def tasks_of(db: Db, owner_id: int) -> list[ToldOf]:
    """The tasks about one diary."""
    return [_read(row) for row in db.execute(select(*_TOLD).where(_T.owner_id == owner_id))]


def find_task(db: Db, object_id: int) -> ToldOf | None:
    """The task about one object."""
    row = db.execute(select(*_TOLD).where(_T.object_id == object_id)).one_or_none()
    return None if row is None else _read(row)


def keep_task(db: Db, one: ToldOf) -> None:
    """A task was opened."""
    db.execute(delete(conflict_tasks).where(_T.object_id == one.object_id))
    values = {**one._asdict(), "told": " ".join(sorted(one.told))}
    db.execute(insert(conflict_tasks).values(**values))


def drop_task(db: Db, object_id: int) -> None:
    """It is closed."""
    db.execute(delete(conflict_tasks).where(_T.object_id == object_id))


def positions(db: Db) -> dict[int, int]:
    """How far each calendar was followed."""
    return {row.collection_id: row.position for row in db.execute(select(conflicts_followed))}


def set_position(db: Db, collection: int, position: int) -> None:
    """How far one was followed; a second process that follows it too waits here."""
    found = db.execute(
        update(conflicts_followed).where(_F.collection_id == collection).values(position=position)
    )
    if not found.rowcount:
        db.execute(insert(conflicts_followed).values(collection_id=collection, position=position))
