"""Who sees to what goes wrong in somebody's name: those who schedule for him, else himself."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal, PrincipalKind, Rights
from calendars.services.show_objects import sees_whole
from calendars.storage import calendar_objects, delegations, principals


def keepers_of(db: Db, owner: PrincipalId, rights: Rights, *, now: int) -> list[Principal]:
    """The people who hold these rights on the owner's whole diary now."""
    keepers = [
        principals.get(db, login)
        for login, held in delegations.delegates_of(db, owner, now=now)
        if held.covers(rights)
    ]
    return [one for one in keepers if one.kind is PrincipalKind.INDIVIDUAL and not one.disabled]


def in_charge_of(db: Db, owner: PrincipalId, uid: str, *, now: int) -> list[Principal]:
    """Who schedules for the owner and reads that object, if it still stands; else the owner."""
    held = calendar_objects.list_of_person(db, owner, uid) if uid else []
    keepers = keepers_of(db, owner, Rights.SCHEDULE, now=now)
    if held:
        keepers = [one for one in keepers if sees_whole(db, one, held[0], now=now)]
    return keepers or [principals.get_by_id(db, owner)]
