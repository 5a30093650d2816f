"""References: noted on what one works on, found by whoever sees what bears them (DIR-5, SEC-5)."""

from __future__ import annotations

from typing import NamedTuple

from calendars.kernel.audit import Deed, Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden, InvalidInput, NotFound
from calendars.model.principal import Principal, Role
from calendars.services.note_deed import note_deed
from scheduler.references import repository
from scheduler.references.model import (
    Eyes,
    Mark,
    NumberTaken,
    Reference,
    ReferenceId,
    ReferenceSystem,
    Subject,
    SystemInUse,
)
from scheduler.references.rules import check_number, check_pattern

MOST_FOUND, MOST_LOOKED_AT, _BATCH = 100, 1_000, 100


class NotForYou(Forbidden):
    """Administrators alone declare systems."""


class Attached(NamedTuple):
    """A reference, and whether it was noted just now."""

    reference: Reference
    is_new: bool


class Found(NamedTuple):
    """What a search has found; not `complete`, a longer beginning of the number is needed."""

    references: list[Reference]
    complete: bool


def list_systems(db: Db) -> list[ReferenceSystem]:
    """Every system that is declared."""
    return repository.list_systems(db)


def set_system(db: Db, actor: Principal | Origin, one: ReferenceSystem, *, now: int) -> None:
    """A system from now on; numbers that are noted stay. Raises NotForYou, BadPattern."""
    _check_admin(actor)
    check_pattern(one.pattern)
    repository.set_system(db, one)
    note_deed(db, actor, Deed.SET_DIRECTORY, details={"reference-systems": 1}, now=now)


def remove_system(db: Db, actor: Principal | Origin, code: str, *, now: int) -> None:
    """A system less. Raises NotForYou, NotFound, SystemInUse."""
    _check_admin(actor)
    if repository.is_used(db, code):
        raise SystemInUse("numbers of this system are noted")
    if not repository.remove_system(db, code):
        raise NotFound("there is no such system")
    note_deed(db, actor, Deed.SET_DIRECTORY, details={"reference-systems": 0}, now=now)


def attach(
    db: Db, actor: Principal, mark: Mark, subject: Subject, *, eyes: Eyes, now: int
) -> Attached:
    """Note a number on a thing; said again, only its date and direction may differ.

    Raises NotFound, Forbidden, BadNumber, NumberTaken.
    """
    subject = _checked(subject)
    eyes.look(db, actor, subject, change=True, now=now)
    system = repository.find_system(db, mark.system)
    if system is None:
        raise InvalidInput("there is no such system")
    check_number(mark.number, system.pattern)
    made = repository.add(db, mark, subject, by=actor.login, now=now)
    if made is not None:
        return Attached(Reference(made, mark, subject), is_new=True)
    known = repository.find_number(db, mark.system, mark.number)
    if known is None or known.subject != subject:
        raise NumberTaken("this number stands for something else")
    repository.update_mark(db, known.id, mark)
    return Attached(known._replace(mark=mark), is_new=False)


def detach(db: Db, actor: Principal, reference: ReferenceId, *, eyes: Eyes, now: int) -> None:
    """The thing bears it no more. Raises NotFound, Forbidden."""
    found = repository.find(db, reference)
    if found is None:
        raise NotFound("there is nothing here")
    eyes.look(db, actor, found.subject, change=True, now=now)
    repository.remove(db, reference)


def list_references(
    db: Db, actor: Principal, subject: Subject, *, eyes: Eyes, now: int
) -> list[Reference]:
    """The references of a thing that the actor sees. Raises NotFound."""
    subject = _checked(subject)
    eyes.look(db, actor, subject, change=False, now=now)
    return repository.list_of(db, subject)


def search(
    db: Db, actor: Principal, prefix: str, system: str | None, *, eyes: Eyes, now: int
) -> Found:
    """Numbers that start so, on things that the actor sees; of the others there is nothing."""
    found: list[Reference] = []
    looked_at, last = 0, ReferenceId(0)
    while batch := repository.list_starting(db, prefix, system, after=last, limit=_BATCH):
        for one in batch:
            if len(found) == MOST_FOUND or looked_at == MOST_LOOKED_AT:
                return Found(found, complete=False)
            looked_at, last = looked_at + 1, one.id
            if one.mark.number.startswith(prefix) and _sees(db, actor, one, eyes=eyes, now=now):
                found.append(one)
    return Found(found, complete=True)


def _sees(db: Db, actor: Principal, one: Reference, *, eyes: Eyes, now: int) -> bool:
    try:
        eyes.look(db, actor, one.subject, change=False, now=now)
    except (NotFound, Forbidden):
        return False
    return True


def _checked(subject: Subject) -> Subject:
    """Raises InvalidInput."""
    if subject.kind.is_owned == (not subject.owner):
        raise InvalidInput("an owner is named for requests and calendar objects, and only for them")
    return subject


def _check_admin(actor: Principal | Origin) -> None:
    if isinstance(actor, Principal) and actor.role is not Role.ADMIN:
        raise NotForYou("administrators alone declare systems")
