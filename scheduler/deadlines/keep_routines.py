"""Recurring tasks: set up, ticked day by day, and what is missing at the end of a month (DLN-1)."""

from __future__ import annotations

import calendar
from datetime import date, timedelta, tzinfo
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.principal import Principal
from calendars.model.wall_clock import epoch_to_local
from calendars.services.find_principals import get_principal, get_principal_by_id
from calendars.services.open_task import open_task
from calendars.services.schedules_for import schedules_for
from calendars.services.tick_task import tick_task
from scheduler.deadlines import routine_repository as shelf
from scheduler.deadlines.routine_model import (
    MOST_AHEAD,
    BadRoutine,
    MonthOfRoutine,
    Routine,
    RoutineDay,
    RoutineId,
)
from scheduler.deadlines.write_routine_days import Hand, current, keep_up, rename_ahead
from scheduler.working_time.recurring import OnClosedDays, Recurring, check_rule

_DAY = timedelta(days=1)


class RoutineDraft(NamedTuple):
    """What is said of a new recurring task."""

    label: str
    recurring: Recurring
    ahead: int = 2


class RoutineChange(NamedTuple):
    """What shall be otherwise; None leaves it."""

    label: str | None = None
    last_day: date | None = None
    on_closed: OnClosedDays | None = None
    ahead: int | None = None


def add_routine(
    db: Db, actor: Principal, login: str, draft: RoutineDraft, *, zone: tzinfo, now: int
) -> Routine:
    """A new recurring task; its first days are written at once. Raises NotFound, BadRule,
    BadRoutine.
    """
    owner = _owner(db, actor, login, now=now)
    check_rule(draft.recurring.rule, draft.recurring.first_day)
    today = epoch_to_local(now, zone).date()
    made = Routine(RoutineId(0), owner.id, draft.label, draft.recurring, draft.ahead, today - _DAY)
    _check(made)
    made = shelf.add(db, made, by=actor.login, now=now)
    keep_up(db, made, Hand(actor, owner, zone, now))
    return made


def list_routines(db: Db, actor: Principal, login: str, *, now: int) -> list[Routine]:
    """Somebody's, for him and those who schedule for him. Raises NotFound."""
    return shelf.list_of(db, _owner(db, actor, login, now=now).id)


def get_routine(
    db: Db, actor: Principal, routine: RoutineId, *, lock: bool = False, now: int
) -> Routine:
    """One of them. Raises NotFound."""
    found = shelf.find(db, routine, lock=lock)
    if found is None or not schedules_for(db, actor, found.owner_id, now=now):
        raise NotFound("there is no such task")
    return found


def change_routine(
    db: Db, actor: Principal, routine: RoutineId, change: RoutineChange, *, zone: tzinfo, now: int
) -> Routine:
    """What is to come goes along: tasks after the last day go, others move. Raises NotFound,
    BadRoutine.
    """
    found = get_routine(db, actor, routine, lock=True, now=now)
    found.label = change.label or found.label
    found.ahead = found.ahead if change.ahead is None else change.ahead
    found.recurring = found.recurring._replace(
        last_day=change.last_day or found.recurring.last_day,
        on_closed=change.on_closed or found.recurring.on_closed,
    )
    _check(found)
    shelf.save(db, found)
    hand = Hand(actor, get_principal_by_id(db, found.owner_id), zone, now)
    keep_up(db, found, hand)
    if change.label is not None:
        rename_ahead(db, found, hand)
    return found


def list_days(
    db: Db, actor: Principal, routine: RoutineId, first: date, last: date, *, now: int
) -> list[RoutineDay]:
    """Its days that are written, with why and whether they are done. Raises NotFound."""
    found = get_routine(db, actor, routine, now=now)
    owner = get_principal_by_id(db, found.owner_id)
    days = shelf.list_days(db, [found.id], first, last)
    return list(current(db, {found.id: owner}, days, now=now))


def tick_day(
    db: Db, actor: Principal, routine: RoutineId, nominal: date, *, done: bool, zone: tzinfo,
    now: int,
) -> RoutineDay:  # fmt: skip
    """Done, or not after all, here and in the owner's list. Raises NotFound."""
    found = get_routine(db, actor, routine, lock=True, now=now)
    owner = get_principal_by_id(db, found.owner_id)
    one = shelf.find_day(db, found.id, nominal)
    if one is None:
        raise NotFound("nothing is due on that day")
    current(db, {found.id: owner}, [one], now=now)
    if one.done is not done:
        one.done_at = now if done else None
        shelf.save_day(db, one)
        if not tick_task(db, actor, owner, one.uid, done=done, now=now) and not done:
            task = Hand(actor, owner, zone, now).task(found, one)
            open_task(db, actor, owner, task, now=now)
    return one


def gaps_of_month(
    db: Db, actor: Principal, login: str, month: date, *, zone: tzinfo, now: int
) -> list[MonthOfRoutine]:
    """Of each recurring task the days that were due up to yesterday, and were not ticked.

    Raises NotFound.
    """
    owner = _owner(db, actor, login, now=now)
    yesterday = epoch_to_local(now, zone).date() - _DAY
    first = month.replace(day=1)
    last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    found = {one.id: one for one in shelf.list_of(db, owner.id)}
    days = shelf.list_days(db, list(found), first, min(last, yesterday))
    current(db, dict.fromkeys(found, owner), days, now=now)
    return [
        _month(one, [day for day in days if day.routine_id == one.id], zone)
        for one in found.values()
    ]


def _month(routine: Routine, days: list[RoutineDay], zone: tzinfo) -> MonthOfRoutine:
    done = [one for one in days if one.done_at is not None]
    late = [one for one in done if epoch_to_local(one.done_at or 0, zone).date() > one.day]
    gaps = tuple(one for one in days if not one.done)
    return MonthOfRoutine(routine, len(days), len(done), len(late), gaps)


def _check(one: Routine) -> None:
    """Raises BadRoutine."""
    recurring = one.recurring
    if recurring.on_closed is OnClosedDays.SKIP:
        raise BadRoutine("a task on a closed day is moved, not forgotten")
    if not 0 <= one.ahead <= MOST_AHEAD:
        raise BadRoutine(f"tasks are written up to {MOST_AHEAD} days ahead")
    if recurring.last_day is not None and recurring.last_day < recurring.first_day:
        raise BadRoutine("it ends after it begins")


def _owner(db: Db, actor: Principal, login: str, *, now: int) -> Principal:
    owner = get_principal(db, login)
    if not schedules_for(db, actor, owner.id, now=now):
        raise NotFound("there are no tasks here")
    return owner
