"""The shelf of dates that must not be missed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from scheduler.deadlines.model import Deadline, DeadlineId, DeadlineState, PastMove
from scheduler.deadlines.tables import deadline_moves, deadlines
from scheduler.working_time.rules import DateInputs, DateRule, DayUnit

_D, _M = deadlines.c, deadline_moves.c


def add(db: Db, one: Deadline, *, by: str, now: int) -> Deadline:
    """A new date."""
    said = {
        "owner_id": one.owner_id, "label": one.label, "uid": one.uid, "after": one.after,
        "made_by": by, "made_at": now,
    }  # fmt: skip
    row = insert(deadlines).values({**_values(one), **said}).returning(_D.id)
    one.id = DeadlineId(db.execute(row).scalar_one())
    return one


def save(db: Db, one: Deadline) -> None:
    """As it stands now."""
    db.execute(update(deadlines).where(_D.id == one.id).values(_values(one)))


def note_move(db: Db, deadline: DeadlineId, move: PastMove) -> None:
    """What it was before is kept."""
    db.execute(insert(deadline_moves).values(deadline_id=deadline, **move._asdict()))


def find(db: Db, deadline: DeadlineId) -> Deadline | None:
    """The date of that number."""
    return next(iter(_deadlines(db, select(deadlines).where(_D.id == deadline))), None)


def list_of(db: Db, owner: PrincipalId, *, lock: bool = False) -> list[Deadline]:
    """Somebody's dates, the nearest first; locked, nobody moves one meanwhile."""
    query = select(deadlines).where(_D.owner_id == owner).order_by(_D.due, _D.id)
    return _deadlines(db, query.with_for_update() if lock else query)


def _values(one: Deadline) -> dict[str, Any]:
    return {
        "rule": one.rule, "from_day": one.inputs.day, "count": one.inputs.count,
        "unit": one.inputs.unit, "due": one.due, "because": one.because,
        "version": one.version, "state": one.state,
    }  # fmt: skip


def _deadlines(db: Db, query: Select[Any]) -> list[Deadline]:
    found = {}
    for row in db.execute(query):
        inputs = DateInputs(row.from_day, row._mapping["count"], DayUnit(row.unit))
        after = None if row.after is None else DeadlineId(row.after)
        found[row.id] = Deadline(
            DeadlineId(row.id), PrincipalId(row.owner_id), row.label, DateRule(row.rule), inputs,
            row.due, row.because, row.version, row.uid, after, DeadlineState(row.state),
        )  # fmt: skip
    moves = select(deadline_moves).where(_M.deadline_id.in_(list(found))).order_by(_M.id)
    for row in db.execute(moves) if found else ():
        past = PastMove(row.at, row.by, row.former, row.due, row.because)
        found[row.deadline_id].moves.append(past)
    return list(found.values())
