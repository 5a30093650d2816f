"""Groups among the attendees: whoever invites one invites its members of that date (DIR-1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from calendars.model.calendar_user_address import CalendarUserAddress, calendar_user_address
from calendars.model.component import Component, ContentLine


class Member(NamedTuple):
    """A person of a group."""

    address: str
    name: str


def group_addresses(calendar: Component) -> set[CalendarUserAddress]:
    """The addresses that the text says are groups."""
    return {
        calendar_user_address(line.value)
        for part in calendar.components
        for line in part.lines
        if line.name == "ATTENDEE" and (line.parameter("CUTYPE") or "").upper() == "GROUP"
    }


def with_members(
    calendar: Component, groups: Mapping[CalendarUserAddress, Sequence[Member]]
) -> Component:
    """The members beside their groups, each with MEMBER (RFC 5545 §3.2.11) and asked to answer.

    Who is invited already stays as he is. The same calendar where nobody is added.
    """
    if not groups:
        return calendar
    parts = [_part(part, groups) for part in calendar.components]
    if all(new is old for new, old in zip(parts, calendar.components, strict=True)):
        return calendar
    return Component(calendar.name, calendar.lines, parts)


def _part(part: Component, groups: Mapping[CalendarUserAddress, Sequence[Member]]) -> Component:
    invited = {calendar_user_address(line.value) for line in part.all("ATTENDEE")}
    organizer = calendar_user_address(part.value("ORGANIZER") or "")
    added: list[ContentLine] = []
    for group in sorted(invited & groups.keys()):
        for line in _lines(group, groups[group]):
            address = calendar_user_address(line.value)
            if address not in invited and address != organizer:
                invited.add(address)
                added.append(line)
    if not added:
        return part
    return Component(part.name, [*part.lines, *added], part.components)


def _lines(group: str, members: Sequence[Member]) -> Iterator[ContentLine]:
    for member in members:
        name = member.name.replace('"', "'")
        parameters = (
            f';CN="{name}";MEMBER="{group}";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE'
        )
        yield ContentLine("ATTENDEE", parameters, member.address)
