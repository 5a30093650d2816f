"""What somebody looks for: who, what with, how long, and between which days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from calendars.kernel.errors import InvalidInput
from scheduler.slots.model import Outcome
from scheduler.working_time.hours import WorkingHours
from scheduler.working_time.rules import ClosedDay

MAX_DAYS = 190
MAX_PEOPLE = 300
MAX_NEEDS = 10


class UnknownParticipants(InvalidInput):
    """Logins that nobody here has, or that the asker may not ask about."""

    words = "une des personnes nommées n'existe pas ici"
    field = "required"

    def __init__(self, logins: tuple[str, ...], *, words: str | None = None) -> None:
        super().__init__("some of the participants are unknown here", words=words)
        self.logins = logins


class BadSearch(InvalidInput):
    """A search that cannot be made: too long, too many, or backwards."""


@dataclass(frozen=True, slots=True)
class ResourceNeed:
    """A room, a vehicle or a piece of equipment, by name or by what it must have."""

    category: str | None = None
    logins: tuple[str, ...] = ()
    capacity: int | None = None
    """None: a room for all participants."""
    features: tuple[str, ...] = ()
    site: str | None = None


class Avoided(NamedTuple):
    """Time that is better left free."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRequest:
    """A search; people and groups by login, minutes for lengths."""

    first: date
    last: date
    minutes: int
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    needs: tuple[ResourceNeed, ...] = ()
    place: str | None = None
    """Where it is, as people write it: decides on travel."""
    hours: WorkingHours | None = None
    """Between which hours; None for those of the place."""
    buffer_before: int = 0
    buffer_after: int = 0
    avoided: tuple[Avoided, ...] = ()
    avoid_breaks: bool = True
    closed_days: bool = False
    """Holidays, closures and weekends are searched too."""
    firm: bool = False
    """Options that are held count as taken."""
    least: int = 0
    limit: int = 10
    overlapping: bool = False
    moving: str | None = None
    """The UID of a meeting that is to be moved: the time it takes does not count."""

    def check(self) -> None:
        """Raises BadSearch."""
        if not 5 <= self.minutes <= 24 * 60:
            raise BadSearch(
                "a slot lasts between five minutes and a day",
                words="un créneau dure de cinq minutes à un jour",
                field="minutes",
            )
        if not 0 <= (self.last - self.first).days < MAX_DAYS:
            raise BadSearch(
                f"the days go forwards, {MAX_DAYS} at most",
                words=f"les jours se suivent, {MAX_DAYS} au plus",
                field="last_day",
            )
        if len(self.required) + len(self.optional) > MAX_PEOPLE or len(self.needs) > MAX_NEEDS:
            raise BadSearch(
                f"{MAX_PEOPLE} participants and {MAX_NEEDS} resources at most",
                words=f"{MAX_PEOPLE} personnes et {MAX_NEEDS} ressources au plus",
                field="required",
            )
        if not self.required and not self.optional and not self.needs:
            raise BadSearch(
                "it needs somebody or something",
                words="nommez au moins une personne ou une ressource",
                field="required",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What is to be put in the diaries; people, groups and resources by login."""

    organizer: str
    title: str
    start: datetime
    end: datetime
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    """E-mail addresses of people without an account."""
    resources: tuple[str, ...] = ()
    place: str | None = None
    description: str | None = None
    visibility: str = "PUBLIC"
    categories: tuple[str, ...] = ()
    calendar: str = "agenda"
    despite_options: bool = False
    """Options and invitations without an answer are no obstacle: whoever books knows of them."""
    agreed: bool = False
    """Those who are needed have said yes: they chose the slot themselves."""
    despite_people: bool = False
    """Nor is what stands in people's diaries: whoever books has said why (DIA-4)."""


class Answer(NamedTuple):
    """What was found, with the names to tell it by."""

    outcome: Outcome
    names: Mapping[str, str]
    """Of participants and resources, by login."""
    open_to: frozenset[str]
    """Whose reasons the asker may know."""
    closed: tuple[ClosedDay, ...]
    """The days that were left out, weekends apart."""
    participants: tuple[str, ...]
    """Logins, the required ones first."""
