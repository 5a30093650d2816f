"""What a search for slots looks at, and what it finds; instants in epoch seconds UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from scheduler.slots.codes import ConflictCode


class Stretch(NamedTuple):
    """Time in which somebody cannot be had, and why."""

    start: int
    end: int
    code: ConflictCode


class Span(NamedTuple):
    """A stretch of time."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Diary:
    """One participant's time, as far as the search needs it."""

    key: str
    name: str
    required: bool
    blocked: tuple[Stretch, ...] = ()
    tentative: tuple[Span, ...] = ()
    """Options that are held: the slot may be taken, and loses in rank."""
    busy: tuple[Span, ...] = ()
    """Merged and by start: what a day's load and the lunch break are reckoned from."""
    lunches: tuple[Span, ...] = ()
    """The breaks of his days."""


@dataclass(frozen=True, slots=True)
class Supply:
    """A room, vehicle or piece of equipment that would do."""

    key: str
    name: str
    blocked: tuple[Span, ...] = ()
    approval: bool = False
    """A person has to grant it."""


@dataclass(frozen=True, slots=True)
class Need:
    """One of these resources is needed, the first being the best."""

    label: str
    supplies: tuple[Supply, ...]


class Wish(NamedTuple):
    """Time that is better avoided, for everybody."""

    start: int
    end: int
    label: str
    kind: str
    """Whose weight it has: "avoided" or "break"."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The figures that a search obeys."""

    lunch_minutes: int = 45
    lunch_least: int = 30
    long_minutes: int = 300
    """A meeting that is not shorter has its break inside."""
    day_load_minutes: int = 420
    weights: Mapping[str, int] = field(default_factory=dict)

    def weight(self, name: str) -> int:
        """What one shortcoming of that kind counts."""
        return self.weights.get(name, 1)


@dataclass(frozen=True, slots=True)
class Search:
    """Everything that decides on the answer."""

    starts: tuple[int, ...]
    """When a slot may start, by time."""
    duration: int
    """In seconds."""
    diaries: tuple[Diary, ...]
    needs: tuple[Need, ...] = ()
    days: tuple[Span, ...] = ()
    """The days of the site that `starts` lie in, by time."""
    wishes: tuple[Wish, ...] = ()
    terms: Terms = Terms()
    least: int = 0
    """So many participants have to be there."""
    limit: int = 10
    overlapping: bool = False
    """Answers may overlap each other."""


class Shortcoming(StrEnum):
    """What is less than ideal about a slot."""

    MISSING = "missing"
    TENTATIVE = "tentative"
    LUNCH = "lunch"
    LOAD = "load"
    AVOIDED = "avoided"
    BREAK = "break"
    APPROVAL = "approval"


class Reason(NamedTuple):
    """One shortcoming of a slot: what, whose, and by which codes."""

    kind: Shortcoming
    key: str
    """The participant or resource; the label of a wish."""
    codes: tuple[ConflictCode, ...] = ()


class FoundSlot(NamedTuple):
    """A slot that can be taken."""

    start: int
    end: int
    penalty: int
    reasons: tuple[Reason, ...]
    resources: tuple[str, ...]
    """One for each need, in their order."""


class Hindrance(NamedTuple):
    """What refuses slots: one participant, one need, or too few participants."""

    key: str
    codes: tuple[ConflictCode, ...]
    """The codes by which it refuses, most often first; none: too few participants."""
    refused: int
    """How many slots it refuses."""
    alone: int
    """How many of them nothing else refuses: so many there would be without it."""


class Outcome(NamedTuple):
    """The slots by rank, and what stood against the others, the worst first."""

    slots: tuple[FoundSlot, ...]
    free: int
    """How many of the starts could be taken."""
    tried: int
    hindrances: tuple[Hindrance, ...]
    compromises: tuple[FoundSlot, ...] = ()
    """Where there is no slot: those that the fewest stand against, who is missing named."""
