"""The shelf of actions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import PrincipalId
from scheduler.meetings.action_model import Action, ActionId
from scheduler.meetings.model import MeetingId
from scheduler.meetings.rules import PENDING, ActionState
from scheduler.meetings.tables import actions, meetings

_C = actions.c
_ACTION = select(*(_C[name] for name in Action.__dataclass_fields__))


def _found(db: Db, query: Select[Any]) -> list[Action]:
    rows = db.execute(query).mappings()
    return [Action(**{**row, "state": ActionState(row["state"])}) for row in rows]


def add(db: Db, action: Action) -> Action:
    """A new action, which gets its id."""
    values = asdict(action)
    del values["id"]
    action.id = ActionId(db.execute(insert(actions).values(**values).returning(_C.id)).scalar_one())
    return action


def save(db: Db, action: Action) -> None:
    """The action as it is now."""
    db.execute(update(actions).where(_C.id == action.id).values(**asdict(action)))


def get(db: Db, ref: str, *, lock: bool = False) -> Action:
    """The action of that reference. Raises NotFound."""
    query = _ACTION.where(_C.ref == ref)
    found = _found(db, query.with_for_update() if lock else query)
    if not found:
        raise NotFound("there is nothing here")
    return found[0]


def find(db: Db, ref: str) -> Action | None:
    """The action of that reference."""
    return next(iter(_found(db, _ACTION.where(_C.ref == ref))), None)


def list_of(db: Db, meeting_id: MeetingId) -> list[Action]:
    """The actions of a meeting in the order in which they were noted."""
    return _found(db, _ACTION.where(_C.meeting_id == meeting_id).order_by(_C.id))


def list_all(
    db: Db, *, meetings: Collection[int] | None = None, owners: Collection[str] | None = None
) -> list[Action]:
    """The register: what was opened, by due date."""
    query = _ACTION.where(_C.state != ActionState.NOTED)
    if meetings is not None:
        query = query.where(_C.meeting_id.in_(list(meetings)))
    if owners is not None:
        query = query.where(_C.owner.in_(list(owners)))
    return _found(db, query.order_by(_C.due.is_(None), _C.due, _C.id))


def list_pending(db: Db) -> list[Action]:
    """What nobody ended, as far as was known last."""
    query = _ACTION.where(_C.state.in_(list(PENDING)))
    return _found(db, query.order_by(_C.due.is_(None), _C.due, _C.id))


def list_pending_of(db: Db, owner: PrincipalId, series: str | None) -> list[Action]:
    """The same of one series of an organiser's; one that somebody else calls alike is another."""
    query = _ACTION.join(meetings, meetings.c.id == _C.meeting_id).where(
        _C.state.in_(list(PENDING)), meetings.c.series == series, meetings.c.owner_id == owner
    )
    return _found(db, query.order_by(_C.due.is_(None), _C.due, _C.id))
