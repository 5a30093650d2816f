"""A request to a resource: which times it asks for, and its text once it was answered (RES-1)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import tzinfo

from calendars.itip.changes import is_cancelled
from calendars.itip.copy import Copy, Key, rebuilt
from calendars.itip.people import address_of, attendee, organizer_of, part_stat, with_parameter
from calendars.model.bookings import Addresses, own_line
from calendars.model.budget import Budget
from calendars.model.component import Component, ContentLine, escape
from calendars.model.instances import instances
from calendars.model.resource_answer import Answer, ResourceAnswer, Slot
from calendars.model.window import Window

_NOBODY = frozenset(("ROOM", "RESOURCE", "GROUP"))


def requested_slots(
    calendar: Component, window: Window, *, zone: tzinfo, budget: Budget
) -> Iterator[Slot]:
    """The occurrences of an event in a window, but for those called off, by start.

    Raises InvalidCalendarData, TooManyInstances.
    """
    for one in instances(calendar, window, zone=zone, budget=budget):
        if one.component.name == "VEVENT" and not is_cancelled(one.component):
            yield Slot(one.starts_at, one.ends_at, one.recurrence_id)


def people_in(calendar: Component) -> int:
    """How many people come at most to one occurrence: the organizer, and who did not decline."""
    return max((len(_people(part)) for part in calendar.children("VEVENT")), default=0)


def invited_to(calendar: Component) -> int:
    """How many people are invited to it, those who declined among them."""
    return len({one for part in calendar.children("VEVENT") for one in _people(part, all_=True)})


def _people(part: Component, *, all_: bool = False) -> set[str]:
    found = {
        address_of(line)
        for line in part.all("ATTENDEE")
        if (line.parameter("CUTYPE") or "").upper() not in _NOBODY
        and (line.parameter("ROLE") or "").upper() != "NON-PARTICIPANT"
        and (all_ or part_stat(line) != "DECLINED")
    }
    organizer = organizer_of(part)
    return found if organizer is None else found | {organizer}


def is_of_days(calendar: Component) -> bool:
    """It is of whole days, not of hours."""
    starts = (part.value("DTSTART") for part in calendar.children("VEVENT"))
    return all(start is not None and len(start.strip()) == 8 for start in starts)


def is_open(calendar: Component, addresses: Addresses) -> bool:
    """Something in it still waits for the answer of the resource."""
    lines = (own_line(part, addresses) for part in calendar.children("VEVENT"))
    return any(line is not None and part_stat(line) == Answer.OPEN for line in lines)


def agrees(message: Component, copy: Component, addresses: Addresses, *, zone: tzinfo) -> bool:
    """The organizer knows what the resource has answered to everything in his message."""
    own = Copy(copy, zone)
    for key, part in Copy(message, zone, series=own.set).components().items():
        told = attendee(part, addresses)
        held = attendee(own.at(key) or part, addresses)
        if told is not None and held is not None and part_stat(told) != part_stat(held):
            return False
    return True


def told_again(copy: Component) -> Component:
    """The copy, with the wish that its answers be sent whatever changed (RFC 6638 §7.3)."""
    parts = [
        Component(part.name, [_forced(line) for line in part.lines], list(part.components))
        for part in copy.children("VEVENT")
    ]
    return rebuilt(copy, parts)


def _forced(line: ContentLine) -> ContentLine:
    if line[0] != "ORGANIZER":
        return line
    return with_parameter(line, "SCHEDULE-FORCE-SEND", "REPLY")


def answered_copy(
    calendar: Component,
    addresses: Addresses,
    answer: ResourceAnswer,
    comment: str,
    *,
    zone: tzinfo,
) -> Component:
    """The copy of the resource with its answer, and why where it is no.

    Occurrences that are answered otherwise than their series get components of their own.
    """
    copy = Copy(calendar, zone)
    parts: dict[Key, Component] = copy.components()
    for key in sorted(answer.exceptions):
        if key not in parts and copy.master is not None and copy.occurs(key):
            parts[key] = copy.occurrence(key)
    told = [
        _answered(part, addresses, _answer_to(key, answer), comment) for key, part in parts.items()
    ]
    return rebuilt(calendar, told)


def _answer_to(key: Key, answer: ResourceAnswer) -> Answer:
    return answer.answer if key is None else answer.exceptions.get(key, answer.answer)


def _answered(
    part: Component, addresses: Collection[str], answer: Answer, comment: str
) -> Component:
    own = attendee(part, addresses)
    if own is None or is_cancelled(part):
        return part
    line = with_parameter(own, "PARTSTAT", answer.value)
    if answer is not Answer.OPEN:
        line = with_parameter(line, "RSVP", None)
    # The words of an earlier answer go: those of the organizer stand in his own copy.
    lines = [line if one is own else one for one in part.lines if one[0] != "COMMENT"]
    if comment and answer is Answer.DECLINED:
        lines.append(ContentLine("COMMENT", "", escape(comment)))
    return Component(part.name, lines, list(part.components))
