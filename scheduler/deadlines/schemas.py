"""Dates that must not be missed as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Annotated

from pydantic import Field

from calendars.http.shapes import (
    Day,
    Identifier,
    Line,
    PathName,
    Shape,
    StrictShape,
    Title,
    instant_of,
)
from calendars.http.spreadsheet import Cell
from scheduler.deadlines.model import Deadline, DeadlineId, DeadlineState
from scheduler.deadlines.rules import Move
from scheduler.working_time.rules import DateInputs, DateRule, DayUnit

Reminders = Annotated[
    list[Annotated[int, Field(ge=0, le=60)]],
    Field(max_length=5, description="Combien de jours ouvrés avant un courriel la rappelle."),
]


class DeadlineIn(StrictShape):
    """A new date, and how it is reckoned."""

    owner: PathName = Field(description="À qui elle revient.", examples=["anne"])
    label: Title = Field(examples=["Réponse au courrier du tribunal"])
    rule: DateRule = Field(DateRule.DUE_IN_DAYS, examples=["due-in-days"])
    day: Day = Field(
        description="D'où l'on part ; après une autre échéance, la date de celle-ci.",
        examples=["2026-07-23"],
    )
    count: int = Field(0, ge=0, le=3_660, examples=[15])
    unit: DayUnit = Field(DayUnit.WORKING, examples=["working"])
    after: Identifier | None = Field(
        None, description="L'échéance dont elle dépend, même d'une autre personne."
    )
    reminders: Reminders = Field(default=[2], validate_default=True)

    def inputs(self) -> DateInputs:
        """What it is reckoned from."""
        return DateInputs(self.day, self.count, self.unit)

    def comes_after(self) -> DeadlineId | None:
        """What it depends on."""
        return None if self.after is None else DeadlineId(self.after)


HEADINGS = ("N°", "Échéance", "Date", "État", "Dépend du n°", "Date antérieure", "Parce que")
STATES = {
    DeadlineState.OPEN: "ouverte", DeadlineState.DONE: "faite",
    DeadlineState.ABANDONED: "abandonnée",
}  # fmt: skip


class PastMoveOut(Shape):
    """What a date was before."""

    at: datetime
    by: str
    former: date
    due: date
    because: str


class ProposedOut(Shape):
    """Another day that is proposed, and not answered yet."""

    day: date = Field(description="D'où l'on partirait.")
    due: date
    by: str
    because: str


class DeadlineOut(Shape):
    """A date, why it is what it is, and what it was before."""

    id: int
    label: str
    rule: DateRule
    day: date
    count: int
    unit: DayUnit
    due: date
    because: str
    after: int | None
    state: DeadlineState
    reminders: list[int]
    proposed: ProposedOut | None = Field(
        description="Un report que sa dépendance entraînerait : `move` l'accepte, "
        "`proposal/decline` le refuse."
    )
    moves: list[PastMoveOut]

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        former = self.moves[-1].former if self.moves else None
        return (
            self.id, self.label, self.due, STATES[self.state], self.after, former, self.because,
        )  # fmt: skip

    @classmethod
    def of(cls, one: Deadline, zone: tzinfo) -> DeadlineOut:
        """With its history."""
        moves = [
            {**past._asdict(), "at": instant_of(past.at).astimezone(zone)} for past in one.moves
        ]
        said = {
            "id": one.id, "label": one.label, "rule": one.rule, "day": one.inputs.day,
            "count": one.inputs.count, "unit": one.inputs.unit, "due": one.due,
            "because": one.because, "after": one.after, "state": one.state, "moves": moves,
            "reminders": one.reminders,
            "proposed": None if one.proposed is None else one.proposed._asdict(),
        }  # fmt: skip
        return cls.model_validate(said)


class DeadlinesOut(Shape):
    """The nearest first."""

    items: list[DeadlineOut]

    @classmethod
    def of(cls, found: Sequence[Deadline], zone: tzinfo) -> DeadlinesOut:
        """All of them."""
        return cls(items=[DeadlineOut.of(one, zone) for one in found])


class ProposedIn(StrictShape):
    """From which other day."""

    day: Day = Field(description="D'où l'on part désormais.", examples=["2026-08-03"])


class MoveOut(Shape):
    """What one date would become."""

    deadline: int
    former: date
    due: date
    asked: bool = Field(description="Elle est à quelqu'un d'autre : il lui sera proposé.")

    @classmethod
    def of(cls, one: Move) -> MoveOut:
        """Of the proposal."""
        return cls(deadline=one.number, former=one.former, due=one.due, asked=one.asked)


class ProposalOut(Shape):
    """The date itself first, then what depends on it."""

    items: list[MoveOut]


class ConfirmedIn(StrictShape):
    """One date of the proposal."""

    deadline: Identifier = Field(examples=[1])
    due: Day = Field(examples=["2026-08-24"])


class MoveIn(StrictShape):
    """The proposal, confirmed whole."""

    day: Day = Field(examples=["2026-08-03"])
    confirmed: list[ConfirmedIn] = Field(
        min_length=1, max_length=1_000, description="Toutes les dates de la proposition."
    )
    because: Line = Field("", max_length=500, examples=["Report demandé par le service"])

    def dates(self) -> dict[int, date]:
        """What was confirmed."""
        return {one.deadline: one.due for one in self.confirmed}


class DeclineIn(StrictShape):
    """The date stays."""

    because: Line = Field("", max_length=500, examples=["La commission est déjà convoquée"])


class DeadlinePatch(StrictShape):
    """How it ended, or when a mail reminds of it."""

    state: DeadlineState | None = Field(None, examples=["done"])
    reminders: Reminders | None = None
