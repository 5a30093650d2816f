"""Take a slot, take another instead, give it up: of two who want one, one has it (RDV-1, RDV-3).

The event is the host's own and written by the one write path; the diary is the truth from then on.
The diaries are locked before the last look at them, so that nothing is written for who comes late.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import NamedTuple

from calendars.itip.changes import is_cancelled
from calendars.itip.people import with_parameter
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import PrincipalId
from calendars.model.calendar_object import CalendarObject
from calendars.model.calendar_user_address import (
    addresses_of,
    calendar_user_address,
    preferred_address,
)
from calendars.model.component import Component, decode, parse, serialize, unescape
from calendars.model.entry import entries_of
from calendars.model.event_draft import EventDraft
from calendars.model.event_writing import amend, place_of
from calendars.model.instances import bounds
from calendars.model.principal import OWNER, Principal
from calendars.model.window import Window
from calendars.services.collection_zone import zone_of
from calendars.services.default_calendars import calendar_for
from calendars.services.delete_object import delete_object
from calendars.services.find_entry import Standing, find_entry, lock_calendars_of
from calendars.services.put_object import ObjectPath, PutObject, store_in
from calendars.services.set_policy import get_resource
from calendars.services.tell_busy_time import FreeBusyPolicy
from scheduler.choosing.model import Free, House, NoLongerFree, Taken, Terms, Wording
from scheduler.choosing.offer import find_free
from scheduler.slots.book import attendee_of_resource, book_slot, check_granted
from scheduler.slots.request import Booking
from scheduler.slots.service import Asking


class Chooser(NamedTuple):
    """Who asks, and the host acting for him: nobody needs a right on a diary to be given a slot."""

    asker: Principal
    host: Principal

    @classmethod
    def of(cls, asker: Principal, host: Principal) -> Chooser:
        """The host's own deed, from where the asker asks."""
        return cls(asker, host.acting(asker.origin))


def take(
    db: Db, who: Chooser, terms: Terms, wording: Wording, starts_at: int, house: House, *, now: int
) -> Taken:
    """The slot is taken: an event of the host, with those who come and the room.

    Raises NoLongerFree before anything is written, SlotTaken where a room declines after all.
    """
    free = _lock(db, who, terms, starts_at, house, now=now)
    calendar = calendar_for(db, terms.host.login, "VEVENT")
    if calendar is None:
        raise NoLongerFree("there is no calendar to write in")
    booking = Booking(
        organizer=str(terms.host.login),
        title=wording.title,
        start=_local(free.starts_at, house.zone),
        end=_local(free.ends_at, house.zone),
        required=tuple(str(one.login) for one in terms.guests),
        resources=_rooms(free),
        place=wording.location or _name_of_room(db, free),
        description=wording.description or None,
        visibility=wording.visibility,
        categories=wording.categories,
        calendar=calendar.name,
        agreed=True,
    )
    asking = Asking(who.host, house.zone, FreeBusyPolicy.EVERYBODY, now, booker=terms.host)
    made = book_slot(db, asking, booking, dispatch=house.dispatch)
    uid = made.path.name.removesuffix(".ics")
    return Taken(uid, free.starts_at, free.ends_at, booking.place or "")


def move(
    db: Db, who: Chooser, terms: Terms, uid: str, starts_at: int, house: House, *, now: int
) -> Taken:
    """Another slot instead: the same event moves, with one update to everybody.

    Raises NotFound where it stands no more, NoLongerFree, SlotTaken.
    """
    free = _lock(db, who, terms, starts_at, house, moving=uid, now=now)
    there = find_entry(db, terms.host.id, uid)
    if there is None:
        raise NotFound("there is nothing here")
    calendar = parse(decode(there.stored.data))
    _write_slot(db, calendar, there, terms, free, house.zone, now=now)
    body = serialize(calendar).encode()
    path = _path(there)
    put = PutObject(path, CalendarObject.parse(body), body)
    opened = (there.collection, OWNER)
    outcome = store_in(db, who.host, opened, put, dispatch=house.dispatch, now=now)
    rooms = [get_resource(db, one).principal for one in _rooms(free)]
    check_granted(outcome.body, rooms, Window(free.starts_at, free.ends_at))
    for guest in terms.guests:
        _accept(db, guest.acting(who.asker.origin), uid, house, now=now)
    return Taken(uid, free.starts_at, free.ends_at, _location(entries_of(calendar)[0]))


