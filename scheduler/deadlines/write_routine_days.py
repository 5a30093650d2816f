"""The days of recurring tasks become tasks of their own, some days ahead, by a job (DLN-1).

Each is a VTODO of the ordinary kind in its owner's list: ticked in any program, it is done. Days
that are decided otherwise move what is still to come, and say so (TIM-10).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from uuid import uuid4

from calendars.kernel.audit import JOB
from calendars.kernel.database import Database, Db
from calendars.model.principal import Principal
from calendars.model.wall_clock import epoch_to_local
from calendars.services.find_entry import find_entries
from calendars.services.find_principals import get_principal_by_id
from calendars.services.open_task import Task, close_task, open_task
from calendars.services.tick_task import done_at
from scheduler.deadlines import routine_repository as shelf
from scheduler.deadlines.routine_model import Routine, RoutineDay
from scheduler.working_time.hours import at_minute
from scheduler.working_time.recurring import LONGEST_CLOSURE, Shifted, one_a_day, shifted_days
from scheduler.working_time.service import working_calendar
from scheduler.working_time.wording import because_shifted

_DUE_MINUTE = 17 * 60
_DAY = timedelta(days=1)
_REACH = 2 * LONGEST_CLOSURE


@dataclass(frozen=True, slots=True)
class Hand:
    """Who writes, in whose list, when."""

    actor: Principal
    owner: Principal
    zone: tzinfo
    now: int

    @property
    def today(self) -> date:
        """By the clocks of the site (TIM-1)."""
        return epoch_to_local(self.now, self.zone).date()

    def task(self, routine: Routine, one: RoutineDay) -> Task:
        """What the owner reads in his list."""
        due_at = at_minute(one.day, _DUE_MINUTE, self.zone)
        return Task(one.uid, routine.label, description=one.because, due_at=due_at)


def write_days_ahead(database: Database, zone: tzinfo, *, now: int) -> int:
    """All that live are written ahead, each in a transaction of its own; how many tasks changed."""
    today = epoch_to_local(now, zone).date()
    with database.reading() as db:
        due = [one.id for one in shelf.list_living(db, today)]
    changed = 0
    for number in due:
        with database.transaction() as db:
            routine = shelf.find(db, number, lock=True)
            if routine is None:
                continue
            owner = get_principal_by_id(db, routine.owner_id)
            if owner.disabled:
                continue
            changed += keep_up(db, routine, Hand(owner.acting(JOB), owner, zone, now))
    return changed


def keep_up(db: Db, routine: Routine, hand: Hand) -> int:
    """Days that are due soon are written, those that moved since are moved; how many that were."""
    today = hand.today
    horizon = today + routine.ahead * _DAY
    start = min(today, routine.written_until + _DAY)
    working = working_calendar(db, start - 2 * _REACH, horizon + 2 * _REACH)
    around = shifted_days(routine.recurring, start - _REACH, horizon + _REACH, working.days)
    expected = {one.nominal: one for one in one_a_day(around)}
    kept = shelf.list_days(db, [routine.id], start - _REACH, horizon + _REACH)
    changed = _keep_ticks(db, routine, hand, kept)
    for one in kept:
        if not one.done and one.day >= today:
            changed += _settle(db, routine, one, expected.get(one.nominal), working.version, hand)
    known = {one.nominal for one in kept}
    for shifted in expected.values():
        day = shifted.day
        if day is None or shifted.nominal in known or not start <= day <= horizon:
            continue
        _write(db, routine, shifted, day, working.version, hand)
        changed += 1
    if horizon > routine.written_until:
        routine.written_until = horizon
        shelf.save(db, routine)
    return changed


def rename_ahead(db: Db, routine: Routine, hand: Hand) -> None:
    """What is to be done yet is called as the recurring task is called now."""
    days = shelf.list_days(db, [routine.id], hand.today, hand.today + 2 * _REACH)
    for one in current(db, {routine.id: hand.owner}, days, now=hand.now):
        if not one.done:
            open_task(db, hand.actor, hand.owner, hand.task(routine, one), now=hand.now)


def _keep_ticks(db: Db, routine: Routine, hand: Hand, kept: Sequence[RoutineDay]) -> int:
    """What was ticked, or taken back, is kept for when the task is cleared away; how many."""
    before = [one.done_at for one in kept]
    current(db, {routine.id: hand.owner}, kept, now=hand.now)
    changed = [one for one, was in zip(kept, before, strict=True) if one.done_at != was]
    for one in changed:
        shelf.save_day(db, one)
    return len(changed)


def _settle(
    db: Db, routine: Routine, one: RoutineDay, now_due: Shifted | None, version: str, hand: Hand
) -> bool:
    """The day is where the rule and the closed days of now put it; whether that was news."""
    if now_due is None or now_due.day is None:
        close_task(db, hand.actor, hand.owner, one.uid, now=hand.now)
        shelf.remove_day(db, one)
        return True
    if now_due.day == one.day:
        return False
    one.former, one.day = one.day, now_due.day
    one.because, one.version = because_shifted(now_due), version
    open_task(db, hand.actor, hand.owner, hand.task(routine, one), now=hand.now)
    shelf.save_day(db, one)
    return True


def _write(db: Db, routine: Routine, shifted: Shifted, day: date, version: str, hand: Hand) -> None:
    """A day more. What was missed in an outage is a gap that can be filled, and no task."""
    uid = f"niaouli-rec-{uuid4().hex}"
    words = because_shifted(shifted)
    one = RoutineDay(routine.id, shifted.nominal, day, words, version, uid)
    shelf.add_day(db, one)
    if day >= hand.today:
        open_task(db, hand.actor, hand.owner, hand.task(routine, one), now=hand.now)


def current(
    db: Db, owners: Mapping[int, Principal], days: Sequence[RoutineDay], *, now: int
) -> Sequence[RoutineDay]:
    """As the tasks say it now: whoever ticks one in his program has done it."""
    wanted = [(owners[one.routine_id].id, one.uid) for one in days]
    there = find_entries(db, wanted)
    for one in days:
        stored = there.get((owners[one.routine_id].id, one.uid))
        if stored is None:
            continue
        told = done_at(stored, now=now)
        if (told is None) is not (one.done_at is None):
            one.done_at = told
    return days
