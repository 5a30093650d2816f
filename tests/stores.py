"""People, calendars and objects made below HTTP, for tests of the shelves and of the deeds."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, Etag, Login, PrincipalId
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.conditions import NO_CONDITION, Precondition
from calendars.model.principal import CollectionKind, Principal, PrincipalKind, Role
from calendars.services.make_calendar import provision
from calendars.services.put_object import ObjectPath, PutObject, PutOutcome, put_object
from calendars.storage import calendar_objects, collections, principals
from calendars.storage.calendar_objects import ObjectValues
from calendars.storage.collections import NewCollection

NOW = int(datetime(2026, 3, 2, 8, 0, tzinfo=UTC).timestamp())
ZONE = "Pacific/Noumea"

_serial = count(1)


def a_person(db: Db, login: str = "anne", *, role: Role = Role.AGENT) -> Principal:
    """A person with a home and what stands in it from the start."""
    person = Principal(
        PrincipalId(0), Login(login), PrincipalKind.INDIVIDUAL, role,
        login.title(), f"{login}@example.org",
    )  # fmt: skip
    added = principals.add(db, person, now=NOW)
    provision(db, added, timezone_id=ZONE, now=NOW)
    return principals.get_by_id(db, added)


def a_collection(db: Db, owner: PrincipalId, name: str = "") -> CollectionId:
    """One more calendar, of a name that no other has unless told."""
    new = NewCollection(owner, CollectionKind.CALENDAR, name or f"calendar-{next(_serial)}", ZONE)
    return collections.add(db, new, now=NOW)


def agenda_of(db: Db, person: Principal) -> CalendarCollection:
    """The calendar that a person has from the start."""
    found = collections.find(db, person.login, "agenda")
    assert found is not None
    return found


def a_row(
    name: str = "a", *, version: int = 1, visibility: str = "PUBLIC", by: PrincipalId | None = None
) -> ObjectValues:
    """What a write says of an object; its text is of no matter to the shelf."""
    data = f"{name} {version}".encode()
    return ObjectValues(
        uid=f"uid of {name}",
        component="VEVENT",
        visibility=visibility,
        etag=Etag(f"{name}-{version}"),
        size=len(data),
        recurring=False,
        floating=False,
        alarmed=False,
        starts_at=NOW,
        ends_at=NOW + 3600,
        indexed_from=NOW,
        indexed_until=NOW,
        written_at=NOW,
        written_by=by,
        data=data,
    )


def write(db: Db, collection: CollectionId, name: str, values: ObjectValues | None = None) -> int:
    """Add or overwrite, as a deed does: the number of the change first."""
    values = values or a_row(name)
    modseq = collections.next_modseq(db, collection)
    held = calendar_objects.find(db, collection, name)
    if held is None:
        calendar_objects.add(db, collection, name, values, modseq=modseq)
    else:
        calendar_objects.overwrite(db, held.id, values, modseq=modseq)
    return modseq


def erase(
    db: Db, collection: CollectionId, name: str, *, by: PrincipalId | None = None, now: int = NOW
) -> bool:
    """Remove, as a deed does; whether there was something to remove."""
    held = calendar_objects.find(db, collection, name)
    if held is None:
        return False
    modseq = collections.next_modseq(db, collection)
    calendar_objects.remove(db, held, by=by, modseq=modseq, now=now)
    return True


def put(
    db: Db,
    actor: Principal,
    text: str,
    path: str = "a.ics",
    *,
    precondition: Precondition = NO_CONDITION,
    now: int = NOW,
) -> PutOutcome:
    """PUT of an object: `name` in the actor's agenda, or `login/calendar/name`."""
    place = object_path(actor, path)
    body = text.encode()
    wanted = PutObject(place, CalendarObject.parse(body), body, precondition)
    return put_object(db, actor, wanted, now=now)


def object_path(actor: Principal, path: str) -> ObjectPath:
    """`name` in the actor's agenda, or `login/calendar/name`."""
    login, calendar, name = path.split("/") if "/" in path else (actor.login, "agenda", path)
    return ObjectPath(login, calendar, name)


def listing(db: Db, person: Principal, calendar: str = "agenda") -> dict[str, str]:
    """Names and entity tags of a calendar."""
    collection = collections.find(db, person.login, calendar)
    assert collection is not None
    return {one.name: one.etag for one in calendar_objects.each_of(db, collection.id)}
