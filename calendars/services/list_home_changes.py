"""What changed in a calendar home since a token (RFC 6578): calendars that came, went, look new.

Calendars of others stand in the home of who was let in (`mount_calendars`). They come and go by
themselves at the first and after the last day of a delegation; so the token of a home names the
last such instant too, and what lies between two of them is looked at again.
"""

from __future__ import annotations

from dataclasses import dataclass

from calendars.kernel.database import Db
from calendars.model.calendar_collection import (
    CalendarCollection,
    home_token,
    parts_of_home_token,
)
from calendars.model.mount import mount_name
from calendars.model.principal import Principal, Privilege
from calendars.services.authorize import access_to
from calendars.services.list_calendars import OpenCalendar
from calendars.services.list_changes import position_of
from calendars.services.mount_calendars import list_mounts
from calendars.storage import collections, delegations


@dataclass(frozen=True, slots=True)
class HomeChanges:
    """Collections to look at again, names that are gone, and the token to go on from."""

    changed: list[OpenCalendar]
    gone: list[str]
    token: str


def list_members(
    db: Db, actor: Principal, home: CalendarCollection, *, now: int
) -> list[OpenCalendar]:
    """What stands in a home and the actor may read; in his own also what others opened to him."""
    found = [
        OpenCalendar(collection, access_to(db, actor, collection, now=now))
        for collection in collections.list_of(db, home.owner_login)
    ]
    own = [one for one in found if Privilege.READ in one.access.privileges]
    return own + (list_mounts(db, actor, now=now) if home.owner_id == actor.id else [])


def token_of_home(db: Db, actor: Principal, home: CalendarCollection, *, now: int) -> str:
    """Names this state of the home for this actor."""
    if home.owner_id != actor.id:
        return home.sync_token
    return home_token(home.sync_token, delegations.last_boundary(db, actor.id, now=now))


def list_home_changes(
    db: Db, actor: Principal, home: CalendarCollection, token: str, *, now: int
) -> HomeChanges:
    """Changes since a token, all members for an empty one. Raises InvalidSyncToken."""
    plain, boundary = parts_of_home_token(token)
    since = position_of(home, plain)
    new_token = token_of_home(db, actor, home, now=now)
    if token == new_token:
        return HomeChanges([], [], new_token)
    there = {one.collection.path[1]: one for one in list_members(db, actor, home, now=now)}
    if not since:
        return HomeChanges(list(there.values()), [], new_token)
    touched = [c.name for c in collections.list_changed(db, home, since=since)]
    touched += collections.list_gone(db, home.id, since=since)
    _, until = parts_of_home_token(new_token)
    touched += _came_or_went(db, actor, after=boundary, until=until)
    names = dict.fromkeys(touched)
    return HomeChanges(
        [there[name] for name in names if name in there],
        [name for name in names if name not in there],
        new_token,
    )


def _came_or_went(db: Db, actor: Principal, *, after: int, until: int) -> list[str]:
    """Names of calendars of those whose delegations began or ended in between."""
    if until <= after:
        return []
    owners = delegations.owners_with_boundary(db, actor.id, after=after, until=until)
    return [mount_name(*path) for path in collections.calendar_paths_of(db, owners)]
