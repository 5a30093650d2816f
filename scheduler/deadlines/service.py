"""Dates that must not be missed: reckoned, kept with their reasons, moved in the open (DLN-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, tzinfo
from typing import NamedTuple
from uuid import uuid4

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.language import Language
from calendars.model.principal import Principal
from calendars.services.find_entry import find_entries
from calendars.services.find_principals import get_principal, get_principal_by_id, list_people
from calendars.services.open_task import Task, close_task, open_task
from calendars.services.schedules_for import schedules_for
from calendars.services.tick_task import done_at, tick_task
from scheduler.deadlines import letters, repository
from scheduler.deadlines.letters import News, Notice
from scheduler.deadlines.model import (
    Deadline,
    DeadlineId,
    DeadlineState,
    IsOver,
    NotAsProposed,
    NothingProposed,
    PastMove,
    Proposal,
    ProposalState,
)
from scheduler.deadlines.rules import Link, Move, propose
from scheduler.working_time.hours import at_minute
from scheduler.working_time.rules import DateInputs, DateRule
from scheduler.working_time.service import compute_date

_DUE_MINUTE = 17 * 60
"""At which minute of its day a task is late for the programs that show it."""


class DeadlineDraft(NamedTuple):
    """What is said of a new date; after another one, its day is that one's."""

    label: str
    rule: DateRule
    inputs: DateInputs
    after: DeadlineId | None = None
    reminders: tuple[int, ...] = (2,)


class Said(NamedTuple):
    """What goes along with a decision: why, by which clocks, in which language of the house."""

    because: str
    zone: tzinfo
    language: Language


def add_deadline(
    db: Db, actor: Principal, login: str, draft: DeadlineDraft, *, zone: tzinfo, now: int
) -> Deadline:
    """A new date of somebody's, with a task that reminds him; it may come after somebody else's.

    Raises NotFound, InvalidInput.
    """
    owner = _owner(db, actor, login, now=now)
    label, rule, inputs, after, reminders = draft
    if after is not None:
        before = get_deadline(db, actor, after, now=now)
        inputs = DateInputs(before.due, inputs.count, inputs.unit)
    found = compute_date(db, rule, inputs)
    uid = f"niaouli-dln-{uuid4().hex}"
    made = Deadline(
        DeadlineId(0), owner.id, label, rule, inputs, found.day, found.because, found.version,
        uid, after, reminders=tuple(sorted(set(reminders), reverse=True)),
    )  # fmt: skip
    open_task(db, actor, owner, _task_of(made, zone), now=now)
    return repository.add(db, made, by=actor.login, now=now)


def list_deadlines(db: Db, actor: Principal, login: str, *, now: int) -> list[Deadline]:
    """Somebody's dates, for him and those who schedule for him. Raises NotFound."""
    return current(db, repository.list_of(db, _owner(db, actor, login, now=now).id), now=now)


def get_deadline(
    db: Db, actor: Principal, deadline: DeadlineId, *, lock: bool = False, now: int
) -> Deadline:
    """One date; locked for who is about to write all of it. Raises NotFound."""
    found = repository.find(db, deadline, lock=lock)
    if found is None or not schedules_for(db, actor, found.owner_id, now=now):
        raise NotFound("there is no such date")
    return current(db, [found], now=now)[0]


def propose_move(
    db: Db, actor: Principal, deadline: DeadlineId, day: date, *, now: int
) -> list[Move]:
    """What reckoning it from another day would do to it and to all that depends on it.

    Nothing is written. Raises NotFound, IsOver.
    """
    found = get_deadline(db, actor, deadline, now=now)
    return _moves(db, actor, found, _chain(db, found, now=now), day, now=now)


def move(
    db: Db,
    actor: Principal,
    deadline: DeadlineId,
    day: date,
    confirmed: Mapping[int, date],
    said: Said,
    *,
    now: int,
) -> list[Deadline]:
    """The moves of the proposal, all of them and only where each was confirmed.

    Those of people for whom the actor does not schedule are proposed to them; every owner is told.
    Raises NotFound, IsOver, NotAsProposed.
    """
    found = get_deadline(db, actor, deadline, now=now)
    chain = _chain(db, found, lock=True, now=now)
    moves = _moves(db, actor, found, chain, day, now=now)
    if {one.number: one.due for one in moves} != confirmed:
        raise NotAsProposed("what was confirmed is not what would happen now")
    for one in moves:
        if one.asked:
            _ask(db, actor, chain[one.number], one, said, now=now)
        else:
            _apply(db, actor, chain[one.number], one, said, now=now)
    return [chain[one.number] for one in moves if not one.asked]


def _apply(db: Db, actor: Principal, moved: Deadline, one: Move, said: Said, *, now: int) -> None:
    owner = get_principal_by_id(db, moved.owner_id)
    reckoned = compute_date(db, moved.rule, one.inputs)
    past = PastMove(now, actor.login, moved.due, reckoned.day, said.because)
    answered = moved.proposed
    moved.inputs, moved.due = one.inputs, reckoned.day
    moved.because, moved.version = reckoned.because, reckoned.version
    moved.moves.append(past)
    repository.save(db, moved)
    repository.note_move(db, moved.id, past)
    letters.take_back(db, moved, now=now)
    open_task(db, actor, owner, _task_of(moved, said.zone), now=now)
    news = News(Notice.MOVED, actor, moved.due, past.former, said.because)
    letters.tell(db, owner, moved, news, f"{now}", default=said.language, now=now)
    if answered is not None:
        taken = answered.day == one.inputs.day
        state = ProposalState.ACCEPTED if taken else ProposalState.REPLACED
        repository.settle_proposal(db, moved.id, state, by=actor.login, now=now)
        moved.proposed = None
        if taken:
            _answer(db, actor, moved, answered, Notice.ACCEPTED, said, now=now)


