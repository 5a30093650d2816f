"""What an entry in the calendar of a resource takes of its time (RES-1).

For people TRANSP and STATUS tell who is busy. A room is taken by what it has accepted, even if the
organizer calls it tentative or shows it as free; what still waits for its answer takes nothing
yet, and what it declined never will.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import tzinfo
from typing import TypeAlias

from calendars.model.budget import Budget
from calendars.model.calendar_user_address import calendar_user_address
from calendars.model.component import Component, ContentLine
from calendars.model.instances import instances
from calendars.model.resource_answer import Answer, Slot
from calendars.model.timed_instance import TimedInstance
from calendars.model.timing import BUSY, FREE, TENTATIVE
from calendars.model.window import Window

Addresses: TypeAlias = Collection[str]
"""By which a resource is invited, in normal form."""

BOOKED, ASKED, NOT_BOOKED = BUSY, TENTATIVE, FREE
"""How the index tells them apart; free-busy shows them as busy, tentative and free."""

_LETTERS = {Answer.ACCEPTED: BOOKED, Answer.OPEN: ASKED, "TENTATIVE": ASKED}


def own_line(component: Component, addresses: Addresses) -> ContentLine | None:
    """The ATTENDEE line of the resource, None in what was written into its calendar directly."""
    for line in component.lines:
        if line[0] == "ATTENDEE" and calendar_user_address(line[2]) in addresses:
            return line
    return None


def answer_in(line: ContentLine) -> str:
    """PARTSTAT; NEEDS-ACTION where nothing is said (RFC 5545 §3.2.12)."""
    return (line.parameter("PARTSTAT") or Answer.OPEN).strip().upper()


def letter_of(component: Component, busy: str, addresses: Addresses) -> str:
    """What one component takes; `busy` is what TRANSP and STATUS say."""
    if component.name != "VEVENT":
        return busy
    if (component.value("STATUS") or "").strip().upper() == "CANCELLED":
        return NOT_BOOKED
    line = own_line(component, addresses)
    if line is None:
        return BOOKED if busy == TENTATIVE else busy
    return _LETTERS.get(answer_in(line), NOT_BOOKED)


Letter: TypeAlias = Callable[[TimedInstance], str]
"""What an instance does to the time of whoever's calendar it stands in."""


def letters(
    addresses: Addresses, rule: Callable[[Component, str, Addresses], str] = letter_of
) -> Letter:
    """A rule for the instances of one object: each component is looked at once."""
    known: dict[int, str] = {}

    def letter(instance: TimedInstance) -> str:
        key = id(instance.component)
        found = known.get(key)
        if found is None:
            found = known[key] = rule(instance.component, instance.busy, addresses)
        return found

    return letter


def slots_in(
    calendar: Component,
    window: Window,
    addresses: Addresses,
    wanted: Collection[str],
    *,
    zone: tzinfo,
    budget: Budget,
) -> Iterator[Slot]:
    """The occurrences of an event in a window that take what is wanted: BOOKED, ASKED.

    Raises InvalidCalendarData, TooManyInstances.
    """
    letter = letters(addresses)
    for one in instances(calendar, window, zone=zone, budget=budget):
        if one.component.name == "VEVENT" and letter(one) in wanted:
            yield Slot(one.starts_at, one.ends_at, one.recurrence_id)
