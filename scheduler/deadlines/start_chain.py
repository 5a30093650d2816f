"""A chain of dates from a template and one day: each step is a date of its owner's (DLN-1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, tzinfo
from typing import NamedTuple

from calendars.kernel.audit import Deed, Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden, NotFound
from calendars.model.principal import Principal, Role
from calendars.model.typeset import typeset
from calendars.services.note_deed import note_deed
from scheduler.deadlines import chain_repository
from scheduler.deadlines.chain_model import ChainTemplate, check_template, owners_of
from scheduler.deadlines.model import Deadline, DeadlineId
from scheduler.deadlines.service import DeadlineDraft, add_deadline
from scheduler.working_time.rules import DateInputs


class NotForYou(Forbidden):
    """Administrators alone set templates."""


class ChainStart(NamedTuple):
    """From which template, of what, from which day, and who has which role."""

    template: str
    about: str
    day: date
    owners: Mapping[str, str]


def start_chain(
    db: Db, actor: Principal, start: ChainStart, *, zone: tzinfo, now: int
) -> list[Deadline]:
    """All its dates, or none where one of its owners is not the actor's to schedule for.

    Raises NotFound, NoOwner, InvalidInput.
    """
    template = chain_repository.get_template(db, start.template)
    owners = owners_of(template, start.owners)
    made: dict[str, Deadline] = {}
    for step in template.steps:
        after = None if step.after is None else DeadlineId(made[step.after].id)
        inputs = DateInputs(start.day, step.count, step.unit)
        label = typeset(f"{step.label} ({start.about})") if start.about else step.label
        draft = DeadlineDraft(label, step.rule, inputs, after)
        made[step.key] = add_deadline(db, actor, owners[step.role], draft, zone=zone, now=now)
    return sorted(made.values(), key=lambda one: (one.due, one.id))


def set_template(db: Db, actor: Principal | Origin, one: ChainTemplate, *, now: int) -> None:
    """Chains that are there stay as they are. Raises NotForYou, BadTemplate."""
    _check_admin(actor)
    check_template(one)
    chain_repository.set_template(db, one)
    note_deed(db, actor, Deed.SET_WORKING_TIME, details={"chain-template": 1}, now=now)


def unset_template(db: Db, actor: Principal | Origin, code: str, *, now: int) -> None:
    """An example is what it was; another template is gone. Raises NotForYou, NotFound."""
    _check_admin(actor)
    if not chain_repository.unset_template(db, code):
        raise NotFound("nothing was set under that code")
    note_deed(db, actor, Deed.SET_WORKING_TIME, details={"chain-template": 0}, now=now)


def _check_admin(actor: Principal | Origin) -> None:
    if isinstance(actor, Principal) and actor.role is not Role.ADMIN:
        raise NotForYou("administrators alone set templates")
