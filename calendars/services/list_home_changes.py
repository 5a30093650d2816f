"""What changed in a calendar home since a token (RFC 6578): calendars that came, went, look new.

Calendars of others stand in the home of who was let in (`mount_calendars`). They come and go by
themselves at the first and after the last day of a delegation; so the token of a home names the
last such instant too, and what lies between two of them is looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.model.calendar_collection import (
    CalendarCollection,
    home_token,
    parts_of_home_token,
)
from calendars.model.home_positions import Positions, parts_of, with_positions
from calendars.model.mount import mount_name
from calendars.model.principal import CollectionKind, Principal, Privilege
from calendars.services.authorize import access_to
from calendars.services.list_calendars import OpenCalendar
from calendars.services.list_changes import (
    Changes,
    InvalidSyncToken,
    list_changes,
    position_now,
    position_of,
    token_at,
)
from calendars.services.mount_calendars import list_mounts
from calendars.storage import collections, delegations


class ChangedInside(NamedTuple):
    """A calendar of the home, and what changed in it."""

    member: OpenCalendar
    changes: Changes


@dataclass(frozen=True, slots=True)
class HomeChanges:
    """Collections to look at again, names that are gone, and the token to go on from."""

    changed: list[OpenCalendar]
    gone: list[str]
    token: str
    inside: list[ChangedInside]
    """Where that was asked for: what changed in each calendar."""


_FOLLOWED = frozenset({CollectionKind.CALENDAR, CollectionKind.INBOX, CollectionKind.OUTBOX})


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
    db: Db,
    actor: Principal,
    home: CalendarCollection,
    token: str,
    *,
    infinite: bool = False,
    now: int,
) -> HomeChanges:
    """Changes since a token, all members for an empty one (RFC 6578 §3.3).

    A calendar counts as changed when something in it changed too, and infinitely that is told as
    well. The token that the home has as a property says nothing of what is in its calendars.
    Raises InvalidSyncToken.
    """
    outer, known = parts_of(token)
    plain, boundary = parts_of_home_token(outer)
    since = position_of(home, plain)
    if infinite and since and known is None:
        raise InvalidSyncToken("that token says nothing of what is in the calendars")
    new_outer = token_of_home(db, actor, home, now=now)
    there = {one.collection.path[1]: one for one in list_members(db, actor, home, now=now)}
    positions = {
        one.collection.id: position_now(db, *one)
        for one in there.values()
        if one.collection.kind in _FOLLOWED
    }
    new_token = with_positions(new_outer, positions)
    inside: list[ChangedInside] = []
    if not since:
        if infinite:
            inside = _inside(db, there.values(), {}, positions)
        return HomeChanges(list(there.values()), [], new_token, inside)
    touched: list[str] = []
    if outer != new_outer:
        touched += [c.name for c in collections.list_changed(db, home, since=since)]
        touched += collections.list_gone(db, home.id, since=since)
        _, until = parts_of_home_token(new_outer)
        touched += _came_or_went(db, actor, after=boundary, until=until)
    if known is not None:
        moved = [name for name, one in there.items() if _has_moved(one, known, positions)]
        if infinite:
            inside = _inside(db, [there[name] for name in moved], known, positions)
        else:
            touched += moved
    names = dict.fromkeys(touched)
    return HomeChanges(
        [there[name] for name in names if name in there],
        [name for name in names if name not in there],
        new_token,
        inside,
    )


def _has_moved(one: OpenCalendar, known: Positions, now: Positions) -> bool:
    place = one.collection.id
    return place in now and known.get(place) != now[place]


def _inside(
    db: Db, members: Iterable[OpenCalendar], known: Positions, now: Positions
) -> list[ChangedInside]:
    """What changed in each calendar; all of it where the client has not followed it."""
    found: list[ChangedInside] = []
    for member in members:
        collection, access = member
        if collection.id in now:
            since = known.get(collection.id)
            token = "" if since is None else token_at(db, collection, access, since)
            found.append(ChangedInside(member, list_changes(db, collection, access, token)))
    return found


def _came_or_went(db: Db, actor: Principal, *, after: int, until: int) -> list[str]:
    """Names of calendars of those whose delegations began or ended in between."""
    if until <= after:
        return []
    owners = delegations.owners_with_boundary(db, actor.id, after=after, until=until)
    return [mount_name(*path) for path in collections.calendar_paths_of(db, owners)]
