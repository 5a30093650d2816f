"""Make and remove calendars, and the home that every principal has from the start."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from calendars.kernel.audit import Deed
from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from calendars.kernel.identifiers import CollectionId, PrincipalId
from calendars.model.calendar_collection import COMPONENTS
from calendars.model.invalid import UnsupportedComponent
from calendars.model.mount import owner_and_name
from calendars.model.principal import CollectionKind, Principal, Privilege
from calendars.services.authorize import check_privilege, open_collection
from calendars.services.default_calendars import (
    DEFAULT_CALENDAR,
    DEFAULT_TASK_LIST,
    check_not_needed,
)
from calendars.services.mount_calendars import tell_members, unmount
from calendars.services.share_calendar import leave, withdraw_all
from calendars.services.share_notices import NOTIFICATION
from calendars.storage import audit, collections
from calendars.storage.collections import HOME_NAME, NewCollection

MAX_CALENDARS = 250
INBOX = "inbox"
OUTBOX = "outbox"
RESERVED = frozenset({INBOX, OUTBOX, NOTIFICATION, "freebusy", "dropbox"})

_NAME = re.compile(r"[^\x00-\x1f\x7f/\\]{1,255}")

# What a person finds on the first day; the texts are seen in every client.
_FIRST_COLLECTIONS = (
    (CollectionKind.CALENDAR, DEFAULT_CALENDAR, "Agenda", ("VEVENT", "VTODO", "VJOURNAL")),
    (CollectionKind.CALENDAR, DEFAULT_TASK_LIST, "Tâches", ("VTODO",)),
    (CollectionKind.INBOX, INBOX, "Invitations reçues", ("VEVENT", "VTODO", "VFREEBUSY")),
    (CollectionKind.OUTBOX, OUTBOX, "Invitations envoyées", ("VEVENT", "VTODO", "VFREEBUSY")),
    (CollectionKind.NOTIFICATIONS, NOTIFICATION, "Partages", ("VEVENT",)),
)


class PathTaken(Conflict):
    """Something stands at that path already (DAV:resource-must-be-null)."""


class BadLocation(Forbidden):
    """Calendars stand directly in a calendar home (CALDAV:calendar-collection-location-ok)."""


class CannotRemove(Forbidden):
    """Homes, inboxes and outboxes belong to their principal and stay."""


@dataclass(frozen=True, slots=True)
class CalendarDraft:
    """What the maker of a calendar asks for."""

    components: Sequence[str] = ()
    columns: Mapping[str, object] | None = None


def provision(db: Db, owner: PrincipalId, *, timezone_id: str, now: int) -> None:
    """The home of a new principal, with what stands in it from the start."""
    home = NewCollection(owner, CollectionKind.HOME, HOME_NAME, timezone_id)
    collections.add(db, home, now=now)
    for kind, name, display_name, components in _FIRST_COLLECTIONS:
        new = NewCollection(owner, kind, name, timezone_id, display_name, components)
        collections.add(db, new, now=now)


def check_name(name: str) -> str:
    """The name in NFC. Raises InvalidInput for one that no path can bear."""
    normal = unicodedata.normalize("NFC", name)
    if not _NAME.fullmatch(normal) or normal in {".", ".."} or len(normal.encode()) > 255:
        raise InvalidInput("that name cannot stand in a path")
    return normal


def make_calendar(
    db: Db, actor: Principal, path: tuple[str, str], draft: CalendarDraft, *, now: int
) -> CollectionId:
    """A calendar at (login, name) (RFC 4791 §5.3.1).

    Raises NotFound, NeedPrivileges, PathTaken, BadLocation, UnsupportedComponent, InvalidInput.
    """
    login, name = path
    home, _ = open_collection(db, actor, (login, HOME_NAME), Privilege.BIND, now=now)
    collections.lock(db, home.id)
    check_free(db, login, name)
    _check_components(draft.components)
    new = NewCollection(home.owner_id, CollectionKind.CALENDAR, name, home.timezone_id)
    if draft.components:
        new = new._replace(components=tuple(draft.components))
    made = collections.add(db, new, now=now)
    if draft.columns:
        collections.set_columns(db, made, dict(draft.columns))
    collections.dig_up(db, home.id, name)
    collections.mark_changed(db, home.id, made)
    calendar = collections.get_by_id(db, made)
    tell_members(db, calendar, now=now)
    audit.record(db, actor, Deed.MAKE_CALENDAR, audit.about(calendar), now=now)
    return made


def check_free(db: Db, login: str, name: str) -> None:
    """One more calendar can stand there. Raises PathTaken, BadLocation, InvalidInput."""
    if collections.find(db, login, name) is not None:
        raise PathTaken("something stands at that path already")
    if check_name(name) in RESERVED or owner_and_name(name) is not None:
        raise BadLocation(f"the name “{name}” is reserved")
    if len(collections.list_of(db, login)) >= MAX_CALENDARS:
        raise BadLocation(f"a person has at most {MAX_CALENDARS} calendars")


def _check_components(components: Sequence[str]) -> None:
    for component in components:
        if component not in COMPONENTS:
            raise UnsupportedComponent(f"no calendar here takes {component[:40]}")


def remove_calendar(db: Db, actor: Principal, path: tuple[str, str], *, now: int) -> None:
    """The calendar with all that is in it; its name is free at once.

    It is kept for a time, so that its owner may bring it back (`restore_calendar`). A calendar of
    somebody else only leaves the actor's own home.
    Raises NotFound, NeedPrivileges, CannotRemove, DefaultCalendarNeeded.
    """
    collection, access = open_collection(db, actor, path, Privilege.READ, now=now)
    if collection.mounted_at is not None:
        leave(db, actor, collection, now=now)
        unmount(db, actor, collection, now=now)
        return
    check_privilege(collection, access, Privilege.UNBIND)
    if not collection.is_calendar:
        raise CannotRemove("this collection belongs to its principal and stays")
    if collection.owner_id != actor.id or not access.sees_all:
        raise CannotRemove("only its owner removes a calendar")
    home = collections.find(db, path[0], HOME_NAME)
    if home is None:
        raise NotFound("there is nothing here")
    check_not_needed(db, collection)
    withdraw_all(db, actor, collection, now=now)
    tell_members(db, collection, now=now)
    collections.remove(db, home.id, collection, now=now)
    audit.record(db, actor, Deed.REMOVE_CALENDAR, audit.about(collection), now=now)
