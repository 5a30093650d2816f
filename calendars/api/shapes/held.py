"""Held deletions as JSON."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Literal

from pydantic import Field

from calendars.api.shapes.entries import ObjectOut
from calendars.http.shapes import Shape, instant_of
from calendars.model.calendar_user_address import CalendarUserAddress, email_in
from calendars.services.decide_held import HeldDeletion


class HeldOut(Shape):
    """One deletion of which nobody was told yet."""

    id: int = Field(examples=[7])
    calendar: str = Field(examples=["agenda"])
    held_at: datetime
    recipients: list[str] = Field(
        description="Qui serait averti ; vide si le contenu est masqué pour vous.",
        examples=[["paul@example.org"]],
    )
    content: ObjectOut | None = Field(None, description="Ce qui a été supprimé.")

    @classmethod
    def of(cls, held: HeldDeletion, zone: tzinfo) -> HeldOut:
        """With its times by the clocks of the calendar's zone."""
        content = held.content
        return cls(
            id=held.id,
            calendar=held.collection.name,
            held_at=instant_of(held.held_at),
            recipients=[email_in(CalendarUserAddress(one)) or one for one in held.recipients],
            content=None if content is None else ObjectOut.read(held.name, "", content, zone),
        )


class HeldListOut(Shape):
    """What waits, oldest first."""

    items: list[HeldOut]


class HeldOutcome(Shape):
    """What was decided."""

    id: int
    state: Literal["released", "undone"]
    object: str | None = Field(None, description="Où l'objet se trouve de nouveau.")
