"""Travel blocks: the way to an appointment and back stands in the diary and follows it (DIA-5).

A vehicle is booked by an entry of its own, from the departure to the return: it is not to be had
while it stands in Bourail, though its driver is in a meeting there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from hashlib import blake2b
from typing import NamedTuple

from calendars.kernel.audit import JOB
from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput, NotFound
from calendars.kernel.identifiers import ObjectId, PrincipalId
from calendars.model.budget import Budget
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.calendar_user_address import preferred_address
from calendars.model.component import (
    Component,
    ContentLine,
    decode,
    escape,
    parse,
    serialize,
    unescape,
)
from calendars.model.event_draft import EventDraft
from calendars.model.event_writing import new_object
from calendars.model.instances import instances, is_recurring
from calendars.model.principal import Principal, Privilege
from calendars.model.window import ALWAYS, Window
from calendars.services.collection_zone import zone_of
from calendars.services.delete_object import delete_object
from calendars.services.deliver_itip import Dispatch
from calendars.services.find_entry import find_entry
from calendars.services.find_principals import get_principal, get_principal_by_id
from calendars.services.follow_calendars import FollowedObject
from calendars.services.guard_dates import DateConflict, DatesConflict
from calendars.services.put_object import ObjectPath, PutObject, put_object
from calendars.services.read_entry import open_entry
from calendars.services.set_policy import get_resource
from scheduler.diaries import travel_repository as shelf
from scheduler.diaries.travel_repository import Travelled
from scheduler.directory import service as directory
from scheduler.directory.model import Place
from scheduler.slots.codes import ConflictCode

OUT, BACK, VEHICLE = "out", "back", "vehicle"
LEGS = (OUT, BACK, VEHICLE)
CATEGORY = "Trajet"


class NoWay(InvalidInput):
    """There is no way to go: the place is not known, or it is where the person works."""

    words = "aucun trajet n'est connu vers ce lieu"


class TravelOfSeries(InvalidInput):
    """A series has no ways: they are made for one appointment."""

    words = "les trajets se posent pour un rendez-vous, pas pour une série"


class Block(NamedTuple):
    """One entry of the diary about the way."""

    leg: str
    window: Window
    title: str


def make_travel(
    db: Db,
    actor: Principal,
    path: ObjectPath,
    vehicle: str | None,
    *,
    dispatch: Dispatch,
    now: int,
) -> list[Block]:
    """The ways of an appointment, made from the table of travel times.

    Raises NotFound, NeedPrivileges, MaskedObject, NoWay, TravelOfSeries, DatesConflict where the
    vehicle is not to be had.
    """
    entry = open_entry(db, actor, path, Privilege.WRITE_CONTENT, now=now)
    owner = get_principal_by_id(db, entry.collection.owner_id)
    if vehicle is not None:
        get_resource(db, vehicle)
    parent = parse(decode(entry.stored.data))
    blocks = blocks_of(db, owner, parent, zone_of(entry.collection), vehicle=vehicle is not None)
    if not blocks:
        raise NoWay("there is no way to go to that place")
    one = Travelled(entry.stored.id, owner.id, entry.stored.uid, vehicle or "")
    shelf.keep(db, one)
    _write(db, actor, owner, entry.collection, one, parent, blocks, dispatch=dispatch, now=now)
    if vehicle is not None:
        _check_vehicle(db, owner, one, blocks)
    return blocks


def remove_travel(
    db: Db, actor: Principal, path: ObjectPath, *, dispatch: Dispatch, now: int
) -> None:
    """The appointment has no ways any more. Raises NotFound, NeedPrivileges."""
    entry = open_entry(db, actor, path, Privilege.WRITE_CONTENT, now=now)
    one = shelf.find(db, entry.stored.id)
    if one is None:
        raise NotFound("it has no ways")
    owner = get_principal_by_id(db, entry.collection.owner_id)
    _remove(db, actor, owner, one, LEGS, dispatch=dispatch, now=now)
    shelf.drop(db, one.object_id)


def keep_in_step(
    db: Db,
    changed: Sequence[FollowedObject],
    gone: Sequence[ObjectId],
    zone: tzinfo,
    *,
    dispatch: Dispatch,
    now: int,
) -> int:
    """Ways move and go with their appointment, by whichever program it was written."""
    moved = 0
    for stored in changed:
        one = shelf.find(db, stored.id)
        if one is None:
            continue
        owner = get_principal_by_id(db, PrincipalId(one.owner_id)).acting(JOB)
        there = find_entry(db, owner.id, one.parent_uid)
        if there is None:
            continue
        parent = parse(decode(stored.data))
        blocks = _blocks_or_none(db, owner, parent, zone, vehicle=bool(one.vehicle))
        legs = {block.leg for block in blocks}
        left = [leg for leg in LEGS if leg not in legs]
        _remove(db, owner, owner, one, left, dispatch=dispatch, now=now)
        _write(db, owner, owner, there.collection, one, parent, blocks, dispatch=dispatch, now=now)
        moved += 1
    for number in gone:
        one = shelf.find(db, number)
        if one is not None:
            owner = get_principal_by_id(db, PrincipalId(one.owner_id)).acting(JOB)
            _remove(db, owner, owner, one, LEGS, dispatch=dispatch, now=now)
            shelf.drop(db, number)
            moved += 1
    return moved


def _blocks_or_none(
    db: Db, owner: Principal, parent: Component, zone: tzinfo, *, vehicle: bool
) -> list[Block]:
    try:
        return blocks_of(db, owner, parent, zone, vehicle=vehicle)
    except InvalidInput:
        return []


def blocks_of(
    db: Db, owner: Principal, parent: Component, zone: tzinfo, *, vehicle: bool
) -> list[Block]:
    """The way there and back, and the time that a vehicle is away; none where there is no way."""
    if is_recurring(parent):
        raise TravelOfSeries("ways are made for one appointment")
    one = next(iter(instances(parent, ALWAYS, zone=zone, budget=Budget())), None)
    if one is None or one.component.name != "VEVENT":
        raise NoWay("ways lead to appointments")
    if (one.component.value("STATUS") or "") == "CANCELLED":
        return []
    travel = directory.travel(db)
    home = _home(db, str(owner.login))
    place = travel.find(unescape(one.component.value("LOCATION") or ""))
    minutes = travel.way(home, place)
    if not minutes or home is None or place is None:
        return []
    length = minutes * 60
    start, end = one.starts_at, one.ends_at
    there, back = f"{home.commune} – {place.commune}", f"{place.commune} – {home.commune}"
    found = [
        Block(OUT, Window(start - length, start), f"Trajet {there}"),
        Block(BACK, Window(end, end + length), f"Trajet {back}"),
    ]
    if vehicle:
        found.append(Block(VEHICLE, Window(start - length, end + length), f"Véhicule, {there}"))
    return found


def _home(db: Db, login: str) -> Place | None:
    code = directory.sites_of(db, [login]).get(login)
    known = {one.code: Place(one.commune, one.code) for one in directory.list_sites(db)}
    return known.get(code or "")


def _uid(one: Travelled, leg: str) -> str:
    text = f"travel/{one.owner_id}/{one.parent_uid}/{leg}"
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _write(  # noqa: PLR0913 - the ways of one appointment
    db: Db,
    actor: Principal,
    owner: Principal,
    collection: CalendarCollection,
    one: Travelled,
    parent: Component,
    blocks: Sequence[Block],
    *,
    dispatch: Dispatch,
    now: int,
) -> None:
    [event, *_] = parent.children("VEVENT")
    for block in blocks:
        uid = _uid(one, block.leg)
        there = find_entry(db, owner.id, uid)
        target = there.collection if there else collection
        calendar = _entry(target, one, event, block, now=now)
        [mine] = calendar.children("VEVENT")
        if there is not None:
            [held, *_] = parse(decode(there.stored.data)).children("VEVENT")
            if all(held.value(name) == mine.value(name) for name in ("DTSTART", "DTEND", "STATUS")):
                continue
            _raise_sequence(mine, held)
        if block.leg == VEHICLE:
            mine.lines.extend(_booked(owner, get_resource(db, one.vehicle).principal))
        body = serialize(calendar).encode()
        name = there.stored.name if there else f"{uid}.ics"
        path = ObjectPath(target.owner_login, target.name, name)
        put = PutObject(path, CalendarObject.parse(body), body)
        put_object(db, actor, put, dispatch=dispatch, now=now)


def _entry(
    collection: CalendarCollection,
    one: Travelled,
    event: Component,
    block: Block,
    *,
    now: int,
) -> Component:
    start, end = (datetime.fromtimestamp(at, UTC) for at in block.window)
    tentative = (event.value("STATUS") or "") == "TENTATIVE"
    draft = EventDraft(
        title=block.title,
        start=start,
        end=end,
        status="TENTATIVE" if tentative else "CONFIRMED",
        visibility=event.value("CLASS") or "PUBLIC",
        categories=(CATEGORY,),
        # The vehicle is away all the time; who drives it is in the meeting meanwhile.
        busy=block.leg != VEHICLE,
    )
    calendar = new_object(
        "VEVENT", draft, uid=_uid(one, block.leg), tzid=collection.timezone_id,
        floating=zone_of(collection), now=now,
    )  # fmt: skip
    [mine] = calendar.children("VEVENT")
    mine.lines.append(ContentLine("RELATED-TO", ";RELTYPE=PARENT", escape(one.parent_uid)))
    return calendar


def _raise_sequence(mine: Component, held: Component) -> None:
    number = held.value("SEQUENCE") or "0"
    following = int(number) + 1 if number.isdigit() else 1
    mine.lines[:] = [
        line._replace(value=str(following)) if line.name == "SEQUENCE" else line
        for line in mine.lines
    ]


def _booked(owner: Principal, vehicle: Principal) -> Iterator[ContentLine]:
    address = preferred_address(owner)
    yield ContentLine("ORGANIZER", "", address)
    yield ContentLine("ATTENDEE", ";PARTSTAT=ACCEPTED", address)
    asked = ";CUTYPE=RESOURCE;ROLE=NON-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE"
    yield ContentLine("ATTENDEE", asked, preferred_address(vehicle))


def _remove(
    db: Db,
    actor: Principal,
    owner: Principal,
    one: Travelled,
    legs: Sequence[str],
    *,
    dispatch: Dispatch,
    now: int,
) -> None:
    for leg in legs:
        there = find_entry(db, owner.id, _uid(one, leg))
        if there is None:
            continue
        path = ObjectPath(there.collection.owner_login, there.collection.name, there.stored.name)
        try:
            delete_object(db, actor, path, dispatch=dispatch, now=now)
        except NotFound:
            continue


def _check_vehicle(db: Db, owner: Principal, one: Travelled, blocks: Sequence[Block]) -> None:
    """The vehicle has answered in the write (docs/adr/0012). Raises DatesConflict."""
    there = find_entry(db, owner.id, _uid(one, VEHICLE))
    if there is None:
        return
    vehicle = get_principal(db, one.vehicle)
    address = preferred_address(vehicle)
    for event in parse(decode(there.stored.data)).children("VEVENT"):
        for line in event.all("ATTENDEE"):
            if line.value == address and line.parameter("PARTSTAT") == "DECLINED":
                words = f"{vehicle.display_name} n'est pas disponible"
                window = next(block.window for block in blocks if block.leg == VEHICLE)
                raise DatesConflict(
                    (DateConflict(str(ConflictCode.RESOURCE), one.vehicle, words, *window),)
                )
