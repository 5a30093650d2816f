"""The answer to a request for busy time that was put into a scheduling outbox (RFC 6638 §5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden, NotFound
from calendars.model.calendar_user_address import calendar_user_address, is_address_of
from calendars.model.component import Component, ContentLine
from calendars.model.free_busy import BusyInterval, free_busy
from calendars.model.free_busy_request import FreeBusyRequest
from calendars.model.principal import CollectionKind, Principal, Privilege
from calendars.services.authorize import open_collection
from calendars.services.collection_zone import zone_of
from calendars.services.find_calendar_users import find_calendar_users
from calendars.services.gather_busy_time import BusyQuestion
from calendars.services.show_objects import sees_whole
from calendars.services.tell_busy_time import FreeBusyPolicy, tell_busy_time
from calendars.storage import calendar_objects, principals

SUCCESS, UNKNOWN = "2.0;Success", "3.7;Invalid calendar user"


class InvalidOrganizer(Forbidden):
    """Who asks is not the owner of the scheduling outbox (CALDAV:valid-organizer)."""


class FreeBusyAnswer(NamedTuple):
    """What one recipient's calendars say, or why they say nothing (RFC 5546 §3.6)."""

    recipient: str
    status: str
    text: str | None = None


def answer_free_busy(
    db: Db,
    actor: Principal,
    outbox: tuple[str, str],
    calendar: Component,
    *,
    policy: FreeBusyPolicy = FreeBusyPolicy.EVERYBODY,
    now: int,
) -> list[FreeBusyAnswer]:
    """One answer for each ATTENDEE, in their order.

    Whoever may invite in the owner's name may ask in it. Who has no account here, or does not
    let the asker know, is an invalid calendar user: a refusal tells nothing.
    Raises NotFound, NeedPrivileges, InvalidOrganizer, WindowTooLong, and what a bad request raises.
    """
    collection, _ = open_collection(db, actor, outbox, Privilege.SCHEDULE, now=now)
    if collection.kind is not CollectionKind.OUTBOX:
        raise NotFound("there is nothing here")
    request = FreeBusyRequest.of(calendar, zone=zone_of(collection))
    own = collection.owner_id == actor.id
    owner = actor if own else principals.get_by_id(db, collection.owner_id)
    if not is_address_of(request.organizer.value, owner):
        raise InvalidOrganizer("the ORGANIZER of a request is the owner of the outbox")
    addresses = {line.value: calendar_user_address(line.value) for line in request.attendees}
    users = find_calendar_users(db, addresses.values())
    question = BusyQuestion(request.window, _left_out(db, actor, owner, request, now=now))
    people = list({one.id: one for one in users.values()}.values())
    told = tell_busy_time(db, actor, people, question, policy=policy, now=now)
    answers = []
    for line in request.attendees:
        user = users.get(addresses[line.value])
        busy = None if user is None else told.get(user.id)
        if busy is None:
            answers.append(FreeBusyAnswer(line.value, UNKNOWN))
        else:
            answers.append(
                FreeBusyAnswer(line.value, SUCCESS, _reply(request, line, busy, now=now))
            )
    return answers


def _left_out(
    db: Db, actor: Principal, owner: Principal, request: FreeBusyRequest, *, now: int
) -> str | None:
    """The meeting that the asker has open, and whose own hours are not to stand in its way.

    One that he does not see is not left out: what becomes free would tell who takes part in it.
    """
    uid = request.mask_uid
    if uid is None:
        return None
    held = [
        one
        for person in {actor.id, owner.id}
        for one in calendar_objects.list_of_person(db, person, uid)
    ]
    return uid if any(sees_whole(db, actor, one, now=now) for one in held) else None


def _reply(
    request: FreeBusyRequest, attendee: ContentLine, busy: Sequence[BusyInterval], *, now: int
) -> str:
    """RFC 5546 §3.3.3."""
    lines = _identity(request, attendee)
    return free_busy(busy, request.window, stamp=now, method="REPLY", lines=tuple(lines))


def _identity(request: FreeBusyRequest, attendee: ContentLine) -> Iterator[str]:
    if request.uid:
        yield f"UID:{request.uid}"
    yield str(request.organizer)
    yield str(attendee)
