"""Whoever can answer for a resource finds the request among his tasks until it is answered (RES-1).

A task of the ordinary kind in the ordinary list: every program shows it, and it goes by itself.
"""

from __future__ import annotations

from hashlib import sha256

from calendars.kernel.database import Db
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.component import Component, ContentLine, decode, escape, parse, serialize
from calendars.model.event_writing import PRODID
from calendars.model.french_dates import NBSP, moment
from calendars.model.principal import Principal, PrincipalKind, Rights
from calendars.model.utc_text import utc_text
from calendars.services.collection_zone import zone_of
from calendars.services.default_calendars import calendar_for
from calendars.services.find_calendar_users import find_calendar_user
from calendars.services.write_object import NewText, remove_object, write_object
from calendars.storage import (
    calendar_objects,
    collections,
    delegations,
    occurrences,
    principals,
    resource_policies,
)
from calendars.storage.calendar_objects import StoredObject
from calendars.storage.occurrences import Waiting
from calendars.storage.resource_policies import APPROVER


def ask_approvers(db: Db, collection: CalendarCollection, uid: str, *, now: int) -> None:
    """The tasks say what waits of one object, once it was written or removed.

    `collection` is the calendar of a resource.
    """
    principal = principals.get_by_id(db, collection.owner_id)
    policy = resource_policies.get(db, principal).policy
    name = calendar_objects.name_of_uid(db, collection.id, uid)
    stored = None if name is None else calendar_objects.find(db, collection.id, name)
    listed = occurrences.list_waiting(db, collection.id, now)
    waiting = next((one for one in listed if stored and one.object_id == stored.id), None)
    if waiting is None and not policy.mode.awaits_person:
        return
    for person in _asked(db, principal, now=now):
        task = None
        if stored is not None and waiting is not None:
            task = _task(db, principal, collection, stored, waiting, now=now)
        _write(db, principal, person, _name_of(principal, uid), task, now=now)


def _asked(db: Db, resource: Principal, *, now: int) -> list[Principal]:
    """The approvers, else those who keep the calendar of the resource."""
    found = resource_policies.people_of(db, resource.id, APPROVER)
    if found:
        return found
    keepers = [
        principals.get(db, login)
        for login, rights in delegations.delegates_of(db, resource.id, now=now)
        if rights.covers(Rights.WRITE)
    ]
    return [one for one in keepers if one.kind is PrincipalKind.INDIVIDUAL and not one.disabled]


def _name_of(resource: Principal, uid: str) -> str:
    """Neither the resource nor the meeting can be read off it."""
    return f"reservation-{sha256(f'{resource.id} {uid}'.encode()).hexdigest()[:32]}"


def _task(
    db: Db,
    resource: Principal,
    collection: CalendarCollection,
    stored: StoredObject,
    waiting: Waiting,
    *,
    now: int,
) -> Component:
    """When, which resource, and who asks; not for what (SEC-3)."""
    when = moment(waiting.starts_at, zone_of(collection))
    asker = _asker(db, stored)
    rest = waiting.occurrences - 1
    more = f" et {rest}{NBSP}autres dates" if rest > 1 else " et une autre date" if rest else ""
    lines = [
        ("UID", escape(_name_of(resource, stored.uid))),
        ("DTSTAMP", utc_text(stored.written_at)),
        ("SUMMARY", escape(f"Réservation à valider{NBSP}: {resource.display_name}, {when}{more}")),
        ("DESCRIPTION", escape(f"Demande de {asker}.") if asker else ""),
        ("DUE", utc_text(max(waiting.starts_at, now))),
        ("CLASS", stored.visibility),
    ]
    task = Component("VTODO", [ContentLine(name, "", value) for name, value in lines if value])
    head = [ContentLine("VERSION", "", "2.0"), ContentLine("PRODID", "", PRODID)]
    return Component("VCALENDAR", head, [task])


def _asker(db: Db, stored: StoredObject) -> str:
    """The organizer's name, as the directory has it, else as the invitation says it."""
    calendar = parse(decode(stored.data))
    line = next((found for one in calendar.components if (found := one.line("ORGANIZER"))), None)
    if line is None:
        return ""
    person = find_calendar_user(db, line.value)
    return person.display_name if person is not None else line.parameter("CN") or ""


def _write(
    db: Db,
    resource: Principal,
    person: Principal,
    name: str,
    task: Component | None,
    *,
    now: int,
) -> None:
    """The task stands in the person's list, or does not; an equal one stays as it is."""
    collection = calendar_for(db, person.login, "VTODO")
    if collection is None:
        return
    collections.lock(db, collection.id)
    held = calendar_objects.find(db, collection.id, f"{name}.ics")
    if task is None:
        if held is not None:
            remove_object(db, resource, collection, held, now=now)
        return
    text = serialize(task)
    if held is not None and held.data == text.encode():
        return
    parsed = CalendarObject(text, task, name, "VTODO")
    new = NewText(f"{name}.ics", parsed, text.encode())
    write_object(db, resource, collection, held, new, now=now)
