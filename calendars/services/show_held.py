"""A mass of deletions shows itself where people look: as a task in the owner's list.

Whoever keeps the diary has that list too, so that nobody need know of the service's own pages.
"""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.calendar_object import CalendarObject
from calendars.model.component import Component, ContentLine, escape, serialize
from calendars.model.principal import Principal
from calendars.model.utc_text import utc_text
from calendars.services.default_calendars import calendar_for
from calendars.services.write_object import NewText, remove_object, write_object
from calendars.storage import calendar_objects, held_messages, principals

NAME = "niaouli-annulations-retenues.ics"
_UID = "niaouli-annulations-retenues"
_ONE = "Annulation retenue : une réunion, personne n’est prévenu"
_MANY = "Annulations retenues : {count} réunions, personne n’est prévenu"
_BODY = (
    "Plus de réunions ont été supprimées de cet agenda en quelques minutes qu’une personne n’en "
    "supprime d’ordinaire. Elles n’y sont plus, mais les participants ne sont pas prévenus.\n\n"
    "Si la suppression était voulue, faites partir les annulations ; sinon, faites-les revenir. "
    "L’administration du service le peut aussi : niaouli held list {login}."
)


def show_held(db: Db, actor: Principal, owner_id: PrincipalId, *, now: int) -> None:
    """The task says how many deletions wait; with the last of them it goes."""
    owner = principals.get_by_id(db, owner_id)
    tasks = calendar_for(db, owner.login, "VTODO")
    if tasks is None:
        return
    there = calendar_objects.find(db, tasks.id, NAME)
    count = len(held_messages.list_of(db, owner_id))
    if count == 0:
        if there is not None:
            remove_object(db, actor, tasks, there, now=now)
        return
    calendar = _task(owner, count, now=now)
    text = serialize(calendar)
    new = NewText(NAME, CalendarObject(text, calendar, _UID, "VTODO"), text.encode())
    write_object(db, actor, tasks, there, new, now=now)


def _task(owner: Principal, count: int, *, now: int) -> Component:
    stamp = utc_text(now)
    said = {
        "UID": _UID,
        "DTSTAMP": stamp,
        "CREATED": stamp,
        "LAST-MODIFIED": stamp,
        "SUMMARY": escape(_ONE if count == 1 else _MANY.format(count=count)),
        "DESCRIPTION": escape(_BODY.format(login=owner.login)),
        "PRIORITY": "1",
        "STATUS": "NEEDS-ACTION",
    }
    frame = {"VERSION": "2.0", "PRODID": "-//Niaouli//FR"}
    task = Component("VTODO", [ContentLine(name, "", value) for name, value in said.items()])
    return Component(
        "VCALENDAR", [ContentLine(name, "", value) for name, value in frame.items()], [task]
    )
