"""The calendars of a person, as far as the asker may read them."""

from __future__ import annotations

from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.principal import Access, Principal, Privilege
from calendars.services.authorize import access_to, open_collection
from calendars.storage import collections
from calendars.storage.collections import HOME_NAME


class OpenCalendar(NamedTuple):
    """A calendar, and what the asker may do in it."""

    collection: CalendarCollection
    access: Access


def list_calendars(db: Db, actor: Principal, login: str, *, now: int) -> list[OpenCalendar]:
    """The calendars in a home. Raises NotFound where none may be read, or there is no home."""
    open_collection(db, actor, (login, HOME_NAME), Privilege.READ, now=now)
    found = [
        OpenCalendar(collection, access_to(db, actor, collection, now=now))
        for collection in collections.list_of(db, login)
        if collection.is_calendar
    ]
    return [one for one in found if Privilege.READ in one.access.privileges]


def read_calendar(db: Db, actor: Principal, path: tuple[str, str], *, now: int) -> OpenCalendar:
    """One calendar. Raises NotFound, for inboxes and outboxes too."""
    collection, access = open_collection(db, actor, path, Privilege.READ, now=now)
    if not collection.is_calendar:
        raise NotFound("there is nothing here")
    return OpenCalendar(collection, access)
