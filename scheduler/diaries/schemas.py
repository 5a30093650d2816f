"""Options as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from calendars.http.shapes import (
    Email,
    Instant,
    Line,
    Overriding,
    PathName,
    Shape,
    StrictShape,
    Text,
    Title,
    instant_of,
    one_line,
)
from calendars.http.spreadsheet import Cell
from calendars.model.event_draft import EventDraft
from scheduler.diaries.model import HeldDate, Hold, HoldDraft, HoldGroup, Slot

Reference = Annotated[
    str, StringConstraints(min_length=1, max_length=100), AfterValidator(one_line)
]


class SlotIn(StrictShape):
    """One date."""

    start: Instant
    end: Instant


class HoldGroupIn(Overriding):
    """Dates to hold for one appointment."""

    ref: Reference = Field(examples=["VR-2026-01"])
    title: Title = Field(examples=["Convention"])
    location: Line | None = None
    description: Text | None = None
    visibility: Literal["PUBLIC", "PRIVATE", "CONFIDENTIAL"] = "PUBLIC"
    slots: list[SlotIn] = Field(min_length=1, max_length=20)
    invited: list[Email] = Field(
        default_factory=list,
        max_length=100,
        description="Adresses électroniques. Les collègues ont les options dans leur agenda ; les "
        "autres n'apprennent que la date retenue.",
        examples=[["paul@example.org"]],
    )
    expires_at: Instant | None = Field(None, description="Au-delà, les dates sont libérées.")
    calendar: PathName = "agenda"

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
    start: datetime | None = Field(description="Selon l'agenda ; vide une fois libérée.")
    end: datetime | None


HOLD_HEADINGS = ("Référence", "Titre", "État", "Option", "Début", "Fin", "Retenue", "Expire le")
STATES: Mapping[str, str] = {
    "open": "en attente",
    "retained": "retenue",
    "expired": "expirée",
    "abandoned": "abandonnée",
}


class HoldGroupOut(Shape):
    """The options of one appointment."""

    ref: str = Field(examples=["VR-2026-01"])
    title: str = Field(description="Tel que vous le voyez ; vide une fois toutes libérées.")
    state: Literal["open", "retained", "expired", "abandoned"]
    retained: int | None = Field(description="Le numéro de l'option retenue.")
    expires_at: datetime | None
    holds: list[HoldOut]

    @property
    def rows(self) -> list[tuple[Cell, ...]]:
        """Lines of a spreadsheet, one for each option."""
        return [
            (
                self.ref, self.title, STATES[self.state], one.position, one.start, one.end,
                one.position == self.retained, self.expires_at,
            )
            for one in self.holds
        ]  # fmt: skip

    @classmethod
    def of(cls, group: HoldGroup, dates: Mapping[int, HeldDate], zone: tzinfo) -> HoldGroupOut:
        """With its instants by the clocks of the site."""

        def at(instant: int | None) -> datetime | None:
            return None if instant is None else instant_of(instant).astimezone(zone)

        def held(one: Hold) -> HoldOut:
            date = dates.get(one.position)
            return HoldOut(
                position=one.position, calendar=one.calendar, object=one.name,
                start=at(date and date.starts_at), end=at(date and date.ends_at),
            )  # fmt: skip

        return cls(
            ref=group.ref,
            title=next((one.title for one in dates.values()), ""),
            state=group.state.value,
            retained=group.retained,
            expires_at=at(group.expires_at),
            holds=[held(one) for one in group.holds],
        )


class HoldGroupsOut(Shape):
    """Latest first."""

    items: list[HoldGroupOut]


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
