"""Absences entered one by one: an event of the diary, by the one write path (DIA-7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from typing import TypeAlias
from uuid import uuid4

from calendars.kernel.audit import Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden, NotFound
from calendars.kernel.identifiers import PrincipalId
from calendars.model.component import decode, parse
from calendars.model.instances import bounds
from calendars.model.principal import Principal, PrincipalKind, Privilege, Role
from calendars.services.authorize import access_to
from calendars.services.default_calendars import calendar_for
from calendars.services.find_entry import find_entries, find_entry, lock_calendars_of
from calendars.services.find_principals import (
    get_principal,
    get_principal_by_id,
    list_groups_of,
)
from calendars.services.place_entry import place_entries, remove_entry_of, rewrite_entry
from scheduler.absences import repository
from scheduler.absences.model import Absence, Kept, Standing, event_of

Actor: TypeAlias = Principal | Origin
"""A person, or the console of the machine."""


class ReadOnly(Forbidden):
    """His diary may be read, but not written in."""


@dataclass(frozen=True, slots=True)
class Register:
    """What the register of absences works with."""

    zone: tzinfo
    personnel: str = ""
    """Login of the group whose members note everybody's absences; empty where there is none."""


def note_absence(
    db: Db, actor: Actor, login: str, absence: Absence, register: Register, *,
    reference: str = "", now: int,
) -> Standing:  # fmt: skip
    """Somebody is away; what is noted already is not noted twice.

    Raises NotFound, ReadOnly, BadAbsence.
    """
    window = absence.checked().window(register.zone)
    owner = get_principal(db, login)
    check_may_set(db, actor, owner, register, now=now)
    lock_calendars_of(db, [owner.id])  # before the look: said twice at once, it is noted once
    for one in standing(db, repository.list_of(db, owner.id), register.zone):
        if one.window == window:
            return one
    return write(db, actor, owner, absence, register.zone, ("", reference), now=now)


def list_absences(
    db: Db, actor: Actor, login: str, register: Register, *, now: int
) -> list[Standing]:
    """Those noted that still stand in the diary, by start. Raises NotFound, ReadOnly."""
    owner = get_principal(db, login)
    check_may_set(db, actor, owner, register, now=now)
    found = standing(db, repository.list_of(db, owner.id), register.zone)
    return sorted(found, key=lambda one: one.window)


def remove_absence(
    db: Db, actor: Actor, login: str, number: int, register: Register, *, now: int
) -> None:
    """He is there after all. Raises NotFound, ReadOnly."""
    owner = get_principal(db, login)
    check_may_set(db, actor, owner, register, now=now)
    kept = repository.find(db, owner.id, number)
    if kept is None:
        raise NotFound("there is no such absence")
    erase(db, actor, owner, kept, now=now)


def check_may_set(db: Db, actor: Actor, owner: Principal, register: Register, *, now: int) -> None:
    """Administrators and the personnel for everybody; each for himself, and who keeps his diary.

    Raises NotFound where the actor may not even read the diary, else ReadOnly.
    """
    if owner.kind is not PrincipalKind.INDIVIDUAL:
        raise NotFound("there is nothing here")
    if isinstance(actor, Origin) or actor.id == owner.id or sets_all(db, actor, register):
        return
    calendar = calendar_for(db, owner.login, "VEVENT")
    if calendar is None:
        raise NotFound("there is nothing here")
    held = access_to(db, actor, calendar, now=now).privileges
    if Privilege.WRITE_CONTENT not in held:
        if Privilege.READ not in held:
            raise NotFound("there is nothing here")
        raise ReadOnly("the diary may be read only")


def sets_all(db: Db, actor: Principal, register: Register) -> bool:
    """He may note the absences of everybody."""
    if actor.role is Role.ADMIN:
        return True
    groups = list_groups_of(db, actor) if register.personnel else []
    return any(one.login == register.personnel for one in groups)


def standing(db: Db, found: Iterable[Kept], zone: tzinfo) -> list[Standing]:
    """Those of them that nobody has removed from the diary, and when they are."""
    kept = list(found)
    there = find_entries(db, [(PrincipalId(one.owner_id), one.uid) for one in kept])
    owners: dict[int, Principal] = {}
    told = []
    for one in kept:
        stored = there.get((PrincipalId(one.owner_id), one.uid))
        if stored is None:
            continue
        if one.owner_id not in owners:
            owners[one.owner_id] = get_principal_by_id(db, PrincipalId(one.owner_id))
        window = bounds(parse(decode(stored.data)), zone)
        told.append(Standing(one, owners[one.owner_id], window))
    return told


def write(
    db: Db, actor: Actor, owner: Principal, absence: Absence, zone: tzinfo,
    said: tuple[str, str], *, now: int,
) -> Standing:  # fmt: skip
    """A new event and its row; `said` is the list that it comes from, and its number there.

    Raises NotFound where he has no calendar.
    """
    collection = calendar_for(db, owner.login, "VEVENT")
    if collection is None:
        raise NotFound("there is no calendar")
    uid = f"absence-{uuid4()}"
    text = event_of(absence, uid, collection, zone, now=now)
    place_entries(db, _who(actor, owner), [(owner, text)], now=now)
    kept = repository.add(db, owner.id, uid, *said, now=now)
    return Standing(kept, owner, absence.window(zone))


def move(
    db: Db, actor: Actor, owner: Principal, kept: Kept, absence: Absence, zone: tzinfo, *, now: int
) -> None:
    """The event is at another time from now on; its history stays."""
    there = find_entry(db, owner.id, kept.uid)
    if there is None:
        raise NotFound("it was removed meanwhile")
    text = event_of(absence, kept.uid, there.collection, zone, now=now)
    [mine], [held, *_] = (
        text.children("VEVENT"),
        parse(decode(there.stored.data)).children("VEVENT"),
    )
    number = held.value("SEQUENCE") or "0"
    following = int(number) + 1 if number.isascii() and number.isdigit() else 1
    mine.lines[:] = [
        line._replace(value=str(following)) if line.name == "SEQUENCE" else line
        for line in mine.lines
    ]
    rewrite_entry(db, _who(actor, owner), there, text, now=now)


def erase(db: Db, actor: Actor, owner: Principal, kept: Kept, *, now: int) -> None:
    """The event goes with its row."""
    remove_entry_of(db, _who(actor, owner), owner, kept.uid, now=now)
    repository.remove(db, kept.id)


def _who(actor: Actor, owner: Principal) -> Principal:
    return owner.acting(actor) if isinstance(actor, Origin) else actor
