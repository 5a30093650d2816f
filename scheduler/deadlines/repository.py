"""The shelf of dates that must not be missed."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from scheduler.deadlines.model import (
    Deadline,
    DeadlineId,
    DeadlineState,
    PastMove,
    Proposal,
    ProposalState,
)
from scheduler.deadlines.tables import deadline_moves, deadline_proposals, deadlines
from scheduler.working_time.rules import DateInputs, DateRule, DayUnit

_D, _M, _P = deadlines.c, deadline_moves.c, deadline_proposals.c


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


def find(db: Db, deadline: DeadlineId, *, lock: bool = False) -> Deadline | None:
    """The date of that number; locked, nobody else writes it until the transaction ends."""
    query = select(deadlines).where(_D.id == deadline)
    return next(iter(_deadlines(db, query.with_for_update() if lock else query)), None)


def list_of(db: Db, owner: PrincipalId) -> list[Deadline]:
    """Somebody's dates, the nearest first."""
    return _deadlines(db, select(deadlines).where(_D.owner_id == owner).order_by(_D.due, _D.id))


def list_due(db: Db, first: date, last: date) -> list[Deadline]:
    """Whoever's are open and due between two days, and have reminders."""
    query = select(deadlines).where(
        _D.state == DeadlineState.OPEN, _D.due >= first, _D.due <= last, _D.reminders != ""
    )  # fmt: skip
    return _deadlines(db, query.order_by(_D.id))


def list_outdated(db: Db, version: str, first: date) -> list[DeadlineId]:
    """Open dates from that day on that were reckoned with other days than those of now."""
    query = select(_D.id).where(
        _D.state == DeadlineState.OPEN, _D.due >= first, _D.version != version
    )  # fmt: skip
    return [DeadlineId(one) for one in db.execute(query.order_by(_D.id)).scalars()]


def list_chain(db: Db, first: DeadlineId, *, lock: bool = False) -> list[Deadline]:
    """A date and all that comes after it, whoever's; locked, nobody moves one meanwhile."""
    found: dict[int, Deadline] = {}
    wanted = _D.id == first
    while True:
        query = select(deadlines).where(wanted).order_by(_D.id)
        more = _deadlines(db, query.with_for_update() if lock else query)
        fresh = [one for one in more if one.id not in found]
        if not fresh:
            return list(found.values())
        found |= {one.id: one for one in fresh}
        wanted = _D.after.in_([one.id for one in fresh])


def put_proposal(db: Db, deadline: DeadlineId, one: Proposal) -> int:
    """Another day is proposed; what was proposed before is no more."""
    settle_proposal(db, deadline, ProposalState.REPLACED, by=one.by, now=one.at)
    values = {**one._asdict(), "deadline_id": deadline}
    del values["id"]
    row = insert(deadline_proposals).values(values).returning(_P.id)
    return int(db.execute(row).scalar_one())


def settle_proposal(
    db: Db, deadline: DeadlineId, state: ProposalState, *, by: str, now: int
) -> None:
    """What was pending is answered."""
    pending = (_P.deadline_id == deadline, _P.state == ProposalState.PENDING)
    values = {"state": state, "answered_by": by, "answered_at": now}
    db.execute(update(deadline_proposals).where(*pending).values(values))


def _values(one: Deadline) -> dict[str, Any]:
    return {
        "rule": one.rule, "from_day": one.inputs.day, "count": one.inputs.count,
        "unit": one.inputs.unit, "due": one.due, "because": one.because,
        "version": one.version, "state": one.state,
        "reminders": ",".join(map(str, one.reminders)),
    }  # fmt: skip


def _deadlines(db: Db, query: Select[Any]) -> list[Deadline]:
    found = {}
    for row in db.execute(query):
        inputs = DateInputs(row.from_day, row._mapping["count"], DayUnit(row.unit))
        after = None if row.after is None else DeadlineId(row.after)
        found[row.id] = Deadline(
            DeadlineId(row.id), PrincipalId(row.owner_id), row.label, DateRule(row.rule), inputs,
            row.due, row.because, row.version, row.uid, after, DeadlineState(row.state),
            reminders=tuple(map(int, filter(None, row.reminders.split(",")))),
        )  # fmt: skip
    moves = select(deadline_moves).where(_M.deadline_id.in_(list(found))).order_by(_M.id)
    for row in db.execute(moves) if found else ():
        past = PastMove(row.at, row.by, row.former, row.due, row.because)
        found[row.deadline_id].moves.append(past)
    pending = select(deadline_proposals).where(
        _P.deadline_id.in_(list(found)), _P.state == ProposalState.PENDING
    )  # fmt: skip
    for row in db.execute(pending) if found else ():
        found[row.deadline_id].proposed = Proposal(
            row.day, row.due, row.former, row.by, row.at, row.because, id=row.id
        )
    return list(found.values())
