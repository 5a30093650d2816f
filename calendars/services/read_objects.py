"""Read calendar objects by name, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.principal import Access, Principal, Privilege
from calendars.model.visibility import VisibleObject
from calendars.services.authorize import open_collection
from calendars.services.put_object import ObjectPath
from calendars.services.show_objects import View
from calendars.storage import calendar_objects


def read_object(
    db: Db, actor: Principal, path: ObjectPath, *, now: int
) -> tuple[CalendarCollection, Access, VisibleObject]:
    """One object with its collection. Raises NotFound, also where it is hidden (SEC-5)."""
    collection, access = open_collection(db, actor, path.parent, Privilege.READ, now=now)
    found = View(db, collection, access).find(path.name)
    if found is None:
        raise NotFound("there is nothing here")
    return collection, access, found


def read_named(
    db: Db, collection: CalendarCollection, access: Access, names: Sequence[str]
) -> dict[str, VisibleObject]:
    """The objects of those names as the reader sees them, by name."""
    return View(db, collection, access).named(names)


def read_each(
    db: Db, collection: CalendarCollection, access: Access, *, quiet: bool = False
) -> Iterator[VisibleObject]:
    """Every object of a collection as the reader sees it, a few hundred in memory at a time.

    Quietly where nothing of their content is handed on.
    """
    view = View(db, collection, access, quiet=quiet)
    return view.each(calendar_objects.each_of(db, collection.id))
