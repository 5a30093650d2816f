"""Calendars of others in one's own home: what stands there, how it looks, and taking it out.

Whoever changes what a delegation opens says so to the homes concerned: `tell_homes`. What comes
and goes by a date needs no such word: `list_home_changes` reads it from the dates.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import CollectionId, PrincipalId
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.delegation import access_of
from calendars.model.mount import mount_name
from calendars.model.principal import Principal, Privilege
from calendars.services.list_calendars import OpenCalendar
from calendars.storage import collections, delegations, mounts

PER_MEMBER = frozenset({"display_name", "color", "display_order", "transparent"})
"""Columns that each member has for himself."""


def list_mounts(db: Db, actor: Principal, *, now: int) -> list[OpenCalendar]:
    """The calendars of others that stand in the actor's home now."""
    return [one.calendar for one in list_all_mounts(db, actor, now=now) if not one.hidden]


class Mount(NamedTuple):
    """A calendar that somebody opened to another, and whether he took it out of his home."""

    calendar: OpenCalendar
    hidden: bool


def list_all_mounts(db: Db, actor: Principal, *, now: int) -> list[Mount]:
    """All that may stand in the actor's home now."""
    found = (
        Mount(OpenCalendar(collection, access_of(held, actor, now=now)), hidden)
        for collection, held, hidden in mounts.list_open(db, actor, now=now)
    )
    return [one for one in found if Privilege.READ in one.calendar.access.privileges]


def change_mount(
    db: Db, actor: Principal, name: str, columns: dict[str, object], *, now: int
) -> None:
    """How one of them looks in the actor's home, and whether it stands there. Raises NotFound."""
    for calendar, _ in list_all_mounts(db, actor, now=now):
        if calendar.collection.path[1] == name:
            set_look(db, actor, calendar.collection, columns, now=now)
            return
    raise NotFound("there is nothing here")


def set_look(
    db: Db,
    actor: Principal,
    collection: CalendarCollection,
    columns: dict[str, object],
    *,
    now: int,
) -> None:
    """How a mounted calendar looks to the actor; its owner and the other members see nothing."""
    if columns:
        mounts.set_look(db, actor.id, collection.id, columns)
    _tell(db, actor.id, [collection.path[1]], now=now)


def unmount(db: Db, actor: Principal, collection: CalendarCollection, *, now: int) -> None:
    """The member does not want it in his home; the calendar and his rights on it stay."""
    mounts.set_look(db, actor.id, collection.id, {"hidden": True})
    _tell(db, actor.id, [collection.path[1]], now=now)


def mount_again(
    db: Db, member: PrincipalId, owner: PrincipalId, calendar: CollectionId | None = None
) -> None:
    """What is given anew is shown, whatever was taken out before."""
    mounts.show_again(db, member, owner, calendar)


def tell_homes(
    db: Db,
    owner_login: str,
    members: Collection[PrincipalId],
    names: Sequence[str] | None = None,
    *,
    now: int,
) -> None:
    """Clients that follow the homes of these members look again at calendars of the owner's.

    At all of them, or at the named ones.
    """
    if not members:
        return
    if names is None:
        names = [c.name for c in collections.list_of(db, owner_login) if c.is_calendar]
    for member in sorted(members):
        _tell(db, member, [mount_name(owner_login, name) for name in names], now=now)


def tell_members(db: Db, collection: CalendarCollection, *, now: int) -> None:
    """A calendar is new, gone or has new properties: its delegates' homes show that."""
    if collection.is_calendar:
        members = delegations.delegate_ids(db, collection.owner_id)
        tell_homes(db, collection.owner_login, members, [collection.name], now=now)


def _tell(db: Db, member: PrincipalId, names: Sequence[str], *, now: int) -> None:
    home = collections.home_of(db, member)
    for name in names:
        collections.bury(db, home, name, now=now)
