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
from calendars.services.ask_approvers import ask_approvers
from calendars.services.authorize import open_collection
from calendars.services.deliver_itip import Dispatch, Placed
from calendars.services.guard_attachments import check_attachments
from calendars.services.guard_bookings import guard_booking
from calendars.services.reconcile import reconciled_text
from calendars.services.schedule_object import (
    calendar_of,
    has_organizer,
    lock_involved,
    schedule_put,
    unsent,
)
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
    moved_from: StoredObject | None = None
    """What stood in another calendar of the same person until now: moving is no news."""


@dataclass(frozen=True, slots=True)
class PutOutcome:
    """What the writer is told: the tag of what is stored, and whether that is what was sent."""

    etag: Etag
    created: bool
    body: bytes
    as_sent: bool = True
    schedule_tag: str | None = None
    masked: bool = False
    """The writer does not see the content of what he wrote: its class is not for him."""


def put_object(
    db: Db, actor: Principal, put: PutObject, *, dispatch: Dispatch | None = None, now: int
) -> PutOutcome:
    """Store one calendar object (RFC 4791 §5.3.2), and tell those it concerns (RFC 6638 §3.2).

    Without a dispatch nobody is told: what is taken in was agreed upon elsewhere.
    Raises NotFound, NeedPrivileges, NotACalendar, PreconditionFailed, UnsupportedComponent,
    UnknownAttachment, UidConflict, MaskedObject, BookingConflict, TooManyInstances, and the
    refusals of scheduling.
    """
    collection, access = open_collection(
        db, actor, put.path.parent, Privilege.WRITE_CONTENT, now=now
    )
    return store_in(db, actor, (collection, access), put, dispatch=dispatch, now=now)


def store_in(
    db: Db,
    actor: Principal,
    opened: tuple[CalendarCollection, Access],
    put: PutObject,
    *,
    dispatch: Dispatch | None = None,
    now: int,
) -> PutOutcome:
    """`put_object` where the collection is open already: imports and moves write many."""
    collection, access = opened
    if not collection.is_calendar:
        raise NotACalendar("calendar objects can only be stored in a calendar")
    _lock(db, collection, put, tells=dispatch is not None)
    view = View(db, collection, access)
    before = view.open(put.path.name)
    if before is None and view.is_taken(put.path.name):
        # For who does not see it nothing stands there, until he would put something in its place.
        put.precondition.check(None)
        raise UidConflict(None)
    parsed, body = reconciled_text(
        db, collection, before, put.path.name, (put.parsed, put.body), put.precondition
    )
    _check_component(collection, parsed)
    _check_uid(db, view, before, put)
    was = before or put.moved_from
    check_attachments(db, actor, parsed, None if was is None else was.data, now=now)
    if before is not None and before.etag == etag_of(body):
        return PutOutcome(before.etag, False, body, body == put.body, before.schedule_tag)
    if collection.of_resource:
        guard_booking(db, collection, before, parsed, now=now)
    wanted = (put.path.name, parsed, body)
    if dispatch is None or not (has_organizer(parsed) or _is_tagged(was)):
        scheduled = unsent(was, wanted)
    else:
        scheduled = schedule_put(db, dispatch, actor, opened, was, wanted, now=now)
    parsed, body, tag = scheduled
    new = NewText(put.path.name, parsed, body, tag)
    _, etag = write_object(db, actor, collection, before, new, now=now)
    if collection.of_resource:
        ask_approvers(db, collection, parsed.uid, now=now)
    if dispatch is not None and dispatch.placed is not None:
        stood = None if was is None else was.data
        dispatch.placed.append(Placed(collection, put.path.name, stood, body))
    masked = not view.may_read(parsed)
    return PutOutcome(etag, before is None, body, body == put.body, tag, masked)


def _lock(db: Db, collection: CalendarCollection, put: PutObject, *, tells: bool) -> None:
    """Nobody changes what stands at the name meanwhile, nor what its people hold if it is told."""
    if not collections.must_lock(db):
        return
    if not tells:
        collections.lock(db, collection.id)
        return
    before = calendar_objects.find(db, collection.id, put.path.name)
    concerned = [calendar_of(before)] if before is not None and _is_tagged(before) else []
    if has_organizer(put.parsed):
        concerned.append(put.parsed.calendar)
    if concerned:
        lock_involved(db, collection, concerned)
    else:
        collections.lock(db, collection.id)


def _is_tagged(stored: StoredObject | None) -> bool:
    return stored is not None and stored.schedule_tag is not None


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
