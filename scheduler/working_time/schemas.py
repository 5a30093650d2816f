"""Days, hours and computed dates as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from calendars.http.shapes import Day, Line, PathName, Shape, StrictShape
from calendars.http.spreadsheet import Cell
from calendars.model.resource_policy import OpenHours
from calendars.model.wall_clock import clock_of_minutes, minutes_of_clock
from scheduler.working_time.hours import WorkingHours
from scheduler.working_time.model import (
    DateChange,
    DayKind,
    DecidedDay,
    Figures,
    KeptDate,
    SchoolBreak,
)
from scheduler.working_time.rules import DateInputs, DateRule, DayUnit

KindName = Literal["holiday", "closure", "worked"]
RuleName = Literal[
    "last-sending-day",
    "planned-sending-day",
    "appeal-end",
    "due-in-days",
    "due-in-months",
    "next-working-day",
]
UnitName = Literal["calendar", "clear", "working", "workable"]
ScopeName = Literal["everybody", "site", "person"]
DayName = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

_DAYS: tuple[DayName, ...] = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_CLOCK = r"^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"


DAY_HEADINGS = ("Jour", "Genre", "Nom")
BREAK_HEADINGS = ("N°", "Nom", "Premier jour", "Dernier jour")
DAYS: Mapping[str, str] = {"holiday": "férié", "closure": "fermé"}


class ClosedDayOut(Shape):
    """A day on which nobody works, weekends left out."""

    day: date
    kind: Literal["holiday", "closure"]
    label: str = Field(examples=["Fête de la citoyenneté"])

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        return self.day, DAYS[self.kind], self.label


class DaysOut(Shape):
    """By day; `version` is what dates computed now name."""

    items: list[ClosedDayOut]
    version: str = Field(examples=["holidays 0.109, FR-NC, 3"])


class DayIn(StrictShape):
    """What is decided of a day."""

    kind: KindName = Field(
        description="`holiday` férié, `closure` fermé par arrêté, `worked` travaillé quoique férié."
    )
    label: Line = Field("", examples=["Pont de l'Ascension"])

    def decided(self, day: date) -> DecidedDay:
        """As the service takes it."""
        return DecidedDay(day, DayKind(self.kind), self.label)


class MovedDateOut(Shape):
    """A date still to come that new data about days move."""

    about: str
    occasion: str
    former_day: date
    day: date
    because: str

    @classmethod
    def of(cls, change: DateChange) -> MovedDateOut:
        """As people read it."""
        kept = change.kept
        return cls(
            about=kept.about,
            occasion=kept.occasion,
            former_day=kept.day,
            day=change.day,
            because=change.because,
        )


class MovedDatesOut(Shape):
    """What a decision about a day changed, or would change on trial."""

    trial: bool
    moved: list[MovedDateOut]

    @classmethod
    def of(cls, changes: Sequence[DateChange], *, trial: bool) -> MovedDatesOut:
        """By day."""
        return cls(trial=trial, moved=[MovedDateOut.of(one) for one in changes])


class BreakIn(StrictShape):
    """A period without school, both days included."""

    label: Line = Field(examples=["Vacances de la 1re période"])
    first_day: Day = Field(examples=["2026-04-04"])
    last_day: Day = Field(examples=["2026-04-19"])

    def school_break(self) -> SchoolBreak:
        """As the service takes it."""
        return SchoolBreak(self.label, self.first_day, self.last_day)


class BreakOut(Shape):
    """A period without school."""

    id: int
    label: str
    first_day: date
    last_day: date

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        return self.id, self.label, self.first_day, self.last_day

    @classmethod
    def of(cls, one: SchoolBreak) -> BreakOut:
        """With its number."""
        return cls(id=one.id, label=one.label, first_day=one.first_day, last_day=one.last_day)


class BreaksOut(Shape):
    """By first day."""

    items: list[BreakOut]


class SpanShape(StrictShape):
    """On some days, from one hour to another."""

    days: list[DayName] = Field(min_length=1, max_length=7, examples=[["MO", "TU", "WE"]])
    start: str = Field(pattern=_CLOCK, alias="from", examples=["07:30"])
    end: str = Field(pattern=_CLOCK, alias="to", examples=["11:30"])

    @model_validator(mode="after")
    def _forwards(self) -> SpanShape:
        if minutes_of_clock(self.end) <= minutes_of_clock(self.start):
            raise PydanticCustomError("field", "`to` doit suivre `from`")
        return self


class HoursShape(StrictShape):
    """Working hours; between two spans of one day is the break."""

    spans: list[SpanShape] = Field(min_length=1, max_length=50)

    def hours(self) -> WorkingHours:
        """As the service takes them."""
        return WorkingHours(
            tuple(
                OpenHours(
                    tuple(sorted({_DAYS.index(day) for day in one.days})),
                    minutes_of_clock(one.start),
                    minutes_of_clock(one.end),
                )
                for one in self.spans
            )
        )

    @classmethod
    def of(cls, hours: WorkingHours) -> HoursShape:
        """As people write them."""
        spans = [
            {
                "days": [_DAYS[d] for d in one.weekdays],
                "from": clock_of_minutes(one.start),
                "to": clock_of_minutes(one.end),
            }
            for one in hours.spans
        ]
        return cls.model_validate({"spans": spans})


class WeightsOut(Shape):
    """What each shortcoming of a slot counts when slots are ranked."""

    missing: int = Field(description="Une personne facultative manque.")
    tentative: int = Field(description="Une option est posée chez une personne.")
    lunch: int = Field(description="Une pause déjeuner est réduite.")
    load: int = Field(description="La journée d'une personne est chargée.")
    avoided: int = Field(description="Le créneau est parmi ceux à éviter.")
    school: int = Field(alias="break", description="Ce sont les vacances scolaires.")
    approval: int = Field(description="Une ressource doit être accordée.")


class FiguresOut(Shape):
    """The figures that hold."""

    territory: str
    lunch_minutes: int
    lunch_least: int
    long_minutes: int
    day_load_minutes: int
    slot_step: int
    weights: WeightsOut
    immovable: list[str]

    @classmethod
    def of(cls, found: Figures) -> FiguresOut:
        """All of them."""
        return cls(
            territory=found.territory,
            lunch_minutes=found.lunch_minutes,
            lunch_least=found.lunch_least,
            long_minutes=found.long_minutes,
            day_load_minutes=found.day_load_minutes,
            slot_step=found.slot_step,
            weights=WeightsOut.model_validate(found.weights),
            immovable=list(found.immovable),
        )


class FigureIn(StrictShape):
    """One figure."""

    value: (
        int
        | Line
        | Annotated[list[Line], Field(max_length=100)]
        | Annotated[dict[Line, int], Field(max_length=100)]
    ) = Field(examples=[60])

    def plain(self) -> Any:  # noqa: ANN401 - JSON
        """As the service takes it."""
        return self.value


class DateIn(StrictShape):
    """A date to compute; with `about` it is kept."""

    rule: RuleName = Field(examples=["appeal-end"])
    day: Day = Field(description="D'où l'on part.", examples=["2026-07-23"])
    count: int = Field(0, ge=0, le=3_660, description="Jours ou mois.", examples=[2])
    unit: UnitName = Field("working", description="Pour les règles en jours.")
    about: PathName | None = Field(
        None, description="Ce que la date concerne : elle est alors conservée."
    )
    occasion: str = Field("échéance", min_length=1, max_length=64)

    def rule_of(self) -> DateRule:
        """The rule."""
        return DateRule(self.rule)

    def inputs(self) -> DateInputs:
        """What it is computed from."""
        return DateInputs(self.day, self.count, DayUnit(self.unit))


class DateOut(Shape):
    """A computed date with all that it was computed from."""

    day: date
    because: str = Field(examples=["vendredi 25 septembre 2026, parce que…"])
    rule: RuleName
    start: date = Field(alias="from")
    count: int
    unit: UnitName
    version: str
    about: str | None
    occasion: str | None
    former_day: date | None = Field(description="Ce qu'elle était avant un changement.")
    sent: bool

    @classmethod
    def of(cls, kept: KeptDate) -> DateOut:
        """With its reasons."""
        return cls.model_validate(
            {
                "day": kept.day,
                "because": kept.because,
                "rule": kept.rule.value,
                "from": kept.inputs.day,
                "count": kept.inputs.count,
                "unit": kept.inputs.unit.value,
                "version": kept.version,
                "about": kept.about or None,
                "occasion": kept.occasion or None,
                "former_day": kept.former_day,
                "sent": kept.sent_at is not None,
            }
        )


class DatesOut(Shape):
    """By day."""

    items: list[DateOut]
