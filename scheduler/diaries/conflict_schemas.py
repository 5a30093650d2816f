"""Conflicts as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Literal

from pydantic import Field

from calendars.http.shapes import Shape, StrictShape, instant_of
from calendars.http.spreadsheet import Cell
from calendars.services.guard_dates import DateConflict
from scheduler.diaries.severity import Override, Severity, Weighing
from scheduler.slots.codes import ConflictCode

CodeName = Literal[
    "OVERLAP",
    "OVERLAP_TENTATIVE",
    "RESOURCE",
    "ABSENT",
    "TRAVEL",
    "HOURS",
    "HOLIDAY",
    "CLOSURE",
    "DAY_LOAD",
    "LUNCH",
    "NOT_TOGETHER",
]


CONFLICT_HEADINGS = ("Début", "Fin", "Code", "Conflit", "Avec", "Sans appel")
WEIGHING_HEADINGS = ("Code", "Poids", "Qui passe outre")
SEVERITIES: Mapping[str, str] = {
    "note": "énuméré sur demande",
    "warn": "une tâche avertit",
    "refuse": "refusé",
}
OVERRIDES: Mapping[str, str] = {
    "writers": "qui écrit dans l'agenda",
    "owner": "la personne",
    "nobody": "nul",
}


class ConflictOut(Shape):
    """One thing that stands against a date."""

    code: CodeName
    words: str
    start: datetime
    end: datetime
    holder: str | None = Field(description="Qui a ce temps, si vous pouvez le savoir.")
    final: bool = Field(description="Nul ne peut passer outre.")

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        return self.start, self.end, self.code, self.words, self.holder, self.final

    @classmethod
    def of(cls, one: DateConflict, zone: tzinfo) -> ConflictOut:
        """By the clocks of the site."""
        start, end = (instant_of(at).astimezone(zone) for at in (one.starts_at, one.ends_at))
        return cls(
            code=ConflictCode(one.code).value,
            words=one.words,
            start=start,
            end=end,
            holder=one.holder,
            final=one.final,
        )


class ConflictsOut(Shape):
    """By start."""

    items: list[ConflictOut]


class WeighingIn(StrictShape):
    """How a code weighs."""

    severity: Literal["note", "warn", "refuse"] = Field(
        description="`note` énuméré sur demande ; `warn` une tâche en avertit ; `refuse` l'API "
        "refuse, et une tâche avertit qui a écrit par un logiciel d'agenda."
    )
    override: Literal["writers", "owner", "nobody"] = Field(
        "writers", description="Qui peut passer outre, avec un motif."
    )

    def weighing(self) -> Weighing:
        """As the service takes it."""
        return Weighing(Severity(self.severity), Override(self.override))


class WeighingOut(Shape):
    """How a code weighs."""

    code: CodeName
    severity: Literal["note", "warn", "refuse"]
    override: Literal["writers", "owner", "nobody"]

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        return self.code, SEVERITIES[self.severity], OVERRIDES[self.override]

    @classmethod
    def of(cls, code: ConflictCode, weighing: Weighing) -> WeighingOut:
        """With its code."""
        severity, override = weighing
        return cls(code=code.value, severity=severity.value, override=override.value)


class WeighingsOut(Shape):
    """By code."""

    items: list[WeighingOut]
