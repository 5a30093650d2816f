"""Bring back a calendar that its owner removed, with its objects and their history (SEC-8)."""

from __future__ import annotations

from calendars.kernel.audit import Deed
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import CollectionId
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.principal import Principal
from calendars.services.make_calendar import check_free
from calendars.services.mount_calendars import tell_members
from calendars.storage import audit, collections, removed_calendars
from calendars.storage.removed_calendars import RemovedCalendar


def list_removed(db: Db, actor: Principal, login: str) -> list[RemovedCalendar]:
    """What the actor removed and may bring back. Raises NotFound for the calendars of others."""
    _check_own(actor, login)
    return removed_calendars.list_of(db, actor.id)


def restore_calendar(
    db: Db, actor: Principal, login: str, removed: CollectionId, name: str | None, *, now: int
) -> CalendarCollection:
    """The calendar stands at its former name again, or at the given one.

    Raises NotFound, PathTaken, BadLocation, InvalidInput.
    """
    _check_own(actor, login)
    found = removed_calendars.find(db, actor.id, removed)
    if found is None:
        raise NotFound("there is nothing here")
    home = collections.home_of(db, actor.id)
    collections.lock(db, home)
    name = name or found.name
    check_free(db, login, name)
    removed_calendars.bring_back(db, removed, name)
    collections.dig_up(db, home, name)
    collections.mark_changed(db, home, removed)
    back = collections.get_by_id(db, removed)
    tell_members(db, back, now=now)
    audit.record(db, actor, Deed.RESTORE, audit.about(back), now=now)
    return back


def _check_own(actor: Principal, login: str) -> None:
    """Only the owner removes a calendar, so only he has something to bring back."""
    if actor.login != login:
        raise NotFound("there is nothing here")
