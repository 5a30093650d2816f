"""Chain templates as JSON, and what starts a chain."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from pydantic import Field

from calendars.http.shapes import Day, Line, PathName, Shape, StrictShape, Title
from scheduler.deadlines.chain_model import MAX_STEPS, ChainStep, ChainTemplate
from scheduler.deadlines.start_chain import ChainStart
from scheduler.working_time.rules import DateRule, DayUnit

Key = Annotated[Line, Field(min_length=1, max_length=40)]


class StepIn(StrictShape):
    """A date of the chain."""

    key: Key = Field(examples=["offres"])
    label: Title = Field(examples=["Remise des offres"])
    role: Key = Field(description="Qui l'a ; nommé quand la chaîne commence.")
    rule: DateRule = DateRule.DUE_IN_DAYS
    count: int = Field(0, ge=0, le=3_660)
    unit: DayUnit = DayUnit.WORKING
    after: Key | None = Field(None, description="Une étape d'avant ; sinon le jour donné.")

    def step(self) -> ChainStep:
        """As the service takes it."""
        return ChainStep(
            self.key, self.label, self.role, self.rule, self.count, self.unit, self.after
        )


class TemplateIn(StrictShape):
    """How a chain is made."""

    label: Title
    steps: list[StepIn] = Field(min_length=1, max_length=MAX_STEPS)

    def template(self, code: str) -> ChainTemplate:
        """As the service takes it."""
        return ChainTemplate(code, self.label, tuple(one.step() for one in self.steps))


class StepOut(Shape):
    """A date of the chain."""

    key: str
    label: str
    role: str
    rule: DateRule
    count: int
    unit: DayUnit
    after: str | None


class TemplateOut(Shape):
    """How a chain is made."""

    code: str
    label: str
    roles: list[str]
    steps: list[StepOut]

    @classmethod
    def of(cls, one: ChainTemplate) -> TemplateOut:
        """With the roles that are wanted."""
        steps = [StepOut.model_validate(asdict(step)) for step in one.steps]
        return cls(code=one.code, label=one.label, roles=list(one.roles), steps=steps)


class TemplatesOut(Shape):
    """By code."""

    items: list[TemplateOut]


class ChainIn(StrictShape):
    """What starts a chain."""

    template: Key = Field(examples=["LETTRE"])
    about: Line = Field(
        "", max_length=100, description="De quoi : « marché 2026-014 ».", examples=["mars 2027"]
    )
    day: Day = Field(description="D'où tout est compté.", examples=["2027-03-15"])
    owners: dict[Key, PathName] = Field(
        min_length=1,
        max_length=MAX_STEPS,
        description="Qui a quel rôle.",
        examples=[{"redaction": "anne", "services": "anne", "direction": "anne"}],
    )

    def start(self) -> ChainStart:
        """As the service takes it."""
        return ChainStart(self.template, self.about, self.day, self.owners)
