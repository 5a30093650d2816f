"""Store one calendar object: the one write path for calendar data, whoever writes."""

from __future__ import annotations

from dataclasses import dataclass

from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict, Forbidden, InvalidInput
from calendars.kernel.identifiers import Etag, etag_of
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.conditions import NO_CONDITION, Precondition
from calendars.model.invalid import UnsupportedComponent
from calendars.model.principal import Access, Principal, Privilege
from calendars.services.authorize import open_collection
from calendars.services.show_objects import View
from calendars.services.write_object import NewText, write_object
from calendars.storage import calendar_objects, collections
from calendars.storage.calendar_objects import StoredObject


class UidConflict(Conflict):
    """The UID stands at another name already, or the name bears another UID (RFC 4791 §5.3.2.1).

    `path` is where, None where the asker would learn of an object that he does not see (SEC-5).
    """

    def __init__(self, path: tuple[str, str, str] | None) -> None:
        super().__init__("another object of this calendar has that UID")
        self.path = path


class NotACalendar(Forbidden):
    """Calendar objects stand in calendars only (RFC 4791 §4.2)."""


class InvalidName(InvalidInput):
    """A resource name that cannot be taken."""


@dataclass(frozen=True, slots=True)
class ObjectPath:
    """/calendars/{login}/{collection}/{name}."""

    login: str
    collection: str
    name: str

    @property
    def parent(self) -> tuple[str, str]:
        """Login and collection name."""
        return self.login, self.collection


@dataclass(frozen=True, slots=True)
class PutObject:
    """A parsed object and where it shall stand."""

    path: ObjectPath
    parsed: CalendarObject
    body: bytes
    precondition: Precondition = NO_CONDITION


@dataclass(frozen=True, slots=True)
class PutOutcome:
    """What the writer is told."""

    etag: Etag
    created: bool
    masked: bool = False
    """The writer does not see the content of what he wrote: its class is not for him."""


def put_object(db: Db, actor: Principal, put: PutObject, *, now: int) -> PutOutcome:
    """Store one calendar object (RFC 4791 §5.3.2).

    Raises NotFound, NeedPrivileges, NotACalendar, PreconditionFailed, UnsupportedComponent,
    UidConflict, MaskedObject, TooManyInstances.
    """
    collection, access = open_collection(
        db, actor, put.path.parent, Privilege.WRITE_CONTENT, now=now
    )
    return store_in(db, actor, collection, access, put, now=now)


def store_in(
    db: Db,
    actor: Principal,
    collection: CalendarCollection,
    access: Access,
    put: PutObject,
    *,
    now: int,
) -> PutOutcome:
    """`put_object` where the collection is open already: imports and moves write many."""
    if not collection.is_calendar:
        raise NotACalendar("calendar objects can only be stored in a calendar")
    collections.lock(db, collection.id)
    view = View(db, collection, access)
    before = view.open(put.path.name)
    if before is None and view.is_taken(put.path.name):
        raise UidConflict(None)
    put.precondition.check(before.etag if before else None)
    _check_component(collection, put.parsed)
    _check_uid(db, view, before, put)
    etag = etag_of(put.body)
    if before is not None and before.etag == etag:
        return PutOutcome(etag, created=False)
    new = NewText(put.path.name, put.parsed, put.body)
    write_object(db, actor, collection, before, new, now=now)
    return PutOutcome(etag, created=before is None, masked=not view.may_read(put.parsed))


def _check_component(collection: CalendarCollection, parsed: CalendarObject) -> None:
    if parsed.component not in collection.components:
        raise UnsupportedComponent(
            f"this calendar takes {', '.join(collection.components)}, not {parsed.component}"
        )


def _check_uid(db: Db, view: View, before: StoredObject | None, put: PutObject) -> None:
    collection = view.collection
    holder = calendar_objects.name_of_uid(db, collection.id, put.parsed.uid)
    if holder == put.path.name or (holder is None and before is None):
        return
    if holder is not None and view.is_taken(holder):
        raise UidConflict(None)
    raise UidConflict((*collection.path, holder or put.path.name))
