"""What a meeting does to the time of one who is invited to it (RFC 5545 §3.2.12, RFC 6638 §5)."""

from __future__ import annotations

from calendars.model.bookings import Addresses
from calendars.model.calendar_user_address import calendar_user_address
from calendars.model.component import Component
from calendars.model.timing import BUSY, FREE, TENTATIVE

# DELEGATED: somebody else goes.
_AWAY = frozenset(("DECLINED", "DELEGATED"))
_UNSURE = frozenset(("NEEDS-ACTION", "TENTATIVE"))


def names_attendees(calendar: Component) -> bool:
    """Somebody is invited: whose copy it is matters."""
    return any(line[0] == "ATTENDEE" for part in calendar.components for line in part.lines)


def busy_for(component: Component, busy: str, whose: Addresses) -> str:
    """The kind of busy time of a component in the calendar of the person with those addresses.

    Who declined is free; who has not answered, or with a maybe, is busy with a maybe. An organizer
    is busy with his own meeting unless he says that he does not come.
    """
    if busy not in (BUSY, TENTATIVE):
        return busy
    answer = _answer(component, whose)
    if answer in _AWAY:
        return FREE
    return TENTATIVE if answer in _UNSURE else busy


def _answer(component: Component, whose: Addresses) -> str | None:
    """The answer of that person; None for who is not invited, or invites."""
    organizer = component.value("ORGANIZER")
    own = organizer is not None and calendar_user_address(organizer) in whose
    for line in component.lines:
        if line[0] == "ATTENDEE" and calendar_user_address(line[2]) in whose:
            answer = (line.parameter("PARTSTAT") or "NEEDS-ACTION").upper()
            return None if own and answer not in _AWAY else answer
    return None
