"""Actions as JSON and as lines of a spreadsheet."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from pydantic import Field

from calendars.http.shapes import Day, Identifier, Shape, StrictShape, Title
from calendars.http.spreadsheet import Cell
from scheduler.meetings.keep_actions import ActionDraft, ActionLine
from scheduler.meetings.rules import ACTIONS, OVERDUE, ActionState
from scheduler.meetings.schemas.common import Named, PersonOut, Ref, at

ACTION_HEADINGS = ("Référence", "Réunion", "Action", "Responsable", "Échéance", "État", "Faite le")


class ActionIn(StrictShape):
    """An action at once."""

    label: Title
    owner: Named | None = Field(None, description="Par défaut : soi-même.")
    due: Day | None = None
    item: Identifier | None = Field(None, description="Le point dont elle vient.")
    ref: Ref | None = Field(None, description="Par défaut : ACT, année, numéro.")

    def draft(self) -> ActionDraft:
        """As the service takes it."""
        return ActionDraft(self.label, self.owner, self.due, None, self.item, self.ref)


class ActionPatch(StrictShape):
    """How far it is; who keeps the meeting may change the rest too."""

    state: ActionState | None = None
    label: Title | None = None
    owner: Named | None = None
    due: Day | None = None

    def draft(self) -> ActionDraft:
        """As the service takes it."""
        return ActionDraft(self.label, self.owner, self.due, self.state)


class ActionOut(Shape):
    """A row of the register."""

    ref: str
    meeting: str
    label: str
    owner: PersonOut
    due: date | None
    state: ActionState
    overdue: bool
    opened_at: datetime | None
    done_at: datetime | None

    @property
    def row(self) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        return (
            self.ref, self.meeting, self.label, self.owner.name, self.due,
            OVERDUE if self.overdue else ACTIONS[self.state], self.done_at and self.done_at.date(),
        )  # fmt: skip

    @classmethod
    def of(cls, line: ActionLine, zone: tzinfo) -> ActionOut:
        """As JSON."""
        action = line.action
        return cls(
            ref=action.ref,
            meeting=line.meeting.ref,
            label=action.label,
            owner=PersonOut.of(line.owner),
            due=action.due,
            state=action.state,
            overdue=line.overdue,
            opened_at=at(action.opened_at, zone),
            done_at=at(action.done_at, zone),
        )


class ActionsOut(Shape):
    """By due date."""

    items: list[ActionOut]