def give_up(db: Db, who: Chooser, uid: str, house: House, *, now: int) -> bool:
    """The event goes, and everybody in it is told; False where it stood no more."""
    there = find_entry(db, who.host.id, uid)
    if there is None:
        return False
    # One slot is meant: that is no mass of deletions.
    meant = replace(house.dispatch, believed_deletions=None)
    try:
        delete_object(db, who.host, _path(there), dispatch=meant, now=now)
    except NotFound:
        return False
    return True


def taken_at(db: Db, host: PrincipalId, uid: str) -> Taken | None:
    """Where the host's diary has it now: moved there is moved, gone or cancelled there is gone."""
    there = find_entry(db, host, uid)
    return None if there is None else read_taken(there, uid)


def read_taken(there: Standing, uid: str) -> Taken | None:
    """What a stored event says of it."""
    calendar = parse(decode(there.stored.data))
    event = entries_of(calendar)[0]
    if is_cancelled(event):
        return None
    window = bounds(calendar, zone_of(there.collection))
    return Taken(uid, window.start, window.end, _location(event))


def _lock(
    db: Db, who: Chooser, terms: Terms, starts_at: int, house: House,
    *, moving: str | None = None, now: int,
) -> Free:  # fmt: skip
    """Nobody else writes in the diaries from now on, and the slot is free. Raises NoLongerFree."""
    rooms = [get_resource(db, one).principal for one in terms.rooms]
    lock_calendars_of(db, [one.id for one in (terms.host, *terms.guests, *rooms)])
    free = find_free(db, who.asker, terms, starts_at, house, moving=moving, now=now)
    if free is None:
        raise NoLongerFree("that slot is not free any more")
    return free


def _write_slot(
    db: Db, calendar: Component, there: Standing, terms: Terms, free: Free, zone: tzinfo,
    *, now: int,
) -> None:  # fmt: skip
    """Time and room."""
    draft = EventDraft(start=_local(free.starts_at, zone), end=_local(free.ends_at, zone))
    event = entries_of(calendar)[0]
    offered = {str(one) for room in terms.rooms for one in _addresses(db, room)}
    had = next((one for one in event.all("ATTENDEE") if one.value.lower() in offered), None)
    room = None if free.room is None else get_resource(db, free.room).principal
    if room is not None and (had is None or had.value.lower() != str(preferred_address(room))):
        event.lines[:] = [one for one in event.lines if one is not had]
        event.lines.append(attendee_of_resource(room))
        draft = replace(draft, location=room.display_name)
    collection = there.collection
    amend(calendar, draft, place_of(calendar, collection.timezone_id, zone_of(collection)), now=now)


def _accept(db: Db, guest: Principal, uid: str, house: House, *, now: int) -> None:
    """What moves asks those who come anew (RFC 6638 §3.2.8); they have chosen it, and said yes."""
    there = find_entry(db, guest.id, uid)
    if there is None:
        return
    mine = addresses_of(guest)
    calendar = parse(decode(there.stored.data))
    for event in entries_of(calendar):
        event.lines[:] = [
            with_parameter(line, "PARTSTAT", "ACCEPTED")
            if line.name == "ATTENDEE" and calendar_user_address(line.value) in mine
            else line
            for line in event.lines
        ]
    body = serialize(calendar).encode()
    put = PutObject(_path(there), CalendarObject.parse(body), body)
    store_in(db, guest, (there.collection, OWNER), put, dispatch=house.dispatch, now=now)


def _addresses(db: Db, room: str) -> Iterable[str]:
    return map(str, addresses_of(get_resource(db, room).principal))


def _rooms(free: Free) -> tuple[str, ...]:
    return () if free.room is None else (free.room,)


def _name_of_room(db: Db, free: Free) -> str | None:
    return None if free.room is None else get_resource(db, free.room).principal.display_name


def _path(there: Standing) -> ObjectPath:
    return ObjectPath(there.collection.owner_login, there.collection.name, there.stored.name)


def _location(event: Component) -> str:
    return unescape(event.value("LOCATION") or "")


def _local(instant: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(instant, zone)
