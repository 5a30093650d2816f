"""Messages taken on the telephone: written by any colleague, kept by the person's own (RDV-1)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput, NotFound
from calendars.model.language import Language
from calendars.model.principal import Principal, PrincipalKind
from calendars.services.act_for import acts_for
from calendars.services.find_entry import find_entries
from calendars.services.find_principals import get_principal, get_principal_by_id
from calendars.services.open_task import open_task
from calendars.services.schedules_for import schedules_for
from calendars.services.tick_task import done_at, tick_task
from scheduler.appointments import messages, repository
from scheduler.appointments.model import Call, CallId, PhoneMessage, Shown

MOST = 100


def write_message(
    db: Db, actor: Principal, login: str, call: Call, *, default: Language, now: int
) -> Shown:
    """A message for a colleague: a task of his, and a mail that says so.

    Raises NotFound, InvalidInput.
    """
    owner = get_principal(db, login)
    if owner.kind is not PrincipalKind.INDIVIDUAL:
        raise InvalidInput(
            "a message is for a person", words="un message est pour une personne", field="to"
        )
    uid = f"niaouli-tel-{uuid4().hex}"
    made = PhoneMessage(CallId(0), owner.id, actor.id, uid, call, now)
    made.is_task = open_task(db, actor, owner, messages.task_of(made, actor), now=now)
    repository.add(db, made)
    messages.tell(db, made, owner, actor, default=default, now=now)
    return Shown(made, owner, actor)


def list_messages(
    db: Db, actor: Principal, login: str, *, before: CallId | None, now: int
) -> list[Shown]:
    """The messages for somebody, for him and those who schedule for him. Raises NotFound."""
    owner = get_principal(db, login)
    if not schedules_for(db, actor, owner.id, now=now):
        raise NotFound("there are no messages here")
    found = repository.list_for(db, owner.id, before=before, limit=MOST)
    closed_to_him = not acts_for(db, actor, owner.id, now=now)
    mine = [one for one in found if not (closed_to_him and one.call.confidential)]
    return _shown(db, mine, now=now)


def list_written(db: Db, actor: Principal, *, before: CallId | None, now: int) -> list[Shown]:
    """The messages that the actor took himself."""
    return _shown(db, repository.list_by(db, actor.id, before=before, limit=MOST), now=now)


def get_message(db: Db, actor: Principal, message: CallId, *, now: int) -> Shown:
    """One message, for its writer too. Raises NotFound."""
    found = repository.find(db, message)
    if found is None or not (found.writer_id == actor.id or _keeps(db, actor, found, now=now)):
        raise NotFound("there is nothing here")
    return _shown(db, [found], now=now)[0]


def mark_message(
    db: Db, actor: Principal, message: CallId, *, read: bool | None, done: bool | None, now: int
) -> Shown:
    """Read or done, here and in the person's task list. Raises NotFound."""
    found = repository.find(db, message, lock=True)
    if found is None or not _keeps(db, actor, found, now=now):
        raise NotFound("there is nothing here")
    shown = _shown(db, [found], now=now)[0]
    found.mark(read=read, done=done, now=now)
    if done is not None:
        there = tick_task(db, actor, shown.owner, found.uid, done=done, now=now)
        if not there and not done:
            task = messages.task_of(found, shown.writer)
            found.is_task = open_task(db, actor, shown.owner, task, now=now)
    if found.is_done:
        messages.take_back(db, found, now=now)
    repository.save(db, found)
    return shown


def _keeps(db: Db, actor: Principal, one: PhoneMessage, *, now: int) -> bool:
    if one.call.confidential:
        return acts_for(db, actor, one.owner_id, now=now)
    return schedules_for(db, actor, one.owner_id, now=now)


def _shown(db: Db, found: Sequence[PhoneMessage], *, now: int) -> list[Shown]:
    """As the tasks say it now: whoever ticks one in his program is done with the message."""
    tasks = [one for one in found if one.is_task]
    there = find_entries(db, [(one.owner_id, one.uid) for one in tasks])
    for one in tasks:
        stored = there.get((one.owner_id, one.uid))
        gone = one.done_at or now
        one.told(gone if stored is None else done_at(stored, now=now))
    ids = {number for one in found for number in (one.owner_id, one.writer_id)}
    people = {number: get_principal_by_id(db, number) for number in ids}
    return [Shown(one, people[one.owner_id], people[one.writer_id]) for one in found]
