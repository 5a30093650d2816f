"""Travel blocks: the way to an appointment and back stands in the diary and follows it (DIA-5).

Those of a series are series. A vehicle is booked by an entry of its own, from the departure to the
return: it is not to be had while it stands in Bourail, though its driver is in a meeting there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from hashlib import blake2b
from typing import NamedTuple

from calendars.itip.people import address_of, said_beside
from calendars.kernel.audit import JOB
from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput, NotFound
from calendars.kernel.identifiers import ObjectId, PrincipalId
from calendars.model.budget import Budget
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.calendar_user_address import preferred_address
from calendars.model.component import Component, decode, parse, serialize
from calendars.model.instances import instances, is_recurring
from calendars.model.invalid import TooManyInstances
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
from scheduler.diaries.travel_entries import Ways, book, entry_of, raise_sequence, says_the_same
from scheduler.diaries.travel_repository import Travelled
from scheduler.diaries.travel_times import Leg, Part, goes, lasts, offset, parts_of
from scheduler.directory import service as directory
from scheduler.directory.model import Place
from scheduler.slots.codes import ConflictCode
from scheduler.slots.wording import unavailable

_DAY = 86_400
BEHIND, AHEAD = 31 * _DAY, 2 * 366 * _DAY
"""Dates that have to be written out one by one are written out so far."""


class NoWay(InvalidInput):
    """There is no way to go: the place is not known, or it is where the person works."""

    words = "aucun trajet n'est connu vers ce lieu"


class Block(NamedTuple):
    """One entry of the diary about the way; of a series its next one."""

    leg: str
    window: Window
    title: str
    repeats: bool = False


class _Plan(NamedTuple):
    """The entries that an appointment needs, by leg."""

    parent: Component
    ways: Ways
    legs: Mapping[Leg, list[Part]]


def make_travel(
    db: Db,
    actor: Principal,
    path: ObjectPath,
    vehicle: str | None,
    *,
    dispatch: Dispatch,
    now: int,
) -> list[Block]:
    """The ways of an appointment, or of each of a series, made from the table of travel times.

    Raises NotFound, NeedPrivileges, MaskedObject, NoWay, DatesConflict where the vehicle is not to
    be had.
    """
    entry = open_entry(db, actor, path, Privilege.WRITE_CONTENT, now=now)
    owner = get_principal_by_id(db, entry.collection.owner_id)
    if vehicle is not None:
        get_resource(db, vehicle)
    one = Travelled(entry.stored.id, owner.id, entry.stored.uid, vehicle or "")
    parent, zone = parse(decode(entry.stored.data)), zone_of(entry.collection)
    plan = _plan(db, owner, parent, zone, one, now=now)
    if not any(plan.legs.values()):
        raise NoWay("there is no way to go to that place")
    shelf.keep(db, one)
    _write(db, actor, owner, entry.collection, one, plan, dispatch=dispatch, now=now)
    if vehicle is not None:
        _check_vehicle(db, owner, one, zone)
    return list(_blocks(plan, zone, now=now))


def remove_travel(
    db: Db, actor: Principal, path: ObjectPath, *, dispatch: Dispatch, now: int
) -> None:
    """The appointment has no ways any more. Raises NotFound, NeedPrivileges."""
    entry = open_entry(db, actor, path, Privilege.WRITE_CONTENT, now=now)
    one = shelf.find(db, entry.stored.id)
    if one is None:
        raise NotFound("it has no ways")
    owner = get_principal_by_id(db, entry.collection.owner_id)
    _remove(db, actor, owner, one, Leg, dispatch=dispatch, now=now)
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
        plan = _plan(db, owner, parse(decode(stored.data)), zone, one, now=now)
        left = [leg for leg in Leg if not plan.legs.get(leg)]
        _remove(db, owner, owner, one, left, dispatch=dispatch, now=now)
        _write(db, owner, owner, there.collection, one, plan, dispatch=dispatch, now=now)
        moved += 1
    for number in gone:
        one = shelf.find(db, number)
        if one is not None:
            owner = get_principal_by_id(db, PrincipalId(one.owner_id)).acting(JOB)
            _remove(db, owner, owner, one, Leg, dispatch=dispatch, now=now)
            shelf.drop(db, number)
            moved += 1
    return moved


def _plan(
    db: Db, owner: Principal, parent: Component, zone: tzinfo, one: Travelled, *, now: int
) -> _Plan:
    """What an unreadable or endless appointment needs is nothing."""
    ways = Ways(_home(db, str(owner.login)), directory.travel(db))
    legs = [leg for leg in Leg if leg is not Leg.VEHICLE or one.vehicle]
    window = Window(now - BEHIND, now + AHEAD)
    try:
        parts = {leg: parts_of(parent, leg, ways.seconds, zone, window) for leg in legs}
    except (InvalidInput, TooManyInstances):
        parts = {}
    return _Plan(parent, ways, parts)


def _blocks(plan: _Plan, zone: tzinfo, *, now: int) -> Iterator[Block]:
    """What is told of them: the next time, or the one time."""
    repeats = is_recurring(plan.parent)
    window = Window(now, now + AHEAD) if repeats else ALWAYS
    for one in instances(plan.parent, window, zone=zone, budget=Budget()):
        seconds = goes(one.component, plan.ways.seconds)
        if not seconds:
            continue
        length = one.ends_at - one.starts_at
        for leg in plan.legs:
            start = one.starts_at + offset(leg, length, seconds)
            times = Window(start, start + lasts(leg, length, seconds))
            yield Block(leg.value, times, plan.ways.title(leg, one.component), repeats)
        return


def _home(db: Db, login: str) -> Place | None:
    code = directory.sites_of(db, [login]).get(login)
    known = {one.code: Place(one.commune, one.code) for one in directory.list_sites(db)}
    return known.get(code or "")


def _uid(one: Travelled, leg: Leg) -> str:
    text = f"travel/{one.owner_id}/{one.parent_uid}/{leg}"
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _write(  # noqa: PLR0913 - the ways of one appointment
    db: Db,
    actor: Principal,
    owner: Principal,
    collection: CalendarCollection,
    one: Travelled,
    plan: _Plan,
    *,
    dispatch: Dispatch,
    now: int,
) -> None:
    for leg, parts in plan.legs.items():
        if not parts:
            continue
        uid = _uid(one, leg)
        there = find_entry(db, owner.id, uid)
        target = there.collection if there else collection
        calendar = entry_of(
            plan.parent, leg, parts, plan.ways, uid=uid, zone=zone_of(target), now=now
        )
        if there is not None:
            held = parse(decode(there.stored.data))
            if says_the_same(calendar, held):
                continue
            raise_sequence(calendar, held)
        if leg is Leg.VEHICLE:
            book(calendar, owner, get_resource(db, one.vehicle).principal)
        body = serialize(calendar).encode()
        name = there.stored.name if there else f"{uid}.ics"
        path = ObjectPath(target.owner_login, target.name, name)
        put = PutObject(path, CalendarObject.parse(body), body)
        put_object(db, actor, put, dispatch=dispatch, now=now)


def _remove(
    db: Db,
    actor: Principal,
    owner: Principal,
    one: Travelled,
    legs: Sequence[Leg] | type[Leg],
    *,
    dispatch: Dispatch,
    now: int,
) -> None:
    # They go with their appointment: that is no mass of deletions.
    meant = replace(dispatch, believed_deletions=None)
    for leg in legs:
        there = find_entry(db, owner.id, _uid(one, leg))
        if there is None:
            continue
        path = ObjectPath(there.collection.owner_login, there.collection.name, there.stored.name)
        try:
            delete_object(db, actor, path, dispatch=meant, now=now)
        except NotFound:
            continue


def _check_vehicle(db: Db, owner: Principal, one: Travelled, zone: tzinfo) -> None:
    """The vehicle has answered in the write (docs/adr/0012). Raises DatesConflict."""
    there = find_entry(db, owner.id, _uid(one, Leg.VEHICLE))
    if there is None:
        return
    vehicle = get_principal(db, one.vehicle)
    address = preferred_address(vehicle)
    calendar = parse(decode(there.stored.data))
    for event in calendar.children("VEVENT"):
        for line in event.all("ATTENDEE"):
            if line.value == address and line.parameter("PARTSTAT") == "DECLINED":
                alone = Component("VCALENDAR", [], [*calendar.children("VTIMEZONE"), event])
                first = next(iter(instances(alone, ALWAYS, zone=zone, budget=Budget())), None)
                times = Window(first.starts_at, first.ends_at) if first else Window(0, 0)
                answer = said_beside(event, address_of(line))
                words = unavailable(vehicle.display_name, answer)
                raise DatesConflict(
                    (DateConflict(str(ConflictCode.RESOURCE), one.vehicle, words, *times),)
                )
