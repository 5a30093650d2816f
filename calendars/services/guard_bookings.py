"""No two bookings of a resource at one time, whoever writes into its calendar (RES-1)."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict
from calendars.model.bookings import BOOKED, slots_in
from calendars.model.budget import Budget
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.calendar_user_address import addresses_of
from calendars.model.component import Component, decode, parse
from calendars.model.instances import bounds, is_recurring
from calendars.model.resource_answer import (
    BookingRequest,
    Reason,
    ResourceAnswer,
    Slot,
    decide,
)
from calendars.model.resource_policy import DAY, ResourcePolicy
from calendars.model.resource_wording import comment
from calendars.model.window import ALWAYS, Window
from calendars.services.collection_zone import zone_of
from calendars.services.resource_bookings import calendars_of, free_periods, taken
from calendars.services.set_policy import Resource
from calendars.storage import collections, principals, resource_policies
from calendars.storage.calendar_objects import StoredObject

_BARE = ResourcePolicy()


class BookingConflict(Conflict):
    """Somebody else has the resource at that time; `next_free` is when it is to be had."""

    def __init__(self, reason: Reason, words: str, next_free: Window | None) -> None:
        super().__init__("the resource is booked at that time")
        self.reason, self.words, self.next_free = reason, words, next_free


def guard_booking(
    db: Db,
    collection: CalendarCollection,
    before: StoredObject | None,
    parsed: CalendarObject,
    *,
    now: int,
) -> None:
    """What is written directly takes no time that is taken already.

    Notice, hours and buffers are for those who ask; who keeps the calendar may pass over them,
    and over what stood there before. Raises BookingConflict, TooManyInstances.
    """
    if not collection.is_calendar or parsed.component != "VEVENT":
        return
    principal = principals.get_by_id(db, collection.owner_id)
    resource = Resource(principal, *resource_policies.get(db, principal))
    if resource.policy.allows_overlaps:
        return
    calendars = calendars_of(db, resource)
    collections.lock(db, *(one.id for one in calendars))
    window = _window(collection, parsed.calendar, resource.policy, now=now)
    slots = _booked(resource, collection, parsed.calendar, window)
    if not slots:
        return
    held = set[Slot]()
    if before is not None:
        held.update(_booked(resource, collection, parse(decode(before.data)), window))
    around = Window(min(s.starts_at for s in slots), max(s.ends_at for s in slots))
    busy = taken(db, calendars, around, but=None if before is None else before.id)
    request = BookingRequest(slots=slots, granted=frozenset(held))
    answer = decide(_BARE, request, busy, now=now, zone=zone_of(collection))
    if answer.refusals:
        raise _conflict(db, resource, collection, answer, now=now)


def _window(
    collection: CalendarCollection, calendar: Component, policy: ResourcePolicy, *, now: int
) -> Window:
    if not is_recurring(calendar):
        return ALWAYS
    first = bounds(calendar, zone_of(collection)).start
    return Window(now, max(now, first) + policy.look_ahead * DAY)


def _booked(
    resource: Resource, collection: CalendarCollection, calendar: Component, window: Window
) -> list[Slot]:
    addresses = addresses_of(resource.principal)
    zone = zone_of(collection)
    return list(slots_in(calendar, window, addresses, (BOOKED,), zone=zone, budget=Budget()))


def _conflict(
    db: Db,
    resource: Resource,
    collection: CalendarCollection,
    answer: ResourceAnswer,
    *,
    now: int,
) -> BookingConflict:
    """The refusal, with the next period that the policy lends."""
    refused = answer.refusals[0]
    length = refused.slot.ends_at - refused.slot.starts_at
    found = free_periods(db, resource, length, after=refused.slot.starts_at, count=1, now=now)
    return conflict_of(resource, collection, answer, next(iter(found), None), now=now)


def conflict_of(
    resource: Resource,
    collection: CalendarCollection,
    answer: ResourceAnswer,
    next_free: Window | None,
    *,
    now: int,
) -> BookingConflict:
    """A refusal as an error, in words that name nobody."""
    told = ResourceAnswer(
        answer.answer,
        answer.exceptions,
        answer.reason,
        answer.refusals,
        answer.total,
        next_free,
        searched=True,
    )
    zone, category = zone_of(collection), resource.facts.category
    words = comment(told, resource.policy, category, now=now, zone=zone)
    return BookingConflict(answer.reason or Reason.BUSY, words, next_free)
