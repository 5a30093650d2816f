"""Take a slot: everybody's diary and every resource in one transaction, or nothing (DIA-4)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from calendars.itip.people import address_of, said_beside
from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.calendar_object import CalendarObject
from calendars.model.calendar_user_address import mailto, preferred_address
from calendars.model.component import Component, ContentLine, decode, parse, serialize
from calendars.model.event_draft import EventDraft
from calendars.model.event_writing import new_object
from calendars.model.principal import Principal, PrincipalKind, Privilege
from calendars.model.typeset import typeset
from calendars.model.window import Window
from calendars.services.authorize import open_collection
from calendars.services.collection_zone import zone_of
from calendars.services.create_object import Written
from calendars.services.deliver_itip import Dispatch
from calendars.services.find_principals import get_principal
from calendars.services.gather_busy_time import BusyQuestion, gather_engagements
from calendars.services.guard_dates import DateConflict, DatesConflict
from calendars.services.open_account import check_email
from calendars.services.put_object import ObjectPath, PutObject, store_in
from calendars.services.set_policy import get_resource
from calendars.services.tell_holder import tell_holder
from scheduler.slots.codes import ConflictCode
from scheduler.slots.next_free import next_free
from scheduler.slots.request import BadSearch, Booking
from scheduler.slots.service import Asking, resolve
from scheduler.slots.wording import unavailable

_RESOURCE_ROLE = "NON-PARTICIPANT"
_CODES = {"B": ConflictCode.OVERLAP, "T": ConflictCode.OVERLAP_TENTATIVE}


class SlotTaken(DatesConflict):
    """Somebody else took a diary or a resource meanwhile: nothing was written."""


def book_slot(db: Db, asking: Asking, booking: Booking, *, dispatch: Dispatch) -> Written:
    """The meeting in all diaries and calendars of resources, by the organizer's own event.

    The diaries are locked by the write and looked at after it: of two who want one slot, the second
    finds it taken and all that he wrote is undone.
    Raises NotFound, NeedPrivileges, UnknownParticipants, SlotTaken, DraftRefused.
    """
    if booking.end <= booking.start:
        raise BadSearch("the end is before the start", words="la fin précède le début", field="end")
    actor, now = asking.actor, asking.now
    parent = (booking.organizer, booking.calendar)
    collection, access = open_collection(db, actor, parent, Privilege.WRITE_CONTENT, now=now)
    organizer = get_principal(db, booking.organizer)
    who = resolve(db, booking.required, booking.optional)
    resources = [get_resource(db, login).principal for login in booking.resources]
    draft = EventDraft(
        title=booking.title, start=booking.start, end=booking.end, location=booking.place,
        description=booking.description, visibility=booking.visibility,
        categories=booking.categories or None, status="CONFIRMED",
    )  # fmt: skip
    uid = str(uuid.uuid4())
    calendar = new_object(
        "VEVENT", draft, uid=uid, tzid=collection.timezone_id, floating=zone_of(collection), now=now
    )
    [event] = calendar.children("VEVENT")
    people = [one for one in who.people if one.id != organizer.id]
    outside = [mailto(check_email(one)) for one in booking.outside]
    event.lines.extend(
        _invitation(
            organizer, people, outside, resources, required=who.required, agreed=booking.agreed
        )
    )
    body = serialize(calendar).encode()
    put = PutObject(ObjectPath(*parent, f"{uid}.ics"), CalendarObject.parse(body), body)
    outcome = store_in(db, actor, (collection, access), put, dispatch=dispatch, now=now)
    needed = [organizer, *(one for one in people if one.id in who.required)]
    window = Window(int(booking.start.timestamp()), int(booking.end.timestamp()))
    letters = "B" if booking.despite_options else "BT"
    taken = list(_refused(outcome.body, resources, window))
    if not booking.despite_people:
        taken += _busy(db, actor, needed, BusyQuestion(window, uid), letters, now=now)
    if taken:
        logins = [str(one.login) for one in needed]
        free = next_free(
            db, asking, window, people=logins, resources=booking.resources,
            place=booking.place, moving=uid,
        )  # fmt: skip
        raise SlotTaken(tuple(taken), free)
    return Written(collection, put.path, outcome.body, outcome)


def _invitation(
    organizer: Principal,
    people: Sequence[Principal],
    outside: Sequence[str],
    resources: Sequence[Principal],
    *,
    required: frozenset[PrincipalId],
    agreed: bool,
) -> Iterator[ContentLine]:
    if not people and not outside and not resources:
        return
    address = preferred_address(organizer)
    yield ContentLine("ORGANIZER", _named(organizer), address)
    yield ContentLine("ATTENDEE", f"{_named(organizer)};PARTSTAT=ACCEPTED", address)
    for one in people:
        role = "REQ-PARTICIPANT" if one.id in required else "OPT-PARTICIPANT"
        answer = "PARTSTAT=ACCEPTED" if agreed else "PARTSTAT=NEEDS-ACTION;RSVP=TRUE"
        said = f"{_named(one)};ROLE={role};{answer}"
        yield ContentLine("ATTENDEE", said, preferred_address(one))
    for email in outside:
        yield ContentLine(
            "ATTENDEE", ";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE", email
        )
    yield from map(attendee_of_resource, resources)


def attendee_of_resource(one: Principal) -> ContentLine:
    """A room or vehicle is asked for."""
    kind = "ROOM" if one.kind is PrincipalKind.ROOM else "RESOURCE"
    said = f"{_named(one)};CUTYPE={kind};ROLE={_RESOURCE_ROLE};PARTSTAT=NEEDS-ACTION;RSVP=TRUE"
    return ContentLine("ATTENDEE", said, preferred_address(one))


def _named(one: Principal) -> str:
    name = one.display_name.replace('"', "'")
    return f';CN="{name}"' if name else ""


def _busy(
    db: Db,
    actor: Principal,
    people: Sequence[Principal],
    question: BusyQuestion,
    letters: str,
    *,
    now: int,
) -> Iterator[DateConflict]:
    """What of that kind stands in the diaries of those who are needed, the new meeting apart."""
    found = gather_engagements(db, [one.id for one in people], question)
    for person in people:
        for one in found[person.id]:
            if one.busy not in letters or one.ends_at - one.starts_at <= 1:
                continue
            holder = one.object_id and tell_holder(db, actor, one.object_id, now=now)
            words = f"{person.display_name} : {holder or 'Occupé'}"
            yield DateConflict(
                _CODES[one.busy], str(person.login), typeset(words),
                max(one.starts_at, question.window.start),
                min(one.ends_at, question.window.end), holder or None,
            )  # fmt: skip


def _refused(body: bytes, resources: Sequence[Principal], window: Window) -> Iterator[DateConflict]:
    """Resources that have declined: each has answered in the write (docs/adr/0012)."""
    by_address = {str(preferred_address(one)): one for one in resources}
    for event in _events(body):
        for line in event.all("ATTENDEE"):
            one = by_address.get(line.value)
            if one is not None and line.parameter("PARTSTAT") == "DECLINED":
                words = unavailable(one.display_name, said_beside(event, address_of(line)))
                yield DateConflict(ConflictCode.RESOURCE, str(one.login), words, *window)


def check_granted(body: bytes, resources: Sequence[Principal], window: Window) -> None:
    """No resource has declined. Raises SlotTaken."""
    refused = tuple(_refused(body, resources, window))
    if refused:
        raise SlotTaken(refused)


def _events(body: bytes) -> list[Component]:
    return parse(decode(body)).children("VEVENT")