def _ask(db: Db, actor: Principal, asked: Deadline, one: Move, said: Said, *, now: int) -> None:
    """Its owner is told what is proposed; nothing of his moves."""
    day = one.inputs.day
    proposal = Proposal(day, one.due, asked.due, actor.login, now, said.because)
    number = repository.put_proposal(db, asked.id, proposal)
    news = News(Notice.PROPOSED, actor, one.due, asked.due, said.because)
    owner = get_principal_by_id(db, asked.owner_id)
    letters.tell(db, owner, asked, news, f"{number}", default=said.language, now=now)


def decline(db: Db, actor: Principal, deadline: DeadlineId, said: Said, *, now: int) -> Deadline:
    """The date stays where it is, and who proposed another is told. To accept is to move it.

    Raises NotFound, NothingProposed.
    """
    found = get_deadline(db, actor, deadline, lock=True, now=now)
    if found.proposed is None:
        raise NothingProposed("nothing is proposed for this date")
    repository.settle_proposal(db, found.id, ProposalState.DECLINED, by=actor.login, now=now)
    _answer(db, actor, found, found.proposed, Notice.DECLINED, said, now=now)
    found.proposed = None
    return found


def _answer(
    db: Db, actor: Principal, one: Deadline, answered: Proposal, notice: Notice, said: Said, *,
    now: int,
) -> None:  # fmt: skip
    asker = list_people(db, [answered.by]).get(answered.by)
    if asker is not None:
        news = News(notice, actor, answered.due, answered.former, said.because)
        letters.tell(db, asker, one, news, f"{answered.id}", default=said.language, now=now)


def set_state(
    db: Db, actor: Principal, deadline: DeadlineId, state: DeadlineState, *, zone: tzinfo, now: int
) -> Deadline:
    """Met, abandoned or open again, here and in the owner's task list. Raises NotFound."""
    found = get_deadline(db, actor, deadline, lock=True, now=now)
    owner = get_principal_by_id(db, found.owner_id)
    found.state = state
    if state is not DeadlineState.OPEN:
        letters.take_back(db, found, now=now)
    if state is DeadlineState.ABANDONED:
        close_task(db, actor, owner, found.uid, now=now)
    else:
        done = state is DeadlineState.DONE
        if not tick_task(db, actor, owner, found.uid, done=done, now=now) and not done:
            open_task(db, actor, owner, _task_of(found, zone), now=now)
    repository.save(db, found)
    return found


def set_reminders(
    db: Db, actor: Principal, deadline: DeadlineId, reminders: Sequence[int], *, now: int
) -> None:
    """So many working days before it is due a mail says so, or none does. Raises NotFound."""
    found = get_deadline(db, actor, deadline, lock=True, now=now)
    found.reminders = tuple(sorted(set(reminders), reverse=True))
    repository.save(db, found)


def _moves(
    db: Db, actor: Principal, found: Deadline, chain: Mapping[int, Deadline], day: date, *,
    now: int,
) -> list[Move]:  # fmt: skip
    if found.id not in chain:
        raise IsOver("what is met or abandoned moves no more")
    links: dict[int, Link] = {number: one.link for number, one in chain.items()}
    inputs = DateInputs(day, found.inputs.count, found.inputs.unit)
    owners = {one.owner_id for one in chain.values()}
    kept = {one for one in owners if schedules_for(db, actor, one, now=now)}
    of_others = {number for number, one in chain.items() if one.owner_id not in kept}
    return propose(
        links, found.id, inputs, lambda rule, given: compute_date(db, rule, given).day,
        of_others=of_others,
    )  # fmt: skip


def _chain(db: Db, found: Deadline, *, lock: bool = False, now: int) -> dict[int, Deadline]:
    """It and what depends on it, whoever's: what is over stays where it is, and ends the chain."""
    all_after = current(db, repository.list_chain(db, found.id, lock=lock), now=now)
    return {one.id: one for one in all_after if one.state is DeadlineState.OPEN}


def current(db: Db, found: Sequence[Deadline], *, now: int) -> list[Deadline]:
    """As the tasks say it now: whoever ticks one in his program has met the date."""
    there = find_entries(db, [(one.owner_id, one.uid) for one in found])
    for one in found:
        stored = there.get((one.owner_id, one.uid))
        if stored is not None and one.state is not DeadlineState.ABANDONED:
            ticked = done_at(stored, now=now) is not None
            one.state = DeadlineState.DONE if ticked else DeadlineState.OPEN
    return list(found)


def _task_of(one: Deadline, zone: tzinfo) -> Task:
    due_at = at_minute(one.due, _DUE_MINUTE, zone)
    return Task(one.uid, one.label, description=one.because, due_at=due_at)


def _owner(db: Db, actor: Principal, login: str, *, now: int) -> Principal:
    owner = get_principal(db, login)
    if not schedules_for(db, actor, owner.id, now=now):
        raise NotFound("there are no dates here")
    return owner
