"""How a room, a vehicle or a piece of equipment answers when it is invited (RES-1): policy as data.

The values are what an administrator set; what follows from them is in `resource_answer`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from calendars.kernel.errors import InvalidInput

MINUTE = 60
DAY = 86_400
DAY_MINUTES = 24 * 60
LOOK_AHEAD_DAYS = 366
"""How far the occurrences of a series are listed and judged one by one."""


class AnswerMode(StrEnum):
    """Who answers an invitation, and what."""

    NONE = "none"
    """A person answers in the calendar of the resource; the service never does."""
    ACCEPT = "accept"
    """Always yes, several bookings at a time included."""
    DECLINE = "decline"
    """Always no: the resource is not lent at present."""
    ACCEPT_IF_FREE = "accept_if_free"
    """Yes where nothing speaks against it; else a person answers."""
    DECLINE_IF_BUSY = "decline_if_busy"
    """No where something speaks against it; else a person answers."""
    AUTOMATIC = "automatic"
    """Yes where nothing speaks against it, else no."""
    APPROVAL = "approval"
    """No where something speaks against it; else the approvers are asked."""

    @property
    def awaits_person(self) -> bool:
        """Some request stays open until a person answers it."""
        return self not in {AnswerMode.ACCEPT, AnswerMode.DECLINE, AnswerMode.AUTOMATIC}


class Category(StrEnum):
    """What the resource is, beyond CUTYPE: it decides the words that people read."""

    ROOM = "room"
    VEHICLE = "vehicle"
    EQUIPMENT = "equipment"


class OpenHours(NamedTuple):
    """On these days of the week the resource is lent from one hour to another."""

    weekdays: tuple[int, ...]
    """0 is Monday."""
    start: int
    """In minutes after midnight."""
    end: int
    """Up to 1440, the midnight that ends the day; open until then and from midnight is one."""


class Closure(NamedTuple):
    """A period out of service."""

    starts_at: int
    ends_at: int
    reason: str = ""
    """Everybody reads it: works, technical inspection."""


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """What people want to know before they book."""

    category: Category
    site: str = ""
    features: tuple[str, ...] = ()


class PolicyFault(StrEnum):
    """What can be wrong with a policy."""

    NEGATIVE = "it cannot be negative"
    TOO_LARGE = "it is too large"
    PERCENT = "a percentage is between 0 and 100"
    HOURS = "hours go forwards, inside one day, on known weekdays"
    WINDOW = "the last moment to book comes before the first one"


class InvalidPolicy(InvalidInput):
    """The policy cannot hold; `field` is the one of ResourcePolicy that is wrong."""

    def __init__(self, field: str, fault: PolicyFault) -> None:
        super().__init__(f"{field}: {fault}")
        self.field, self.fault = field, fault


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePolicy:
    """One resource's policy; the defaults lend it to everybody whenever it is free."""

    mode: AnswerMode = AnswerMode.AUTOMATIC
    min_notice: int = 0
    """Minutes between now and the start, at least."""
    max_ahead: int | None = None
    """Days between now and the end, at most."""
    max_duration: int | None = None
    """Minutes that one booking lasts, at most."""
    buffer_before: int = 0
    """Minutes to make ready before each booking."""
    buffer_after: int = 0
    """Minutes to clear away after it."""
    max_attendees: int | None = None
    """People that find room, the organizer included."""
    conflicts_allowed: int | None = None
    """Occurrences of a series that are refused one by one while the rest is accepted."""
    conflict_percent: int | None = None
    """The same as a share of the series; where both are given both hold, without any none is."""
    hours: tuple[OpenHours, ...] = ()
    """When it is lent; empty for always."""
    bookers: tuple[str, ...] = ()
    """Logins of the people and groups who may book; empty for everybody."""
    approvers: tuple[str, ...] = ()
    """Logins of the people and groups who are asked; empty for those who keep its calendar."""
    look_ahead: int = LOOK_AHEAD_DAYS

    @property
    def gap(self) -> int:
        """Seconds that lie at least between two bookings."""
        return (self.buffer_before + self.buffer_after) * MINUTE

    @property
    def allows_overlaps(self) -> bool:
        """Several bookings may hold at one time."""
        return self.mode is AnswerMode.ACCEPT

    def tolerated(self, total: int) -> int:
        """How many occurrences of a series of that many may be refused one by one."""
        limits = []
        if self.conflicts_allowed is not None:
            limits.append(self.conflicts_allowed)
        if self.conflict_percent is not None:
            limits.append(total * self.conflict_percent // 100)
        return min(limits, default=0)

    def check(self) -> None:
        """Raises InvalidPolicy."""
        for field, most in _MOST.items():
            value = getattr(self, field)
            if value is not None and value < 0:
                raise InvalidPolicy(field, PolicyFault.NEGATIVE)
            if value is not None and value > most:
                raise InvalidPolicy(field, PolicyFault.TOO_LARGE)
        if self.conflict_percent is not None and not 0 <= self.conflict_percent <= 100:
            raise InvalidPolicy("conflict_percent", PolicyFault.PERCENT)
        if self.max_ahead is not None and self.max_ahead * DAY_MINUTES < self.min_notice:
            raise InvalidPolicy("max_ahead", PolicyFault.WINDOW)
        for span in self.hours:
            if not (0 <= span.start < span.end <= DAY_MINUTES and _are_weekdays(span.weekdays)):
                raise InvalidPolicy("hours", PolicyFault.HOURS)


_YEAR_MINUTES = 366 * DAY_MINUTES
_MOST = {
    "min_notice": _YEAR_MINUTES,
    "max_ahead": 3_660,
    "max_duration": _YEAR_MINUTES,
    "buffer_before": DAY_MINUTES,
    "buffer_after": DAY_MINUTES,
    "max_attendees": 10_000,
    "conflicts_allowed": 10_000,
    "look_ahead": 1_830,
}

DEFAULT_POLICY = ResourcePolicy()
"""Of a resource for which nobody set any: lent whenever it is free."""


def _are_weekdays(days: tuple[int, ...]) -> bool:
    return bool(days) and all(0 <= day <= 6 for day in days)
