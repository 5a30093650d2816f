"""The access control list of a home or a calendar (RFC 3744): delegations, seen through WebDAV.

An ACL is read and set by the owner alone. On a calendar it is about what was given on that
calendar; what was given on the whole diary is the home's, and is inherited.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden
from calendars.kernel.identifiers import CollectionId
from calendars.model.acl import as_in_acl
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.principal import CollectionKind, Principal, Privilege, Rights
from calendars.services.authorize import open_collection
from calendars.services.delegate import Given, give, take_back
from calendars.storage import delegations
from calendars.storage.delegations import SHARING, Delegation, Terms


class Entry(NamedTuple):
    """One principal of an ACL, with the greatest right it has by one way."""

    login: str
    rights: Rights
    whole: bool
    """Given on the whole diary, not on this calendar alone."""
    shared: bool


class NoAcl(Forbidden):
    """Inboxes, outboxes and single objects have what their home or calendar has."""


def list_entries(db: Db, collection: CalendarCollection, *, now: int) -> list[Entry]:
    """Those who have rights on a collection now, besides its owner."""
    found: dict[tuple[str, bool, bool], Entry] = {}
    for row in delegations.list_given(db, collection.owner_id):
        if row.holds_at(now) and row.calendar_id in {None, collection.id}:
            entry = Entry(row.delegate, row.rights, row.calendar_id is None, row.origin == SHARING)
            key = entry.login, entry.whole, entry.shared
            if key not in found or entry.rights.covers(found[key].rights):
                found[key] = entry
    return sorted(found.values())


def set_acl(
    db: Db,
    actor: Principal,
    path: tuple[str, str],
    grants: Mapping[str, tuple[Principal, Rights]],
    *,
    now: int,
) -> None:
    """Exactly these have rights from now on, by login; what begins later stays.

    Raises NotFound, NeedPrivileges, NoAcl, OwnDiary.
    """
    collection, _ = open_collection(db, actor, path, Privilege.ACL, now=now)
    if collection.kind not in {CollectionKind.HOME, CollectionKind.CALENDAR}:
        raise NoAcl("this has the rights of the home that it stands in")
    calendar = None if collection.kind is CollectionKind.HOME else collection.id
    there = _rows(db, actor, calendar, now=now)
    kept = [row for row in there if _is_kept(row, grants)]
    take_back(db, actor, actor, [row for row in there if row not in kept], now=now)
    known = {row.delegate for row in kept}
    for login, (taker, rights) in grants.items():
        if login not in known:
            give(db, actor, Given(actor, taker, rights), Terms(calendar=calendar), now=now)


def _rows(db: Db, owner: Principal, calendar: CollectionId | None, *, now: int) -> list[Delegation]:
    return [
        row
        for row in delegations.list_given(db, owner.id)
        if row.calendar_id == calendar and row.origin != SHARING and row.holds_at(now)
    ]


def _is_kept(row: Delegation, grants: Mapping[str, tuple[Principal, Rights]]) -> bool:
    wanted = grants.get(row.delegate)
    return wanted is not None and as_in_acl(row.rights) is wanted[1]
