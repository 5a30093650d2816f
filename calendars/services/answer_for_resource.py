"""A room, a vehicle or a piece of equipment answers by itself when it is invited (RES-1).

In the transaction of the invitation, behind the locks of its calendars: of two who ask for the
same time one is first, and the other is told when it is free again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple

from calendars.itip.book import (
    agrees,
    answered_copy,
    invited_to,
    is_of_days,
    is_open,
    people_in,
    requested_slots,
    told_again,
)
from calendars.itip.message import ItipMessage
from calendars.itip.plan import plan
from calendars.kernel.database import Db
from calendars.kernel.identifiers import ObjectId
from calendars.model.blocks import Blocks
from calendars.model.bookings import BOOKED, slots_in
from calendars.model.budget import Budget
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_user_address import addresses_of
from calendars.model.component import Component, decode, parse
from calendars.model.free_period import SEARCH_DAYS
from calendars.model.instances import bounds, is_recurring
from calendars.model.invalid import TooManyInstances
from calendars.model.resource_answer import (
    Answer,
    BookingRequest,
    ResourceAnswer,
    Slot,
    decide,
)
from calendars.model.resource_policy import DAY, AnswerMode, ResourcePolicy
from calendars.model.resource_wording import comment
from calendars.model.window import ALWAYS, Window
from calendars.services.collection_zone import zone_of
from calendars.services.find_calendar_users import find_calendar_user
from calendars.services.resource_bookings import calendars_of, taken
from calendars.services.set_policy import Resource, keeps
from calendars.storage import principals, resource_policies
from calendars.storage.calendar_objects import StoredObject
from calendars.storage.resource_policies import BOOKER

FAR_DAYS = 5 * 366
"""How far beyond the occurrences that are judged one by one other bookings are looked for."""


class Answered(NamedTuple):
    """What the resource keeps of a request, and what it says to it."""

    calendar: Component | None
    """None for what it declined altogether: it takes no place in its calendar."""
    replies: tuple[ItipMessage, ...] = ()


class Asked(NamedTuple):
    """A request, with what is known of the resource around the times that it asks for."""

    request: BookingRequest
    busy: Sequence[tuple[int, int]]
    calendars: Sequence[CalendarCollection]


def answer_for_resource(
    db: Db,
    collection: CalendarCollection,
    before: StoredObject | None,
    calendar: Component,
    message: ItipMessage,
    *,
    now: int,
) -> Answered:
    """The answer to the copy that a REQUEST has left; `before` is the copy that it has changed.

    A series with more occurrences than can be told is left to a person.
    """
    principal = principals.get_by_id(db, collection.owner_id)
    resource = Resource(principal, *resource_policies.get(db, principal))
    zone = zone_of(collection)
    if not calendar.children("VEVENT") or _leaves_it(resource, message, before, calendar, zone):
        return Answered(calendar)
    try:
        asked = ask(db, resource, collection, before, calendar, resource.policy, now=now)
        answer = judge(db, resource, asked, resource.policy, zone, now=now)
    except TooManyInstances:
        return Answered(calendar)
    said = comment(answer, resource.policy, resource.facts.category, now=now, zone=zone)
    mine = frozenset({message.recipient})
    answered = answered_copy(calendar, mine, answer, said, zone=zone)
    if not agrees(message.calendar, answered, mine, zone=zone):
        answered = told_again(answered)
    planned = plan(calendar, answered, mine, zone=zone, now=now)
    declined = answer.answer is Answer.DECLINED and not answer.exceptions
    return Answered(None if declined else planned.amended, planned.messages)


def _leaves_it(
    resource: Resource,
    message: ItipMessage,
    before: StoredObject | None,
    calendar: Component,
    zone: tzinfo,
) -> bool:
    """A person answers; or nothing calls for thinking again, unless more people come."""
    if resource.policy.mode is AnswerMode.NONE:
        return True
    if message.significant or before is None:
        return False
    was, own = parse(decode(before.data)), addresses_of(resource.principal)
    waited = resource.policy.mode.awaits_person and is_open(was, own)
    if is_open(calendar, own) and not waited:
        return False
    mine = frozenset({message.recipient})
    return agrees(message.calendar, calendar, mine, zone=zone) and (
        invited_to(calendar) <= invited_to(was)
    )


def ask(
    db: Db,
    resource: Resource,
    collection: CalendarCollection,
    before: StoredObject | None,
    calendar: Component,
    policy: ResourcePolicy,
    *,
    now: int,
) -> Asked:
    """Read what a copy asks for, and what others have booked around it.

    Raises InvalidCalendarData, TooManyInstances.
    """
    zone, budget = zone_of(collection), Budget()
    window, last_end = _listed(calendar, policy, zone, now=now)
    slots = list(requested_slots(calendar, window, zone=zone, budget=budget))
    calendars = calendars_of(db, resource)
    own = None if before is None else before.id
    busy = _busy_around(db, calendars, slots, policy.gap, own)
    if last_end is not None and last_end > window.end:
        far = Window(window.end, min(last_end, window.end + FAR_DAYS * DAY))
        distant = taken(db, calendars, far, but=own)
        slots += _conflicts(calendar, far, distant, policy.gap, zone, known=slots)
        busy += distant
    request = BookingRequest(
        slots=slots,
        people=people_in(calendar),
        may_book=_may_book(db, resource, calendar, now=now),
        whole_days=is_of_days(calendar),
        last_end=last_end,
        granted=_granted(resource, before, window, zone),
    )
    return Asked(request, busy, calendars)


def _listed(
    calendar: Component, policy: ResourcePolicy, zone: tzinfo, *, now: int
) -> tuple[Window, int | None]:
    """Where occurrences are judged one by one, and where a series ends."""
    if not is_recurring(calendar):
        return ALWAYS, None
    extent = bounds(calendar, zone)
    # What is over of a series is nobody's concern any more.
    end = max(now, extent.start) + policy.look_ahead * DAY
    return Window(now, end), extent.end


def _busy_around(
    db: Db,
    calendars: Sequence[CalendarCollection],
    slots: Sequence[Slot],
    gap: int,
    own: ObjectId | None,
) -> list[tuple[int, int]]:
    """What others have booked from the first slot on, as far as a free period is looked for."""
    if not slots:
        return []
    first = min(slot.starts_at for slot in slots)
    last = max(slot.ends_at for slot in slots)
    longest = max(slot.ends_at - slot.starts_at for slot in slots)
    window = Window(first - gap, last + SEARCH_DAYS * DAY + longest + gap)
    return taken(db, calendars, window, but=own)


def _conflicts(
    calendar: Component,
    far: Window,
    distant: Sequence[tuple[int, int]],
    gap: int,
    zone: tzinfo,
    *,
    known: Sequence[Slot],
) -> list[Slot]:
    """Occurrences beyond those that are listed which another booking is in the way of."""
    if not distant:
        return []
    blocks = Blocks((start - gap, end + gap) for start, end in distant if end - start > 1)
    later = requested_slots(calendar, far, zone=zone, budget=Budget())
    return [
        slot
        for slot in later
        if blocks.first_in(slot.starts_at, slot.ends_at) is not None and slot not in known
    ]


def _granted(
    resource: Resource, before: StoredObject | None, window: Window, zone: tzinfo
) -> frozenset[Slot]:
    if before is None:
        return frozenset()
    held = parse(decode(before.data))
    addresses = addresses_of(resource.principal)
    return frozenset(slots_in(held, window, addresses, (BOOKED,), zone=zone, budget=Budget()))


def _may_book(db: Db, resource: Resource, calendar: Component, *, now: int) -> bool:
    if not resource.policy.bookers:
        return True
    organizers = {part.value("ORGANIZER") or "" for part in calendar.children("VEVENT")}
    person = find_calendar_user(db, next(iter(organizers), ""))
    if person is None:
        return False
    principal = resource.principal
    return resource_policies.is_party(db, principal.id, BOOKER, person.id) or keeps(
        db, person, principal, now=now
    )


def judge(
    db: Db,
    resource: Resource,
    asked: Asked,
    policy: ResourcePolicy,
    zone: tzinfo,
    *,
    now: int,
) -> ResourceAnswer:
    """What a policy says to a request."""
    slots = asked.request.slots
    since = min((slot.starts_at for slot in slots), default=now)
    closures = resource_policies.list_closures(db, resource.principal.id, since=since)
    return decide(
        policy,
        asked.request,
        asked.busy,
        [one.closure for one in closures],
        now=now,
        zone=zone,
    )


def by_a_person(policy: ResourcePolicy) -> ResourcePolicy:
    """What holds where a person answers: only what somebody else has booked is in the way."""
    return ResourcePolicy(
        mode=AnswerMode.AUTOMATIC,
        conflicts_allowed=policy.conflicts_allowed,
        conflict_percent=policy.conflict_percent,
        look_ahead=policy.look_ahead,
    )
