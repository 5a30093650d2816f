"""Options as JSON."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Literal

from pydantic import Field

from calendars.http.shapes import Instant, Line, Shape, StrictShape, Text, Title, instant_of
from calendars.model.event_draft import EventDraft
from scheduler.diaries.model import HoldDraft, HoldGroup, Slot


class SlotIn(StrictShape):
    """One date."""

    start: Instant
    end: Instant


class HoldGroupIn(StrictShape):
    """Dates to hold for one appointment."""

    ref: str = Field(min_length=1, max_length=100, examples=["VR-2026-01"])
    title: Title = Field(examples=["Convention"])
    location: Line | None = None
    description: Text | None = None
    visibility: Literal["PUBLIC", "PRIVATE", "CONFIDENTIAL"] = "PUBLIC"
    slots: list[SlotIn] = Field(min_length=1, max_length=20)
    invited: list[str] = Field(
        default_factory=list,
        max_length=100,
        description="Adresses électroniques. Les collègues ont les options dans leur agenda ; les "
        "autres n'apprennent que la date retenue.",
        examples=[["paul@example.org"]],
    )
    expires_at: Instant | None = Field(None, description="Au-delà, les dates sont libérées.")
    calendar: str = "agenda"

    def draft(self) -> HoldDraft:
        """As the service takes it."""
        said = EventDraft(
            title=self.title,
            location=self.location,
            description=self.description,
            visibility=self.visibility,
        )
        slots = [Slot(one.start, one.end) for one in self.slots]
        expires_at = None if self.expires_at is None else _seconds(self.expires_at)
        return HoldDraft(self.ref, said, slots, self.invited, expires_at, self.calendar)


class HoldOut(Shape):
    """One option."""

    position: int
    calendar: str
    object: str = Field(description="Le nom de l'événement dans l'agenda.")


class HoldGroupOut(Shape):
    """The options of one appointment."""

    ref: str = Field(examples=["VR-2026-01"])
    state: Literal["open", "retained", "expired", "abandoned"]
    retained: int | None = Field(description="Le numéro de l'option retenue.")
    expires_at: datetime | None
    holds: list[HoldOut]

    @classmethod
    def of(cls, group: HoldGroup, zone: tzinfo) -> HoldGroupOut:
        """With its instants by the clocks of the site."""
        expires = group.expires_at
        return cls(
            ref=group.ref,
            state=group.state.value,
            retained=group.retained,
            expires_at=None if expires is None else instant_of(expires).astimezone(zone),
            holds=[
                HoldOut(position=one.position, calendar=one.calendar, object=one.name)
                for one in group.holds
            ],
        )


class HoldGroupsOut(Shape):
    """Latest first."""

    items: list[HoldGroupOut]


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
