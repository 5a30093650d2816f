"""Implicit scheduling: a write in a calendar tells everybody whom it concerns (RFC 6638 §3.2).

The messages are planned by pure rules (`calendars.itip`), delivered in the transaction of the
write, and what became of them is noted in the text that is stored (SCHEDULE-STATUS).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, tzinfo
from typing import NamedTuple

from calendars.itip.apply import Effect, apply, with_statuses
from calendars.itip.group import Member, group_addresses, with_members
from calendars.itip.message import ItipMessage, ItipMethod
from calendars.itip.plan import Plan, Role, plan, refresh
from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden
from calendars.kernel.identifiers import CollectionId
from calendars.model.acting_for import ActingFor, in_name_of
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.calendar_user_address import (
    CalendarUserAddress,
    addresses_of,
    calendar_user_address,
    preferred_address,
)
from calendars.model.component import Component, decode, parse
from calendars.model.entry import as_instant, entries_of, entry_of
from calendars.model.principal import Access, Principal, PrincipalKind, Privilege
from calendars.model.time_zones import Zones
from calendars.model.wall_clock import epoch_to_local
from calendars.services.authorize import NeedPrivileges
from calendars.services.collection_zone import zone_of
from calendars.services.date_members import members_on
from calendars.services.deliver_itip import Dispatch, Sender, deliver, recipients_of
from calendars.services.find_calendar_users import find_calendar_users
from calendars.services.hold_messages import hold_if_mass
from calendars.services.receive_itip import leave_in_inbox, object_of
from calendars.services.show_objects import sees_whole
from calendars.storage import calendar_objects, collections, principals
from calendars.storage.calendar_objects import StoredObject

_PLACES = frozenset({PrincipalKind.ROOM, PrincipalKind.RESOURCE})


class UniqueSchedulingObject(Forbidden):
    """The person's calendars hold that meeting already
    (CALDAV:unique-scheduling-object-resource, RFC 6638 §3.2.4.1).

    `path` is where, None where the asker would learn of an object that he does not see (SEC-5).
    """

    def __init__(self, path: tuple[str, str, str] | None) -> None:
        super().__init__("that meeting stands in another of these calendars already")
        self.path = path


class Scheduled(NamedTuple):
    """What is stored in the end, and its Schedule-Tag; None where nobody is invited."""

    parsed: CalendarObject
    body: bytes
    schedule_tag: str | None


def has_organizer(parsed: CalendarObject) -> bool:
    """Somebody else may be concerned: only such objects are looked at more closely."""
    return any(line[0] == "ORGANIZER" for part in parsed.calendar.components for line in part.lines)


def calendar_of(stored: StoredObject) -> Component:
    """The text of an object as a tree."""
    return parse(decode(stored.data))


def lock_involved(db: Db, collection: CalendarCollection, calendars: Iterable[Component]) -> None:
    """Lock whatever a scheduling deed may write to, in one go and in one order."""
    addresses = {
        line.value
        for calendar in calendars
        for part in calendar.components
        for line in part.lines
        if line.name in {"ORGANIZER", "ATTENDEE"}
    }
    people = find_calendar_users(db, map(calendar_user_address, addresses)).values()
    ids: list[CollectionId] = [collection.id]
    if people:
        ids += collections.ids_of_owners(db, sorted({person.id for person in people}))
    collections.lock(db, *ids)


def schedule_put(
    db: Db,
    dispatch: Dispatch,
    actor: Principal,
    opened: tuple[CalendarCollection, Access],
    before: StoredObject | None,
    wanted: tuple[str, CalendarObject, bytes],
    *,
    now: int,
) -> Scheduled:
    """The object as it shall stand, once everybody was told.

    Raises UniqueSchedulingObject, NeedPrivileges where the actor may write in the diary but not
    speak in its owner's name, and the refusals of `calendars.itip.plan`.
    """
    name, parsed, body = wanted
    collection, access = opened
    owner = principals.get_by_id(db, collection.owner_id)
    zone = zone_of(collection)
    planned = plan_put(db, actor, collection, before, parsed, now=now)
    tag = None if before is None else before.schedule_tag
    if planned.role is not Role.NONE:
        _check_unique(db, actor, collection, (name, parsed.uid), now=now)
        _check_may_tell(collection, access, planned)
        calendar = _tell(db, Sender(actor, owner, dispatch.transport), planned, zone, now=now)
        if calendar is not parsed.calendar:
            parsed, body = object_of(calendar, parsed.uid, parsed.component)
    if tag is None or planned.tag_changes:
        tag = secrets.token_hex(16)
    return Scheduled(parsed, body, tag if has_organizer(parsed) else None)


def plan_put(
    db: Db,
    actor: Principal,
    collection: CalendarCollection,
    before: StoredObject | None,
    parsed: CalendarObject,
    *,
    now: int,
) -> Plan:
    """What the object would be stored as, and whom that calls to tell; nothing is written.

    Raises the refusals of `calendars.itip.plan`.
    """
    owner = principals.get_by_id(db, collection.owner_id)
    mine, zone = frozenset[str](addresses_of(owner)), zone_of(collection)
    was = None if before is None else calendar_of(before)
    named = parsed.calendar
    if actor.id != owner.id:
        named = in_name_of(named, ActingFor(actor, owner), was) or named
    whole = with_members(named, _members(db, named, zone, now=now))
    return plan(was, whole, mine, zone=zone, now=now)


def unsent(before: StoredObject | None, wanted: tuple[str, CalendarObject, bytes]) -> Scheduled:
    """A scheduling object that is only taken in: nobody is told, it has a tag like any other."""
    _, parsed, body = wanted
    if not has_organizer(parsed):
        return Scheduled(parsed, body, None)
    tag = None if before is None else before.schedule_tag
    return Scheduled(parsed, body, tag or secrets.token_hex(16))


def schedule_removal(
    db: Db,
    dispatch: Dispatch,
    actor: Principal,
    opened: tuple[CalendarCollection, Access],
    stored: StoredObject,
    *,
    reply: bool = True,
    now: int,
) -> None:
    """The object went: those invited are told, or the organizer (RFC 6638 §3.2.1.3, §3.2.2.4).

    With `reply` false an attendee goes without a word (Schedule-Reply, §8.1). Deletions in a mass
    are not believed: their messages are held until somebody says what was meant.
    Raises NeedPrivileges.
    """
    collection, access = opened
    owner = principals.get_by_id(db, collection.owner_id)
    mine, zone = frozenset[str](addresses_of(owner)), zone_of(collection)
    planned = plan(calendar_of(stored), None, mine, zone=zone, now=now, reply=reply)
    if not planned.messages:
        return
    _check_may_tell(collection, access, planned)
    if hold_if_mass(db, dispatch, actor, collection, stored, planned.messages, now=now):
        return
    tell(db, Sender(actor, owner, dispatch.transport), planned.messages, now=now)


def _check_may_tell(collection: CalendarCollection, access: Access, planned: Plan) -> None:
    """Writing in a diary is one thing, speaking in its owner's name another (RFC 6638 §6.1.2)."""
    if planned.messages and Privilege.SCHEDULE not in access.privileges:
        raise NeedPrivileges(collection.path, Privilege.SCHEDULE)


