"""Minutes as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Annotated

from pydantic import Field

from calendars.http.shapes import Day, Identifier, Line, Shape, StrictShape, Text, Title
from scheduler.meetings.minutes_model import (
    Minutes,
    MinutesKind,
    MinutesStep,
    NotedAction,
    Section,
)
from scheduler.meetings.people import Somebody
from scheduler.meetings.rules import NEXT_MINUTES, MinutesState
from scheduler.meetings.schemas.common import Named, PersonOut, Ref, at

Markdown = Annotated[Text, Field(description="Du Markdown, sans HTML.")]


class NotedActionIn(StrictShape):
    """An action that the minutes note."""

    label: Title
    owner: Named
    due: Day | None = None
    ref: Ref | None = Field(None, description="D'une action déjà notée ; sinon donnée.")

    def noted(self) -> NotedAction:
        """As the service takes it; the owner by name still."""
        return NotedAction(self.label, self.owner, self.due, self.ref)


class SectionIn(StrictShape):
    """What is said of a point."""

    title: Title
    item: Identifier | None = Field(None, description="Le numéro du point de l'ordre du jour.")
    text: Markdown = ""
    decisions: Annotated[list[Line], Field(max_length=50)] = Field(default_factory=list)
    actions: Annotated[list[NotedActionIn], Field(max_length=50)] = Field(default_factory=list)

    def section(self) -> Section:
        """As the service takes it."""
        actions = tuple(one.noted() for one in self.actions)
        return Section(self.title, self.item, self.text, tuple(self.decisions), actions)


Sections = Annotated[list[SectionIn], Field(max_length=200)]


class MinutesIn(StrictShape):
    """The text of a draft; without sections it is drawn up from the agenda."""

    kind: MinutesKind = MinutesKind.ACCOUNT
    sections: Sections | None = None

    def text(self) -> tuple[MinutesKind, list[Section]] | None:
        """As the service takes it."""
        if self.sections is None:
            return None
        return self.kind, [one.section() for one in self.sections]


class CorrectionIn(StrictShape):
    """The whole text of the corrected version, and what changed."""

    sections: Sections
    reason: Title


class ReasonIn(StrictShape):
    """Why."""

    reason: Title


class NotedActionOut(Shape):
    """An action that the minutes note."""

    ref: str | None
    label: str
    owner: PersonOut
    due: date | None


class SectionOut(Shape):
    """What is said of a point."""

    title: str
    item: int | None
    text: str
    decisions: list[str]
    actions: list[NotedActionOut]
    reserved: bool

    @classmethod
    def of(cls, one: Section, owners: Mapping[str, Somebody]) -> SectionOut:
        """As JSON."""
        return cls(
            title=one.title,
            item=one.item,
            text=one.text,
            decisions=list(one.decisions),
            actions=[
                NotedActionOut(
                    ref=action.ref,
                    label=action.label,
                    owner=PersonOut.of(owners[action.owner]),
                    due=action.due,
                )
                for action in one.actions
            ],
            reserved=one.reserved,
        )


class StepOut(Shape):
    """What was done with the minutes, and when."""

    version: int
    state: MinutesState
    author: str
    on_behalf_of: str | None = Field(description="Par intérim : pour qui.")
    at: datetime | None
    reason: str | None
    replaces: int | None

    @classmethod
    def of(cls, one: MinutesStep, logins: Mapping[int, str], zone: tzinfo) -> StepOut:
        """As JSON."""
        return cls(
            version=one.version,
            state=one.state,
            author=logins.get(one.author_id, ""),
            on_behalf_of=logins.get(one.for_id or 0),
            at=at(one.at, zone),
            reason=one.reason,
            replaces=one.replaces,
        )


class MinutesOut(Shape):
    """One version of the minutes."""

    ref: str
    version: int
    state: MinutesState
    kind: MinutesKind
    sections: list[SectionOut]
    steps: list[StepOut] = Field(description="Ce qui en a été fait, du plus ancien au plus récent.")
    next_states: list[MinutesState]

    @classmethod
    def of(
        cls,
        ref: str,
        found: Minutes,
        step: MinutesStep,
        owners: Mapping[str, Somebody],
        logins: Mapping[int, str],
        zone: tzinfo,
    ) -> MinutesOut:
        """As JSON."""
        last = found.current
        return cls(
            ref=ref,
            version=step.version,
            state=step.state,
            kind=step.kind,
            sections=[SectionOut.of(one, owners) for one in step.sections],
            steps=[StepOut.of(one, logins, zone) for one in found.steps],
            next_states=sorted(NEXT_MINUTES[None if last is None else last.state]),
        )
