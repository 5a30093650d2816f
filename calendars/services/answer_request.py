"""A person answers for a resource: requests that wait, yes and no (RES-1).

Whoever the policy names as approver, or keeps the calendar of the resource, sees them all and
answers; the answer goes to the organizer like that of any attendee (RFC 6638 §3.2.2).
"""

from __future__ import annotations

from typing import NamedTuple

from calendars.itip.book import answered_copy
from calendars.kernel.audit import Deed
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.calendar_user_address import addresses_of
from calendars.model.component import decode, parse, serialize
from calendars.model.principal import OWNER, Principal
from calendars.model.resource_answer import Answer, Reason, ResourceAnswer
from calendars.model.resource_wording import comment
from calendars.services.answer_for_resource import ask, by_a_person, judge
from calendars.services.ask_approvers import ask_approvers
from calendars.services.collection_zone import zone_of
from calendars.services.deliver_itip import Dispatch
from calendars.services.guard_bookings import conflict_of
from calendars.services.put_object import ObjectPath, PutObject, store_in
from calendars.services.resource_bookings import calendars_of
from calendars.services.schedule_object import lock_involved
from calendars.services.set_policy import Resource, get_resource, keeps, list_resources
from calendars.services.write_object import remove_object
from calendars.storage import audit, calendar_objects, occurrences, resource_policies
from calendars.storage.calendar_objects import StoredObject
from calendars.storage.occurrences import Waiting
from calendars.storage.resource_policies import APPROVER


class ResourceRequest(NamedTuple):
    """A request that waits for a person."""

    resource: Resource
    collection: CalendarCollection
    stored: StoredObject
    waiting: Waiting

    @property
    def organizer(self) -> str | None:
        """The address of who asks."""
        calendar = parse(decode(self.stored.data))
        return next(
            (value for one in calendar.components if (value := one.value("ORGANIZER"))), None
        )


class Said(NamedTuple):
    """An answer and its words."""

    answer: ResourceAnswer
    words: str


def may_answer(db: Db, actor: Principal, resource: Resource, *, now: int) -> bool:
    """The actor is an approver, or keeps the calendar of the resource."""
    principal = resource.principal
    return resource_policies.is_party(db, principal.id, APPROVER, actor.id) or keeps(
        db, actor, principal, now=now
    )


def list_requests(db: Db, actor: Principal, *, now: int) -> list[ResourceRequest]:
    """What the actor can answer, the nearest first."""
    found = [
        one
        for resource in list_resources(db)
        if may_answer(db, actor, resource, now=now)
        for one in requests_to(db, resource, now=now)
    ]
    return sorted(found, key=lambda one: one.waiting.starts_at)


def requests_to(db: Db, resource: Resource, *, now: int) -> list[ResourceRequest]:
    """What one resource is asked for that is not over."""
    found: list[ResourceRequest] = []
    for collection in calendars_of(db, resource):
        waiting = {one.object_id: one for one in occurrences.list_waiting(db, collection.id, now)}
        found += [
            ResourceRequest(resource, collection, stored, waiting[stored.id])
            for stored in calendar_objects.list_by_id(db, sorted(waiting))
        ]
    return found


def approve(
    db: Db, actor: Principal, path: tuple[str, str], *, dispatch: Dispatch, now: int
) -> None:
    """Yes to a request; `path` is the login of the resource and the name of the object.

    Requests for the same time that wait too are refused: there is nothing left to wait for.
    Raises NotFound, BookingConflict, TooManyInstances.
    """
    request = _open(db, actor, path, now=now)
    resource, collection, stored, _ = request
    said = _said(request, _by_hand(db, request, now=now), now=now)
    _answer(db, actor, request, said, dispatch=dispatch, now=now)
    audit.record(db, actor, Deed.APPROVE, audit.about(collection, stored.name), now=now)
    for other in requests_to(db, resource, now=now):
        if other.stored.id != stored.id:
            _refuse_if_taken(db, actor, other, dispatch=dispatch, now=now)


