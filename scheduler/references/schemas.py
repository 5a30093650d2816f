"""References as JSON."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from calendars.http.shapes import Day, Line, Shape, StrictShape, Title
from calendars.http.spreadsheet import Cell
from scheduler.references.model import (
    Direction,
    Kind,
    Mark,
    Reference,
    ReferenceSystem,
    Subject,
)
from scheduler.references.rules import MAX_NUMBER, MAX_PATTERN

Number = Annotated[Line, Field(min_length=1, max_length=MAX_NUMBER, examples=["2026-C-00123"])]


class SystemIn(StrictShape):
    """A system that gives numbers."""

    label: Title = Field(examples=["Registre du courrier"])
    pattern: Line = Field(
        min_length=1,
        max_length=MAX_PATTERN,
        description="Expression régulière que tout le numéro respecte.",
        examples=["[0-9]{4}-[A-Z]-[0-9]{5}"],
    )


class SystemOut(Shape):
    """A system that gives numbers."""

    code: str
    label: str
    pattern: str

    @classmethod
    def of(cls, one: ReferenceSystem) -> SystemOut:
        """As it is declared."""
        return cls(code=one.code, label=one.label, pattern=one.pattern)


class SystemsOut(Shape):
    """By code."""

    items: list[SystemOut]


class ReferenceIn(StrictShape):
    """A number, and what bears it."""

    system: Line = Field(min_length=1, max_length=40, examples=["COURRIER"])
    number: Number
    date: Day | None = Field(None, examples=["2026-03-02"])
    direction: Direction | None = Field(None, description="Reçu ou envoyé.")
    kind: Kind = Field(examples=["calendar-object"])
    key: Line = Field(
        min_length=1, description="La référence, ou l'UID de l'objet d'agenda.", examples=["t"]
    )
    owner: Line = Field(
        "",
        max_length=255,
        description="À qui c'est, pour les demandes et les objets d'agenda.",
        examples=["anne"],
    )

    def mark(self) -> Mark:
        """As the service takes it."""
        return Mark(self.system, self.number, self.date, self.direction)

    def subject(self) -> Subject:
        """What bears it."""
        return Subject(self.kind, self.key, self.owner)


class ReferenceOut(Shape):
    """A number, and what bears it."""

    id: int
    system: str
    number: str
    day: date | None = Field(alias="date")
    direction: Direction | None
    kind: Kind
    key: str
    owner: str

    @classmethod
    def of(cls, one: Reference) -> ReferenceOut:
        """With its id."""
        said = {**one.mark._asdict(), **one.subject._asdict(), "id": one.id, "date": one.mark.day}
        return cls.model_validate(said)

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet, in the form that an import takes."""
        direction = None if self.direction is None else _DIRECTIONS[self.direction]
        return (
            self.system, self.number, self.day, direction, _KINDS[self.kind], self.key, self.owner,
        )  # fmt: skip


class ReferencesOut(Shape):
    """References of things that the reader sees."""

    items: list[ReferenceOut]
    complete: bool = Field(description="Sinon, préciser le début du numéro.")


HEADINGS = ("Système", "Numéro", "Date", "Sens", "Objet", "Clé", "Propriétaire")
_DIRECTIONS = {Direction.RECEIVED: "reçu", Direction.SENT: "envoyé"}
_KINDS = {
    Kind.MEETING: "réunion", Kind.DIARY_REQUEST: "demande", Kind.CALENDAR_OBJECT: "événement",
    Kind.DEADLINE: "échéance",
}  # fmt: skip
