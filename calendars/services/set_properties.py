"""Change what a calendar is called, how it looks, and in which zone it reads floating times."""

from __future__ import annotations

from dataclasses import dataclass, field

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.principal import Principal, Privilege
from calendars.services.authorize import open_collection
from calendars.services.index_occurrences import reindex
from calendars.storage import calendar_objects, collections, dead_properties
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

    Raises NotFound, NeedPrivileges, TooManyProperties.
    """
    collection, _ = open_collection(db, actor, path, Privilege.WRITE_PROPERTIES, now=now)
    home = collections.find(db, path[0], HOME_NAME)
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
    if columns.keys() & {"timezone", "timezone_id"}:
        reindex(db, calendar_objects.ids_of_floating(db, collection.id), now=now)
    return collections.get_by_id(db, collection.id)


def write_dead(db: Db, bearer: Bearer, dead: dict[str, str | None]) -> None:
    """Set and remove dead properties. Raises TooManyProperties."""
    for name, xml in dead.items():
        if xml is None:
            dead_properties.remove(db, bearer, name)
        else:
            dead_properties.set_one(db, bearer, name, xml)
