"""From a person's change to the messages that it calls for (RFC 6638 §3.2).

Pure: a calendar before, a calendar after, and who the owner is; out come what is to be stored and
what the others must be told. Nothing that was given is changed; what comes out may share parts
with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum

from calendars.itip.copy import Copy
from calendars.itip.logical_time import later_than
from calendars.itip.message import ItipMessage
from calendars.itip.people import attendee
from calendars.itip.plan_attendee import attendee_messages, decline_all
from calendars.itip.plan_organizer import organizer_messages, refresh_messages
from calendars.itip.rules import (
    AttendeeChangeNotAllowed,
    DifferentOrganizers,
    OrganizerChangeNotAllowed,
    sole_organizer,
)
from calendars.model.component import Component

__all__ = [
    "AttendeeChangeNotAllowed",
    "DifferentOrganizers",
    "OrganizerChangeNotAllowed",
    "Plan",
    "Role",
    "plan",
    "refresh",
    "role_of",
]


class Role(StrEnum):
    """What the owner of a calendar is in a meeting (RFC 6638 §3.1)."""

    ORGANIZER = "organizer"
    ATTENDEE = "attendee"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change means."""

    role: Role
    """Of the owner of the calendar that is written to."""
    amended: Component | None
    """What is to be stored: the client's text with what the server owns put right. It is the
    object that was given if nothing had to be; None for a deletion."""
    messages: tuple[ItipMessage, ...] = ()
    tag_changes: bool = True
    """The Schedule-Tag must change (RFC 6638 §3.2.10): not where an attendee only spoke for
    himself."""


def plan(
    before: Component | None,
    after: Component | None,
    mine: frozenset[str],
    *,
    zone: tzinfo,
    now: int,
    reply: bool = True,
) -> Plan:
    """What to store and whom to tell, when `before` becomes `after` in somebody's calendar.

    `mine` are the calendar user addresses of the calendar's owner, in lower case; floating times
    are read in the zone. `reply` False: Schedule-Reply: F, the owner declines without telling.
    Raises DifferentOrganizers, OrganizerChangeNotAllowed, AttendeeChangeNotAllowed,
    InvalidCalendarData, TooManyInstances.
    """
    now = later_than(before, now)
    old = None if before is None else Copy(before, zone)
    new = None if after is None else Copy(after, zone)
    was, now_is = _role(old, mine), _role(new, mine)
    _check_roles(old, new, was, now_is)
    if Role.ORGANIZER in (was, now_is):
        stored, messages = organizer_messages(
            old if was is Role.ORGANIZER else None, new, mine, now=now
        )
        return Plan(Role.ORGANIZER, stored, messages)
    if now_is is Role.ATTENDEE and new is not None:
        known = old if was is Role.ATTENDEE else None
        stored, messages = attendee_messages(known, new, mine, now=now)
        return Plan(Role.ATTENDEE, stored, messages if reply else (), known is None)
    if was is Role.ATTENDEE and old is not None:
        return Plan(Role.ATTENDEE, after, decline_all(old, mine, now=now) if reply else ())
    return Plan(Role.NONE, after)


def role_of(calendar: Component, mine: frozenset[str], *, zone: tzinfo) -> Role:
    """What the owner of these addresses is in a meeting. Raises DifferentOrganizers."""
    return _role(Copy(calendar, zone), mine)


def refresh(
    organizer_copy: Component,
    mine: frozenset[str],
    *,
    but: str,
    now: int,
    zone: tzinfo = UTC,
) -> tuple[ItipMessage, ...]:
    """REQUESTs that bring the other attendees' copies up to date after `but` has answered.

    Nobody has to think again because of them (protocol.md §7.2).
    """
    now = later_than(organizer_copy, now)
    return refresh_messages(Copy(organizer_copy, zone), mine, but=but, now=now)


def _role(copy: Copy | None, mine: frozenset[str]) -> Role:
    if copy is None or not copy.parts:
        return Role.NONE
    organizer = sole_organizer(copy)
    if organizer is None:
        return Role.NONE
    if organizer in mine:
        return Role.ORGANIZER
    if any(attendee(part, mine) is not None for part in copy.parts):
        return Role.ATTENDEE
    return Role.NONE


def _check_roles(old: Copy | None, new: Copy | None, was: Role, now_is: Role) -> None:
    if old is None or new is None or not new.parts:
        return
    before, after = sole_organizer(old), sole_organizer(new)
    if was is Role.ORGANIZER and after is not None and now_is is not Role.ORGANIZER:
        raise OrganizerChangeNotAllowed("the organizer of a meeting stays")
    if was is Role.ATTENDEE and after is not None and after != before:
        raise AttendeeChangeNotAllowed("the organizer of a meeting stays")
