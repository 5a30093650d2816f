"""Change what a calendar is called, how it looks, and in which zone it reads floating times."""

from __future__ import annotations

from dataclasses import dataclass, field

from calendars.kernel.audit import Deed, Target
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.principal import Principal, Privilege
from calendars.services.authorize import check_privilege, open_collection
from calendars.services.index_occurrences import reindex
from calendars.services.mount_calendars import PER_MEMBER, set_look, tell_members
from calendars.storage import audit, calendar_objects, collections, dead_properties
from calendars.storage.collections import HOME_NAME
from calendars.storage.dead_properties import Bearer


@dataclass(slots=True)
class PropertyChanges:
    """New columns, and dead properties with their XML (None removes one)."""

    columns: dict[str, object] = field(default_factory=dict)
    dead: dict[str, str | None] = field(default_factory=dict)


def set_properties(
    db: Db, actor: Principal, path: tuple[str, str], changes: PropertyChanges, *, now: int
) -> CalendarCollection:
    """All of the changes or none (RFC 4918 §9.2).

    How a calendar of somebody else looks in one's own home is one's own affair; the rest of its
    properties is the calendar's.
    Raises NotFound, NeedPrivileges, TooManyProperties.
    """
    collection, access = open_collection(db, actor, path, Privilege.READ, now=now)
    if collection.mounted_at is None:
        check_privilege(collection, access, Privilege.WRITE_PROPERTIES)
        return _set(db, actor, collection, changes, now=now)
    own = {key: value for key, value in changes.columns.items() if key in PER_MEMBER}
    rest = {key: value for key, value in changes.columns.items() if key not in PER_MEMBER}
    if rest:
        check_privilege(collection, access, Privilege.WRITE_PROPERTIES)
        _set(db, actor, collection, PropertyChanges(rest), now=now)
    set_look(db, actor, collection, own, now=now)
    write_dead(db, Bearer(principal=actor.id, collection=collection.id), changes.dead)
    told = Target(actor.id, collection.id, details=_details(PropertyChanges(own, changes.dead)))
    audit.record(db, actor, Deed.CHANGE_CALENDAR, told, now=now)
    return open_collection(db, actor, path, Privilege.READ, now=now)[0]


def _set(
    db: Db,
    actor: Principal,
    collection: CalendarCollection,
    changes: PropertyChanges,
    *,
    now: int,
) -> CalendarCollection:
    home = collections.find(db, collection.owner_login, HOME_NAME)
    if home is None:
        raise NotFound("there is nothing here")
    collections.lock(db, collection.id, home.id)
    columns = dict(changes.columns)
    if "timezone" in columns and columns["timezone"] is None and "timezone_id" not in columns:
        columns["timezone_id"] = home.timezone_id
    if columns:
        collections.set_columns(db, collection.id, columns)
    write_dead(db, Bearer(collection=collection.id), changes.dead)
    if collection.id != home.id:
        collections.mark_changed(db, home.id, collection.id)
        tell_members(db, collection, now=now)
    if columns.keys() & {"timezone", "timezone_id"}:
        reindex(db, calendar_objects.ids_of_floating(db, collection.id), now=now)
    told = Target(collection.owner_id, collection.id, details=_details(changes))
    audit.record(db, actor, Deed.CHANGE_CALENDAR, told, now=now)
    return collections.get_by_id(db, collection.id)


def set_dead_properties(
    db: Db,
    actor: Principal,
    bearer: Bearer,
    told: Target,
    dead: dict[str, str | None],
    *,
    now: int,
) -> None:
    """Dead properties of an object or of a principal. Raises TooManyProperties."""
    write_dead(db, bearer, dead)
    told = told._replace(details=_details(PropertyChanges(dead=dead)))
    audit.record(db, actor, Deed.CHANGE, told, now=now)


def _details(changes: PropertyChanges) -> dict[str, int | list[str]]:
    """What changed, by our own names; what clients call theirs is not told."""
    return {"properties": sorted(changes.columns), "others": len(changes.dead)}


def write_dead(db: Db, bearer: Bearer, dead: dict[str, str | None]) -> None:
    """Set and remove dead properties. Raises TooManyProperties."""
    for name, xml in dead.items():
        if xml is None:
            dead_properties.remove(db, bearer, name)
        else:
            dead_properties.set_one(db, bearer, name, xml)
