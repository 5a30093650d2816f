"""Recurring tasks as JSON, and their gaps as lines of a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Literal

from pydantic import Field

from calendars.http.shapes import Day, Line, PathName, Shape, StrictShape, Title, instant_of
from calendars.http.spreadsheet import Cell
from scheduler.deadlines.keep_routines import RoutineChange, RoutineDraft
from scheduler.deadlines.routine_model import MOST_AHEAD, MonthOfRoutine, Routine, RoutineDay
from scheduler.working_time.recurring import MAX_RULE, OnClosedDays, Recurring

Closed = Literal["next", "previous"]
_CLOSED = "Un jour fermé : au jour ouvré suivant, ou précédent."
_AHEAD = "Combien de jours avant la tâche s'inscrit dans la liste."


class RoutineIn(StrictShape):
    """A task that comes again."""

    owner: PathName = Field(description="À qui elle revient.", examples=["anne"])
    label: Title = Field(examples=["Tableau de bord du courrier"])
    rule: Line = Field(
        min_length=1,
        max_length=MAX_RULE,
        description="Une règle RRULE, sans heures.",
        examples=["FREQ=DAILY"],
    )
    first_day: Day = Field(examples=["2026-11-02"])
    last_day: Day | None = None
    on_closed: Closed = Field("next", description=_CLOSED)
    ahead: int = Field(2, ge=0, le=MOST_AHEAD, description=_AHEAD)

    def draft(self) -> RoutineDraft:
        """As the service takes it."""
        closed = OnClosedDays(self.on_closed)
        recurring = Recurring(self.rule, self.first_day, self.last_day, closed)
        return RoutineDraft(self.label, recurring, self.ahead)


class RoutinePatch(StrictShape):
    """What shall be otherwise."""

    label: Title | None = None
    last_day: Day | None = Field(None, description="Le dernier jour : la tâche s'arrête là.")
    on_closed: Closed | None = Field(None, description=_CLOSED)
    ahead: int | None = Field(None, ge=0, le=MOST_AHEAD, description=_AHEAD, examples=[3])

    def change(self) -> RoutineChange:
        """As the service takes it."""
        closed = None if self.on_closed is None else OnClosedDays(self.on_closed)
        return RoutineChange(self.label, self.last_day, closed, self.ahead)


class RoutineOut(Shape):
    """A task that comes again."""

    id: int
    label: str
    rule: str
    first_day: date
    last_day: date | None
    on_closed: OnClosedDays
    ahead: int

    @classmethod
    def of(cls, one: Routine) -> RoutineOut:
        """As it is kept."""
        said = {"id": one.id, "label": one.label, "ahead": one.ahead}
        return cls.model_validate({**said, **one.recurring._asdict()})


class RoutinesOut(Shape):
    """In the order in which they were set up."""

    items: list[RoutineOut]


class RoutineDayOut(Shape):
    """One time of it."""

    nominal: date = Field(description="Le jour que veut la règle ; il désigne la tâche.")
    day: date = Field(description="Le jour où elle est due.")
    because: str
    former: date | None = Field(description="Le jour d'avant, s'il a été fermé depuis.")
    done_at: datetime | None

    @classmethod
    def of(cls, one: RoutineDay, zone: tzinfo) -> RoutineDayOut:
        """As its task says it."""
        done = None if one.done_at is None else instant_of(one.done_at).astimezone(zone)
        return cls(
            nominal=one.nominal, day=one.day, because=one.because, former=one.former, done_at=done
        )


class RoutineDaysOut(Shape):
    """By day."""

    items: list[RoutineDayOut]


class TickIn(StrictShape):
    """Whether it is done."""

    done: bool = Field(examples=[True])


class MonthOut(Shape):
    """How a month of a recurring task went."""

    routine: int
    label: str
    due: int = Field(description="Jours dus jusqu'à hier.")
    done: int
    late: int = Field(description="Parmi les jours faits : cochés après leur jour.")
    gaps: list[RoutineDayOut] = Field(description="Les jours dus qui n'ont pas été cochés.")

    @classmethod
    def of(cls, one: MonthOfRoutine, zone: tzinfo) -> MonthOut:
        """With its gaps."""
        gaps = [RoutineDayOut.of(day, zone) for day in one.gaps]
        return cls(
            routine=one.routine.id, label=one.routine.label, due=one.due, done=one.done,
            late=one.late, gaps=gaps,
        )  # fmt: skip


class MonthsOut(Shape):
    """Of everything that comes again."""

    items: list[MonthOut]


GAP_HEADINGS = ("N°", "Tâche", "Jour dû", "Jour de la règle", "Pourquoi ce jour")


def gap_rows(found: Sequence[MonthOfRoutine]) -> list[tuple[Cell, ...]]:
    """A line for each gap."""
    return [
        (one.routine.id, one.routine.label, day.day, day.nominal, day.because)
        for one in found
        for day in one.gaps
    ]
