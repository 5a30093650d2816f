"""A meeting that comes again, made in one act: its rhythm, its people, its standing points (MTG-2).

It is one recurring event; each of its dates is a meeting with an agenda and minutes of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, NewType

from calendars.kernel.errors import Conflict
from calendars.kernel.identifiers import PrincipalId
from scheduler.meetings.model import MeetingId
from scheduler.meetings.rules import ItemKind
from scheduler.working_time.recurring import Recurring

SeriesId = NewType("SeriesId", int)
MOST_AHEAD = 120
"""In days: each date that is a meeting words its occurrence, and makes the object longer."""


class SeriesTaken(Conflict):
    """Another series is called that."""

    named = ("series-taken", "Une autre série porte ce nom")
    words = "choisissez un autre nom, ou changez la série qui existe"


class StandingItem(NamedTuple):
    """A point that stands on every agenda of a series (point permanent)."""

    title: str
    kind: ItemKind = ItemKind.INFORMATION
    minutes: int = 10
    presenter: str | None = None
    """A calendar user address."""
    visibility: str = "PUBLIC"


@dataclass(slots=True)
class MeetingSeries:
    """What is kept of it beside its event, which says who comes, when and where."""

    id: SeriesId
    code: str
    kind: str
    title: str
    owner_id: PrincipalId
    chair: str | None
    """A login."""
    chair_function: str | None
    secretary: str | None
    visibility: str
    recurring: Recurring
    start_minute: int
    """Of the day, by the clocks of the owner's calendar."""
    minutes: int
    ahead: int
    """So many days before its date an occurrence becomes a meeting with an agenda."""
    closes_before: int | None
    """So many minutes before it starts its agenda closes (MTG-6)."""
    items: tuple[StandingItem, ...]
    uid: str
    treated_until: date
    """Up to there its dates were held against the closed days."""
    over: bool = False


@dataclass(slots=True)
class SeriesDate:
    """One date of the rhythm, what closed days made of it, and its meeting."""

    series_id: SeriesId
    nominal: date
    original: int
    """The occurrence's RECURRENCE-ID."""
    day: date | None
    """None: left out."""
    because: str
    version: str
    meeting_id: MeetingId | None = None
    carried: str = ""
    """What of the meeting before has been taken up."""
