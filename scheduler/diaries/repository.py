"""The shelf of options."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, insert, select, update

from calendars.kernel.database import Db
from scheduler.diaries.model import Hold, HoldGroup, HoldGroupId, HoldState
from scheduler.diaries.tables import hold_groups, holds

_G = hold_groups.c
_MAKERS = select(_G.id, _G.made_by)
_COLUMNS = (_G.id, _G.owner, _G.ref, _G.expires_at, _G.state, _G.retained)


def add(db: Db, group: HoldGroup, *, by: str, now: int) -> HoldGroup:
    """A new group with its options."""
    row = insert(hold_groups).values(
        owner=group.owner, ref=group.ref, state=group.state, expires_at=group.expires_at,
        made_at=now, made_by=by,
    )  # fmt: skip
    group.id = HoldGroupId(db.execute(row.returning(_G.id)).scalar_one())
    for one in group.holds:
        db.execute(
            insert(holds).values(
                group_id=group.id, position=one.position, calendar=one.calendar, name=one.name,
                uid=one.uid,
            )
        )  # fmt: skip
    return group


def decide(db: Db, group: HoldGroup, *, by: str, now: int) -> None:
    """The state that the group has come to."""
    db.execute(
        update(hold_groups)
        .where(_G.id == group.id)
        .values(state=group.state, retained=group.retained, decided_at=now, decided_by=by)
    )


def find(db: Db, owner: str, ref: str, *, lock: bool = False) -> HoldGroup | None:
    """The group of that reference; locked, nobody else decides until the transaction ends."""
    query = select(*_COLUMNS).where(_G.owner == owner, _G.ref == ref)
    return next(iter(_groups(db, query.with_for_update() if lock else query)), None)


def list_of(db: Db, owner: str, *, open_only: bool) -> list[HoldGroup]:
    """A diary's groups, latest first."""
    query = select(*_COLUMNS).where(_G.owner == owner).order_by(_G.id.desc()).limit(200)
    return _groups(db, query.where(_G.state == HoldState.OPEN) if open_only else query)


def list_expired(db: Db, *, now: int, limit: int) -> list[HoldGroup]:
    """Groups that nobody decided on in time."""
    query = select(*_COLUMNS).where(_G.state == HoldState.OPEN, _G.expires_at <= now)
    return _groups(db, query.order_by(_G.id).limit(limit).with_for_update(skip_locked=True))


def list_expiring(db: Db, *, ahead: int, until: int, now: int) -> list[tuple[HoldGroup, str]]:
    """Open groups that end until then, and by whom they were made.

    What was made so many seconds before its end, or less, is fresh in everybody's mind.
    """
    soon = (_G.state == HoldState.OPEN, _G.expires_at > now, _G.expires_at <= until)
    query = select(*_COLUMNS).where(*soon, _G.made_at < _G.expires_at - ahead)
    found = _groups(db, query.order_by(_G.id))
    ids = [one.id for one in found]
    by = {row.id: row.made_by for row in db.execute(_MAKERS.where(_G.id.in_(ids)))} if ids else {}
    return [(one, str(by[one.id])) for one in found]


def _groups(db: Db, query: Select[Any]) -> list[HoldGroup]:
    found = [
        HoldGroup(HoldGroupId(id_), owner, ref, expires_at, (), HoldState(state), retained)
        for id_, owner, ref, expires_at, state, retained in db.execute(query)
    ]
    inside = select(holds).where(holds.c.group_id.in_([one.id for one in found]))
    by_group: dict[int, list[Hold]] = {}
    for row in db.execute(inside.order_by(holds.c.position)) if found else ():
        hold = Hold(row.position, row.calendar, row.name, row.uid)
        by_group.setdefault(row.group_id, []).append(hold)
    for one in found:
        one.holds = tuple(by_group.get(one.id, ()))
    return found