def decline(
    db: Db,
    actor: Principal,
    path: tuple[str, str],
    reason: str,
    *,
    dispatch: Dispatch,
    now: int,
) -> None:
    """No to a request, with a reason that the organizer reads. Raises NotFound."""
    request = _open(db, actor, path, now=now)
    no = ResourceAnswer(Answer.DECLINED, {}, Reason.NOT_ALLOWED)
    _answer(db, actor, request, Said(no, reason), dispatch=dispatch, now=now)
    target = audit.about(request.collection, request.stored.name)
    audit.record(db, actor, Deed.DECLINE, target, now=now)


def _open(db: Db, actor: Principal, path: tuple[str, str], *, now: int) -> ResourceRequest:
    """The request, which nobody else answers meanwhile. Raises NotFound."""
    login, name = path
    resource = get_resource(db, login)
    if not may_answer(db, actor, resource, now=now):
        raise NotFound("there is nothing here")
    for collection in calendars_of(db, resource):
        stored = calendar_objects.find(db, collection.id, name)
        if stored is not None:
            lock_involved(db, collection, [parse(decode(stored.data))])
    found = [one for one in requests_to(db, resource, now=now) if one.stored.name == name]
    if not found:
        raise NotFound("there is nothing here")
    return found[0]


def _by_hand(db: Db, request: ResourceRequest, *, now: int) -> ResourceAnswer:
    """What a person can say yes to: all that nobody else has. Raises BookingConflict."""
    resource, collection, stored, _ = request
    if resource.policy.allows_overlaps:
        return ResourceAnswer(Answer.ACCEPTED, {})
    policy, zone = by_a_person(resource.policy), zone_of(collection)
    calendar = parse(decode(stored.data))
    asked = ask(db, resource, collection, stored, calendar, policy, now=now)
    answer = judge(db, resource, asked, policy, zone, now=now)
    if answer.answer is not Answer.ACCEPTED:
        raise conflict_of(resource, collection, answer, answer.next_free, now=now)
    return answer


def _refuse_if_taken(
    db: Db, actor: Principal, request: ResourceRequest, *, dispatch: Dispatch, now: int
) -> None:
    """No to a request whose time somebody else has now."""
    resource, collection, stored, _ = request
    calendar, zone = parse(decode(stored.data)), zone_of(collection)
    policy = by_a_person(resource.policy)
    asked = ask(db, resource, collection, stored, calendar, policy, now=now)
    answer = judge(db, resource, asked, policy, zone, now=now)
    if answer.answer is Answer.DECLINED:
        said = _said(request, answer, now=now)
        _answer(db, actor, request, said, dispatch=dispatch, now=now)


def _said(request: ResourceRequest, answer: ResourceAnswer, *, now: int) -> Said:
    resource, zone = request.resource, zone_of(request.collection)
    category = resource.facts.category
    return Said(answer, comment(answer, resource.policy, category, now=now, zone=zone))


def _answer(
    db: Db,
    actor: Principal,
    request: ResourceRequest,
    said: Said,
    *,
    dispatch: Dispatch,
    now: int,
) -> None:
    """Write the answer into the copy of the resource, which tells the organizer."""
    resource, collection, stored, _ = request
    answer, words = said
    zone, mine = zone_of(collection), addresses_of(resource.principal)
    calendar = parse(decode(stored.data))
    body = serialize(answered_copy(calendar, mine, answer, words, zone=zone)).encode()
    path = ObjectPath(resource.principal.login, collection.name, stored.name)
    put = PutObject(path, CalendarObject.parse(body), body)
    store_in(db, actor, (collection, OWNER), put, dispatch=dispatch, now=now)
    if answer.answer is Answer.DECLINED and not answer.exceptions:
        kept = calendar_objects.find(db, collection.id, stored.name)
        if kept is not None:
            remove_object(db, actor, collection, kept, now=now)
            ask_approvers(db, collection, stored.uid, now=now)
