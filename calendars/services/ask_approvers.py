"""Whoever can answer for a resource finds the request among his tasks until it is answered."""

from __future__ import annotations

from hashlib import sha256

from calendars.kernel.database import Db
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.component import decode, parse
from calendars.model.french_dates import NBSP, moment
from calendars.model.principal import Principal, Rights
from calendars.services.collection_zone import zone_of
from calendars.services.find_calendar_users import find_calendar_user
from calendars.services.find_keepers import keepers_of
from calendars.services.open_task import Task, close_task, open_task
from calendars.storage import calendar_objects, occurrences, principals, resource_policies
from calendars.storage.calendar_objects import StoredObject
from calendars.storage.occurrences import Waiting
from calendars.storage.resource_policies import APPROVER


def ask_approvers(db: Db, collection: CalendarCollection, uid: str, *, now: int) -> None:
    """The tasks say what waits of one object, once it was written or removed (RES-1).

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
        if stored is not None and waiting is not None:
            task = _task(db, principal, collection, stored, waiting, now=now)
            open_task(db, principal, person, task, now=now)
        else:
            close_task(db, principal, person, _uid_of(principal, uid), now=now)


def _asked(db: Db, resource: Principal, *, now: int) -> list[Principal]:
    """The approvers, else those who keep the calendar of the resource."""
    found = resource_policies.people_of(db, resource.id, APPROVER)
    return found or keepers_of(db, resource.id, Rights.WRITE, now=now)


def _uid_of(resource: Principal, uid: str) -> str:
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
) -> Task:
    """When, which resource, and who asks; not for what (SEC-3)."""
    when = moment(waiting.starts_at, zone_of(collection))
    asker = _asker(db, stored)
    rest = waiting.occurrences - 1
    more = f" et {rest}{NBSP}autres dates" if rest > 1 else " et une autre date" if rest else ""
    return Task(
        _uid_of(resource, stored.uid),
        f"Réservation à valider{NBSP}: {resource.display_name}, {when}{more}",
        f"Demande de {asker}." if asker else "",
        max(waiting.starts_at, now),
        stored.visibility,
    )


def _asker(db: Db, stored: StoredObject) -> str:
    """The organizer's name, as the directory has it, else as the invitation says it."""
    calendar = parse(decode(stored.data))
    line = next((found for one in calendar.components if (found := one.line("ORGANIZER"))), None)
    if line is None:
        return ""
    person = find_calendar_user(db, line.value)
    return person.display_name if person is not None else line.parameter("CN") or ""
