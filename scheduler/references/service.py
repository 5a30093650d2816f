"""References: noted on what one works on, found by whoever sees what bears them (DIR-5, SEC-5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from calendars.kernel.audit import HOUSE, Deed, Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden, InvalidInput, NotFound
from calendars.model.principal import Principal, Role
from calendars.services.find_principals import get_principal
from calendars.services.note_deed import note_deed
from scheduler.references import repository
from scheduler.references.model import (
    OTHERS,
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

    words = "réservé à l'administration"


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
        raise NotFound("there is no such system", words="ce système n'existe pas", field="code")
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
        raise InvalidInput("there is no such system", words="ce système n'existe pas", field="code")
    check_number(mark.number, system.pattern)
    return note(db, actor, mark, subject, now=now)


def note(db: Db, actor: Principal, mark: Mark, subject: Subject, *, now: int) -> Attached:
    """The same of what was looked at already; what changes leaves a line (SEC-8).

    Raises NumberTaken.
    """
    made = repository.add(db, mark, subject, by=actor.login, now=now)
    if made is not None:
        _leave_line(db, actor, Deed.NOTE_REFERENCE, Reference(made, mark, subject), now=now)
        return Attached(Reference(made, mark, subject), is_new=True)
    known = repository.find_number(db, mark.system, mark.number)
    if known is None or known.subject != subject:
        raise NumberTaken("this number stands for something else")
    if known.mark != mark:
        repository.update_mark(db, known.id, mark)
        _leave_line(db, actor, Deed.NOTE_REFERENCE, known, now=now)
    return Attached(known._replace(mark=mark), is_new=False)


def set_numbers(
    db: Db, actor: Principal, subject: Subject, wanted: Sequence[str], *, now: int
) -> None:
    """Exactly these numbers, each of the one system that it looks like, else of `OTHERS`.

    Who may change the thing is the caller's to have asked. Raises InvalidInput, NumberTaken.
    """
    there = repository.list_of(db, subject)
    for one in there:
        if one.mark.number not in wanted:
            repository.remove(db, one.id)
            _leave_line(db, actor, Deed.REMOVE_REFERENCE, one, now=now)
    known = {one.mark.number for one in there}
    for number in dict.fromkeys(wanted):
        if number not in known:
            note(db, actor, Mark(_system_of(db, number), number), subject, now=now)


def _system_of(db: Db, number: str) -> str:
    fitting = [one.code for one in repository.list_systems(db) if _fits(number, one)]
    plain = [one for one in fitting if one != OTHERS.code]
    if len(plain) == 1:
        return plain[0]
    if OTHERS.code not in fitting:
        raise InvalidInput("this number is of no system that is declared")
    return OTHERS.code


def _fits(number: str, system: ReferenceSystem) -> bool:
    try:
        check_number(number, system.pattern)
    except InvalidInput:
        return False
    return True


def _leave_line(db: Db, actor: Principal, deed: Deed, one: Reference, *, now: int) -> None:
    """In the chain of whose the thing is; of the number itself nothing (SEC-8)."""
    owner = HOUSE if not one.subject.owner else get_principal(db, one.subject.owner).id
    details: dict[str, int | str | list[str]] = {
        "reference": one.id, "system": one.mark.system, "kind": str(one.subject.kind),
    }  # fmt: skip
    note_deed(db, actor, deed, owner=owner, details=details, now=now)


def detach(db: Db, actor: Principal, reference: ReferenceId, *, eyes: Eyes, now: int) -> None:
    """The thing bears it no more. Raises NotFound, Forbidden."""
    found = repository.find(db, reference)
    if found is None:
        raise NotFound("there is nothing here")
    eyes.look(db, actor, found.subject, change=True, now=now)
    repository.remove(db, reference)
    _leave_line(db, actor, Deed.REMOVE_REFERENCE, found, now=now)


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
        raise InvalidInput(
            "an owner is named for requests and calendar objects, and only for them",
            words="un agenda se nomme pour les demandes et les objets d'agenda, et pour eux seuls",
            field="owner",
        )
    return subject


def _check_admin(actor: Principal | Origin) -> None:
    if isinstance(actor, Principal) and actor.role is not Role.ADMIN:
        raise NotForYou("administrators alone declare systems")
