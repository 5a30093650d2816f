"""What is decided about days and hours, and the dates that were computed from it (TIM)."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from calendars.kernel.errors import InvalidInput
from scheduler.working_time.rules import Closed, DateInputs, DateRule, WorkingDays


class DayKind(StrEnum):
    """What somebody decided of a day."""

    HOLIDAY = "holiday"
    CLOSURE = "closure"
    WORKED = "worked"
    """A holiday that is none here, or is none any more."""

    @property
    def closed(self) -> Closed | None:
        """Why nobody works then."""
        return None if self is DayKind.WORKED else Closed(self.value)


class DecidedDay(NamedTuple):
    """A day that an order closes or opens (TIM-5)."""

    day: date
    kind: DayKind
    label: str


class SchoolBreak(NamedTuple):
    """Days without school, both ends included (TIM-5)."""

    label: str
    first_day: date
    last_day: date
    id: int = 0

    def holds(self, day: date) -> bool:
        """The day is inside of it."""
        return self.first_day <= day <= self.last_day


class Scope(StrEnum):
    """For whom hours hold: the narrowest wins."""

    EVERYBODY = "everybody"
    SITE = "site"
    PERSON = "person"


class BadFigure(InvalidInput):
    """A figure that does not exist, or that cannot have that value."""

    words = "ce chiffre n'existe pas, ou ne peut pas valoir cela"
    field = "value"


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of law and habit that an administrator changes; these are their defaults."""

    territory: str = "FR-NC"
    """Whose public holidays: country and subdivision of the package `holidays`."""
    lunch_minutes: int = 45
    """A break that is not shorter is nobody's concern."""
    lunch_least: int = 30
    """A shorter one is none: the slot is not proposed."""
    long_minutes: int = 300
    """A meeting that is not shorter has its break inside."""
    day_load_minutes: int = 420
    """More than that in one day is a heavy day."""
    slot_step: int = 15
    """Slots start at these minutes of the hour and their multiples."""
    weights: dict[str, int] = field(
        default_factory=lambda: {
            "missing": 20, "tentative": 8, "lunch": 6, "load": 5, "avoided": 5, "break": 4,
            "approval": 1,
        }
    )  # fmt: skip
    """What each shortcoming of a slot counts when slots are ranked."""
    immovable: tuple[str, ...] = ("Audience", "Assemblée")
    """Categories of what cannot be moved, and wins (DIA-4)."""

    def with_figure(self, name: str, value: Any) -> Figures:  # noqa: ANN401 - JSON
        """The same with one figure set otherwise. Raises BadFigure."""
        if name not in {one.name for one in fields(self)}:
            raise BadFigure("there is no such figure")
        now = getattr(self, name)
        if isinstance(now, dict):
            if not isinstance(value, dict) or not set(value) <= set(now):
                raise BadFigure("weights have the names that are there")
            if not all(_is_count(one) for one in value.values()):
                raise BadFigure("a weight is a number from 0 to 1440")
            value = now | value
        elif isinstance(now, tuple):
            if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
                raise BadFigure("a list of words is expected")
            value = tuple(value)
        elif isinstance(now, int) and not _is_count(value):
            raise BadFigure("a number from 0 to 1440 is expected")
        elif isinstance(now, str) and not isinstance(value, str):
            raise BadFigure("a text is expected")
        if name == "slot_step" and value not in {5, 10, 15, 20, 30, 60}:
            raise BadFigure("slots start every 5, 10, 15, 20, 30 or 60 minutes")
        return replace(self, **{name: value})


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1_440


class WorkingCalendar(NamedTuple):
    """The days of some years, the breaks of the schools, and the version of both (TIM-10)."""

    days: WorkingDays
    breaks: tuple[SchoolBreak, ...]
    version: str

    def school_break(self, day: date) -> SchoolBreak | None:
        """The break that a day is in."""
        return next((one for one in self.breaks if one.holds(day)), None)


class KeptDate(NamedTuple):
    """A computed date with all that it was computed from (TIM-10)."""

    about: str
    occasion: str
    rule: DateRule
    inputs: DateInputs
    day: date
    because: str
    version: str
    former_day: date | None = None
    sent_at: int | None = None
    id: int = 0


class DateChange(NamedTuple):
    """What new data about days do to a date that was computed before."""

    kept: KeptDate
    day: date
    because: str
