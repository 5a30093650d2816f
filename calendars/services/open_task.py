"""What a person must see to stands among his tasks, as a task of the ordinary kind.

Every program shows it, it goes by itself when there is nothing left to do, and whoever keeps the
diary has that list too: nobody need know of the service's own pages.
"""

from __future__ import annotations

from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.model.calendar_object import CalendarObject
from calendars.model.component import Component, ContentLine, decode, escape, parse, serialize
from calendars.model.event_writing import PRODID
from calendars.model.principal import Principal
from calendars.model.utc_text import utc_text
from calendars.services.default_calendars import calendar_for
from calendars.services.write_object import NewText, remove_object, write_object
from calendars.storage import calendar_objects, collections

_HIGH = "1"


class Task(NamedTuple):
    """What is to be done. `uid` stands for it: a task of the same UID takes its place."""

    uid: str
    """Nothing can be read off it: it is the name in URLs as well (SEC-1)."""
    summary: str
    description: str = ""
    due_at: int | None = None
    visibility: str | None = None
    urgent: bool = False


def open_task(db: Db, actor: Principal, person: Principal, task: Task, *, now: int) -> bool:
    """The task stands in the person's list; False where it said the same already, done or not.

    Without a list that takes tasks there is nowhere to put it: False as well.
    """
    collection = calendar_for(db, person.login, "VTODO")
    if collection is None:
        return False
    collections.lock(db, collection.id)
    held = calendar_objects.find(db, collection.id, _name_of(task.uid))
    told = _lines(task)
    if held is not None and told <= _lines_of(parse(decode(held.data))):
        return False
    calendar = _calendar(task, now=now)
    text = serialize(calendar)
    parsed = CalendarObject(text, calendar, task.uid, "VTODO")
    new = NewText(_name_of(task.uid), parsed, text.encode())
    write_object(db, actor, collection, held, new, now=now)
    return True


def close_task(db: Db, actor: Principal, person: Principal, uid: str, *, now: int) -> bool:
    """There is nothing left to do: the task goes; False where it is not there."""
    collection = calendar_for(db, person.login, "VTODO")
    if collection is None:
        return False
    collections.lock(db, collection.id)
    held = calendar_objects.find(db, collection.id, _name_of(uid))
    if held is None:
        return False
    remove_object(db, actor, collection, held, now=now)
    return True


def _name_of(uid: str) -> str:
    return f"{uid}.ics"


def _lines(task: Task) -> frozenset[tuple[str, str]]:
    """What the person reads of it."""
    said = {
        "UID": escape(task.uid),
        "SUMMARY": escape(task.summary),
        "DESCRIPTION": escape(task.description),
        "DUE": "" if task.due_at is None else utc_text(task.due_at),
        "CLASS": task.visibility or "",
        "PRIORITY": _HIGH if task.urgent else "",
    }
    return frozenset((name, value) for name, value in said.items() if value)


def _lines_of(calendar: Component) -> frozenset[tuple[str, str]]:
    return frozenset(
        (line.name, line.value) for todo in calendar.children("VTODO") for line in todo.lines
    )


def _calendar(task: Task, *, now: int) -> Component:
    stamp = utc_text(now)
    stamps = {"DTSTAMP": stamp, "CREATED": stamp, "LAST-MODIFIED": stamp, "STATUS": "NEEDS-ACTION"}
    lines = [*sorted(_lines(task), key=lambda line: line[0] != "UID"), *stamps.items()]
    head = [ContentLine("VERSION", "", "2.0"), ContentLine("PRODID", "", PRODID)]
    todo = Component("VTODO", [ContentLine(name, "", value) for name, value in lines])
    return Component("VCALENDAR", head, [todo])
