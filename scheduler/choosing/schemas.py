"""Slots to choose from as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

from pydantic import Field

from calendars.http.shapes import Instant, Shape, StrictShape, instant_of
from calendars.http.spreadsheet import Cell
from scheduler.choosing.model import Free

SLOT_HEADINGS = ("Début", "Fin")


class ChosenIn(StrictShape):
    """The slot that one takes."""

    start: Instant = Field(
        description="Le début de l'un des créneaux proposés.",
        examples=["2027-03-02T08:30:00+11:00"],
    )


class FreeOut(Shape):
    """A slot that can be taken now."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, one: Free, zone: tzinfo) -> FreeOut:
        """By the clocks of the site."""
        return cls(start=at(one.starts_at, zone), end=at(one.ends_at, zone))

    @property
    def row(self) -> tuple[Cell, ...]:
        """As a table has it."""
        return (self.start, self.end)


class FreeSlotsOut(Shape):
    """By time; none overlaps another."""

    slots: list[FreeOut]

    @classmethod
    def of(cls, found: Iterable[Free], zone: tzinfo) -> FreeSlotsOut:
        """By the clocks of the site."""
        return cls(slots=[FreeOut.of(one, zone) for one in found])


def at(instant: int, zone: tzinfo) -> datetime:
    """By the clocks of the site."""
    return instant_of(instant).astimezone(zone)
