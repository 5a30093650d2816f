"""Where invitations go that a person gets: the default calendar (RFC 6638 §4.3, §9.2)."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden
from calendars.model.calendar_collection import CalendarCollection
from calendars.storage import collections, scheduling_settings

DEFAULT_CALENDAR = "agenda"
DEFAULT_TASK_LIST = "taches"

_FIRST_CHOICE = {"VTODO": DEFAULT_TASK_LIST}


class DefaultCalendarNeeded(Forbidden):
    """Invitations go to that calendar: it stays until another is chosen
    (CALDAV:default-calendar-needed, RFC 6638 §4.3).
    """


def calendar_for(db: Db, login: str, component: str) -> CalendarCollection | None:
    """Where a component that others send goes: as its owner chose, else as it is usual.

    None if no calendar takes it.
    """
    chosen = scheduling_settings.of_login(db, login)
    wanted = chosen.default_tasks if component == "VTODO" else chosen.default_calendar
    usual = _FIRST_CHOICE.get(component, DEFAULT_CALENDAR)
    fitting = {
        one.name: one
        for one in collections.list_of(db, login)
        if one.is_calendar and component in one.components
    }
    return fitting.get(wanted or usual) or fitting.get(usual) or next(iter(fitting.values()), None)


def may_be_default(db: Db, login: str, name: str, component: str) -> bool:
    """A calendar of the home that takes the component can be the default one."""
    found = collections.find(db, login, name)
    return found is not None and found.is_calendar and component in found.components


def check_not_needed(db: Db, collection: CalendarCollection) -> None:
    """The calendar may go. Raises DefaultCalendarNeeded."""
    needed = calendar_for(db, collection.owner_login, "VEVENT")
    if needed is not None and needed.id == collection.id:
        raise DefaultCalendarNeeded("invitations go to this calendar: choose another one first")
