"""Memberships with days: a group counts as its members of a date (DIR-1, MTG-2)."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from calendars.kernel.audit import JOB, Deed, Origin, Target
from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden, InvalidInput
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal, PrincipalKind, Role
from calendars.services.set_members import NotAGroup
from calendars.storage import audit, group_periods, principals
from calendars.storage.group_periods import GroupPeriod


class OnlyAdministrators(Forbidden):
    """Who belongs to a group is set by those who run the service."""

    words = "réservé à l'administration"


def members_on(db: Db, group: PrincipalId, day: date) -> list[Principal]:
    """The direct members of a group on a date, past or to come; those who left the house are not.

    Who has no days of his own belongs to it as he does now.
    """
    periods = {one.member_id: one for one in group_periods.list_of(db, group)}
    now = [one for one in principals.members_of(db, group) if one.id not in periods]
    dated = [principals.get_by_id(db, number) for number, one in periods.items() if one.covers(day)]
    logins = [one.login for one in (*now, *dated)]
    # Looked up once more with their addresses: by them they are invited.
    found = principals.list_by_login(db, logins) if logins else {}
    return sorted((one for one in found.values() if not one.disabled), key=lambda one: one.login)


def list_memberships(
    db: Db, actor: Principal, group: str, *, today: date
) -> list[tuple[Principal, GroupPeriod]]:
    """For those who run the service everybody with his days; for others who belongs to it today:
    when colleagues came and left is not theirs to know. Raises NotFound, NotAGroup.
    """
    if actor.role is Role.ADMIN:
        return list_periods(db, group)
    found = _group(db, group)
    people = members_on(db, found.id, today)
    return [(one, GroupPeriod(found.id, one.id, None, None)) for one in people]


def list_periods(db: Db, group: str) -> list[tuple[Principal, GroupPeriod]]:
    """Everybody who belongs, belonged or will belong to a group. Raises NotFound, NotAGroup."""
    found = _group(db, group)
    dated = {one.member_id: one for one in group_periods.list_of(db, found.id)}
    plain = [one for one in principals.members_of(db, found.id) if one.id not in dated]
    rows = [(one, GroupPeriod(found.id, one.id, None, None)) for one in plain]
    rows += [(principals.get_by_id(db, one), period) for one, period in dated.items()]
    return sorted(rows, key=lambda row: row[0].login)


def set_period(
    db: Db,
    actor: Principal | Origin,
    group: str,
    member: str,
    days: tuple[date | None, date | None],
    *,
    today: date,
    now: int,
) -> None:
    """Somebody belongs to a group on these days, both included; today counts at once.

    Raises NotFound, NotAGroup, InvalidInput, OnlyAdministrators.
    """
    if isinstance(actor, Principal) and actor.role is not Role.ADMIN:
        raise OnlyAdministrators("only administrators change groups")
    found, person = _group(db, group), principals.get(db, member)
    first, last = days
    if found.id == person.id:
        raise NotAGroup("a group cannot be its own member")
    if first is not None and last is not None and last < first:
        raise InvalidInput(
            "the last day precedes the first",
            words="le dernier jour précède le premier",
            field="until",
        )
    principals.lock(db, found.id)
    group_periods.put(db, GroupPeriod(found.id, person.id, first, last))
    _turn(db, actor, found.id, today=today, now=now)


def turn_members(db: Db, *, today: date, now: int) -> int:
    """Who belongs to which group today: days begin and end by themselves; how many changed."""
    groups = [key for key, _ in groupby(one.group_id for one in group_periods.list_of(db))]
    return sum(_turn(db, JOB, group, today=today, now=now) for group in groups)


def _turn(db: Db, actor: Principal | Origin, group: PrincipalId, *, today: date, now: int) -> int:
    before, after = _change(db, group, today)
    if after == before:
        return 0
    # Somebody may be changing it by hand just now.
    principals.lock(db, group)
    before, after = _change(db, group, today)
    principals.set_members(db, group, sorted(after))
    details: dict[str, int | str | list[str]] = {
        "added": [str(one) for one in sorted(after - before)],
        "removed": [str(one) for one in sorted(before - after)],
    }
    audit.record(db, actor, Deed.CHANGE_MEMBERS, Target(group, details=details), now=now)
    return len(before ^ after)


def _change(db: Db, group: PrincipalId, today: date) -> tuple[set[PrincipalId], set[PrincipalId]]:
    """Who belongs to it, and who does by the days."""
    before = {one.id for one in principals.members_of(db, group)}
    after = set(before)
    for one in group_periods.list_of(db, group):
        after = after | {one.member_id} if one.covers(today) else after - {one.member_id}
    return before, after


def _group(db: Db, login: str) -> Principal:
    found = principals.get(db, login)
    if found.kind is not PrincipalKind.GROUP:
        raise NotAGroup("only groups have members")
    return found
