"""Whether a text takes other time than another, and whom it invites anew (DIA-4)."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

from calendars.model.calendar_user_address import CalendarUserAddress, calendar_user_address
from calendars.model.component import Component, ContentLine

_TIMES = frozenset(
    ("RECURRENCE-ID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "STATUS")
) | {"TRANSP", "LOCATION", "CATEGORIES"}  # fmt: skip
_THINGS = frozenset(("ROOM", "RESOURCE"))
_NOT_NEEDED = frozenset(("OPT-PARTICIPANT", "NON-PARTICIPANT"))


def mark_of(calendar: Component) -> str:
    """The same for texts that take the same time with the same resources, whatever they say."""
    events = sorted(tuple(sorted(_lines(event))) for event in calendar.children("VEVENT"))
    return blake2b(repr(events).encode(), digest_size=20).hexdigest()


def needed(calendar: Component) -> set[CalendarUserAddress]:
    """The people who are asked to come and have not declined; those who may come are left out."""
    return {
        calendar_user_address(line.value)
        for event in calendar.children("VEVENT")
        for line in event.all("ATTENDEE")
        if not _is_thing(line)
        and line.parameter("ROLE") not in _NOT_NEEDED
        and line.parameter("PARTSTAT") != "DECLINED"
    }


def things(calendar: Component) -> set[CalendarUserAddress]:
    """The rooms, vehicles and equipment that are asked for."""
    return {
        calendar_user_address(line.value)
        for event in calendar.children("VEVENT")
        for line in event.all("ATTENDEE")
        if _is_thing(line)
    }


def _lines(event: Component) -> Iterator[tuple[str, str, str]]:
    for line in event.lines:
        if line.name in _TIMES:
            yield line.name, line.raw_parameters, line.value
        elif line.name == "ATTENDEE" and _is_thing(line):
            yield line.name, "", line.value


def _is_thing(line: ContentLine) -> bool:
    return line.parameter("CUTYPE") in _THINGS
