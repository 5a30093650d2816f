"""The shelf of recurring tasks and of their days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from scheduler.deadlines.routine_model import Routine, RoutineDay, RoutineId
from scheduler.deadlines.tables import routine_days, routines
from scheduler.working_time.recurring import OnClosedDays, Recurring

_R, _D = routines.c, routine_days.c


def add(db: Db, one: Routine, *, by: str, now: int) -> Routine:
    """A new recurring task."""
    said = {"owner_id": one.owner_id, "made_by": by, "made_at": now}
    row = insert(routines).values({**_values(one), **said}).returning(_R.id)
    one.id = RoutineId(db.execute(row).scalar_one())
    return one


def save(db: Db, one: Routine) -> None:
    """As it stands now."""
    db.execute(update(routines).where(_R.id == one.id).values(_values(one)))


def find(db: Db, routine: RoutineId, *, lock: bool = False) -> Routine | None:
    """The recurring task of that number; locked, nobody writes its days meanwhile."""
    query = select(routines).where(_R.id == routine)
    return next(iter(_routines(db, query.with_for_update() if lock else query)), None)


def list_of(db: Db, owner: PrincipalId) -> list[Routine]:
    """Somebody's recurring tasks."""
    return _routines(db, select(routines).where(_R.owner_id == owner).order_by(_R.id))


def list_living(db: Db, today: date) -> list[Routine]:
    """Those that are not over."""
    goes_on = _R.last_day.is_(None) | (_R.last_day >= today) | (_R.last_day > _R.written_until)
    return _routines(db, select(routines).where(goes_on).order_by(_R.id))


def list_days(db: Db, ids: Sequence[RoutineId], first: date, last: date) -> list[RoutineDay]:
    """Their days between two days, both included, in order."""
    query = select(routine_days).where(
        _D.routine_id.in_(ids), _D.day >= first, _D.day <= last
    )  # fmt: skip
    found = db.execute(query.order_by(_D.day, _D.routine_id)) if ids else ()
    return [_day(row) for row in found]


def find_day(db: Db, routine: RoutineId, nominal: date) -> RoutineDay | None:
    """The one that the rule has on that day."""
    query = select(routine_days).where(_D.routine_id == routine, _D.nominal == nominal)
    row = db.execute(query).first()
    return None if row is None else _day(row)


def add_day(db: Db, one: RoutineDay) -> None:
    """A day more."""
    known = {"routine_id": one.routine_id, "nominal": one.nominal, "uid": one.uid}
    db.execute(insert(routine_days).values({**known, **_day_values(one)}))


def save_day(db: Db, one: RoutineDay) -> None:
    """As it stands now."""
    where = (_D.routine_id == one.routine_id, _D.nominal == one.nominal)
    db.execute(update(routine_days).where(*where).values(_day_values(one)))


def remove_day(db: Db, one: RoutineDay) -> None:
    """A day less."""
    where = (_D.routine_id == one.routine_id, _D.nominal == one.nominal)
    db.execute(delete(routine_days).where(*where))


def _values(one: Routine) -> dict[str, Any]:
    rule, first_day, last_day, on_closed = one.recurring
    return {
        "label": one.label, "rule": rule, "first_day": first_day, "last_day": last_day,
        "on_closed": on_closed, "ahead": one.ahead, "written_until": one.written_until,
    }  # fmt: skip


def _day_values(one: RoutineDay) -> dict[str, Any]:
    return {
        "day": one.day, "because": one.because, "version": one.version, "done_at": one.done_at,
        "former": one.former,
    }  # fmt: skip


def _routines(db: Db, query: Select[Any]) -> list[Routine]:
    found = []
    for row in db.execute(query):
        recurring = Recurring(row.rule, row.first_day, row.last_day, OnClosedDays(row.on_closed))
        found.append(
            Routine(
                RoutineId(row.id), PrincipalId(row.owner_id), row.label, recurring, row.ahead,
                row.written_until,
            )
        )  # fmt: skip
    return found


def _day(row: Row[Any]) -> RoutineDay:
    return RoutineDay(
        RoutineId(row.routine_id), row.nominal, row.day, row.because, row.version, row.uid,
        row.done_at, row.former,
    )  # fmt: skip