def tell(db: Db, sender: Sender, messages: Sequence[ItipMessage], *, now: int) -> None:
    """Deliver messages where no text is left to note their fate in."""
    deliver(db, sender, messages, recipients_of(db, messages), now=now)


def _members(
    db: Db, calendar: Component, zone: tzinfo, *, now: int
) -> Mapping[CalendarUserAddress, Sequence[Member]]:
    """Of the day of the event, of a series of today or of its first day (DIR-1)."""
    named = group_addresses(calendar)
    if not named:
        return {}
    groups, day = find_calendar_users(db, named), _day_of(calendar, zone, now=now)
    return {
        address: [
            Member(preferred_address(person), person.display_name)
            for person in members_on(db, group.id, day)
        ]
        for address, group in groups.items()
        if group.kind is PrincipalKind.GROUP
    }


def _day_of(calendar: Component, zone: tzinfo, *, now: int) -> date:
    first = entries_of(calendar)[0]
    start = entry_of(first, Zones.of(calendar, zone)).times.start
    today = epoch_to_local(now, zone).date()
    if start is None:
        return today
    day = epoch_to_local(as_instant(start, zone), zone).date()
    return max(day, today) if first.line("RRULE") or first.line("RDATE") else day


def _check_unique(
    db: Db, actor: Principal, collection: CalendarCollection, what: tuple[str, str], *, now: int
) -> None:
    name, uid = what
    for held in calendar_objects.list_of_person(db, collection.owner_id, uid):
        if held.schedule_tag is None or (held.collection_id, held.name) == (collection.id, name):
            continue
        there = collections.get_by_id(db, held.collection_id)
        path = (there.owner_login, there.name, held.name)
        known = sees_whole(db, actor, held, now=now)
        raise UniqueSchedulingObject(path if known else None)


def _tell(db: Db, sender: Sender, planned: Plan, zone: tzinfo, *, now: int) -> Component:
    """Places first: their answers stand in what the people are told."""
    calendar = planned.amended
    if calendar is None or not planned.messages:
        return calendar or Component("VCALENDAR")
    mine = frozenset[str](addresses_of(sender.owner))
    ours = recipients_of(db, planned.messages)
    places = [one for one in planned.messages if _is_place(ours.get(one.recipient))]
    others = [one for one in planned.messages if not _is_place(ours.get(one.recipient))]
    answered = deliver(db, sender, places, ours, now=now)
    for reply in answered.replies:
        applied = apply(calendar, reply, mine, zone=zone, now=now)
        calendar = applied.calendar or calendar
        if applied.effect is not Effect.UNCHANGED:
            leave_in_inbox(db, sender.actor, sender.owner, reply, applied, now=now)
        answered.statuses.pop(reply.sender, None)
    if answered.replies:
        # Mail goes out as planned: Outlook wants single occurrences by themselves.
        views = refresh(calendar, mine, zone=zone, but="", now=now)
        others = _with_answers(others, [view for view in views if view.recipient in ours])
    told = deliver(db, sender, others, ours, now=now)
    return with_statuses(calendar, answered.statuses | told.statuses)


def _is_place(principal: Principal | None) -> bool:
    return principal is not None and principal.kind in _PLACES


def _with_answers(
    messages: Sequence[ItipMessage], refreshed: Sequence[ItipMessage]
) -> list[ItipMessage]:
    views = {message.recipient: message.calendar for message in refreshed}
    return [
        replace(message, calendar=views.get(message.recipient, message.calendar))
        if message.method is ItipMethod.REQUEST
        else message
        for message in messages
    ]
