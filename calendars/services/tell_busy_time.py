"""When several people are busy, told to somebody who looks for a common hour (SEC-5).

Inside of the house everybody may ask: without it no meeting could be found. What is told are
periods and their kind, and to who may not read the diary no closer than a quarter of an hour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from calendars.kernel.audit import Deed, Result, Target
from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.free_busy import BusyInterval, merge
from calendars.model.principal import Principal, PrincipalKind, Rights
from calendars.services.find_busy_time import MAX_WINDOW
from calendars.services.gather_busy_time import BusyQuestion, gather_busy_time
from calendars.services.list_occurrences import WindowTooLong
from calendars.services.tell_unavailable import unavailable
from calendars.storage import audit, delegations, principals

GRAIN = 15 * 60
"""Who may not read the diary itself learns of its periods no closer than that."""
MAX_PEOPLE = 1_000
"""Members of groups counted."""
_NESTING = 5
_PLACES = frozenset({PrincipalKind.ROOM, PrincipalKind.RESOURCE})


class FreeBusyPolicy(StrEnum):
    """Who learns when people are busy."""

    EVERYBODY = "everybody"
    """Whoever has an account here."""
    DELEGATES = "delegates"
    """Only those whom the person gave the right, `freebusy` at least."""


Told = Mapping[PrincipalId, Sequence[BusyInterval] | None]
"""Merged busy time by person; None where nothing may be told."""


def tell_busy_time(
    db: Db,
    actor: Principal,
    people: Sequence[Principal],
    question: BusyQuestion,
    *,
    policy: FreeBusyPolicy = FreeBusyPolicy.EVERYBODY,
    now: int,
) -> Told:
    """The busy time of people, rooms and groups; a group is busy when one of its members is.

    Raises WindowTooLong.
    """
    window = question.window
    if window.end - window.start > MAX_WINDOW:
        raise WindowTooLong("free-busy is told for a year at most")
    groups = {one.id: all_members(db, one.id) for one in people if one.kind is PrincipalKind.GROUP}
    asked = {one.id: one for one in people if one.id not in groups}
    for members in groups.values():
        asked.update((one.id, one) for one in members)
    held = delegations.rights_on_diaries(db, actor.id, now=now)
    found = gather_busy_time(db, list(asked)[:MAX_PEOPLE], question)
    told: dict[PrincipalId, Sequence[BusyInterval] | None] = {}
    for person, intervals in found.items():
        if asked[person].kind in _PLACES:
            intervals = [*intervals, *unavailable(db, asked[person], intervals, window)]  # noqa: PLW2901
        grain = grain_for(actor, asked[person], held.get(person), policy)
        told[person] = None if grain is None else merge(intervals, window, grain)
        if person != actor.id and asked[person].kind not in _PLACES:
            result = Result.REFUSED if grain is None else Result.DONE
            audit.record(db, actor, Deed.READ_BUSY, Target(person), now=now, result=result)
    for group, members in groups.items():
        parts = [told.get(one.id) for one in members]
        told[group] = merge((one for part in parts for one in part or ()), window)
    return told


def all_members(db: Db, group: PrincipalId) -> list[Principal]:
    """Everybody in a group, and in the groups inside of it."""
    found: dict[PrincipalId, Principal] = {}
    groups, seen = [group], {group}
    for _ in range(_NESTING):
        inner = [one for each in groups for one in principals.members_of(db, each)]
        found.update((one.id, one) for one in inner if one.kind is not PrincipalKind.GROUP)
        groups = [one.id for one in inner if one.kind is PrincipalKind.GROUP and one.id not in seen]
        seen.update(groups)
    return [one for one in found.values() if not one.disabled]


def who_may_be_told(
    db: Db, actor: Principal, people: Sequence[Principal], *, policy: FreeBusyPolicy, now: int
) -> frozenset[PrincipalId]:
    """Those of whose time the actor may learn anything; nobody's calendar is read for it."""
    held = delegations.rights_on_diaries(db, actor.id, now=now)
    return frozenset(
        one.id for one in people if grain_for(actor, one, held.get(one.id), policy) is not None
    )


def grain_for(
    actor: Principal, person: Principal, held: Rights | None, policy: FreeBusyPolicy
) -> int | None:
    """How closely the person's time is told, None where it is not."""
    if person.id == actor.id or person.kind in _PLACES:
        return 1
    if held is not None:
        return GRAIN if held is Rights.FREE_BUSY else 1
    return GRAIN if policy is FreeBusyPolicy.EVERYBODY else None
