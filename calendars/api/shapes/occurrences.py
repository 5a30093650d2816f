"""Occurrences in a range of time as JSON, and the cursor that goes through them."""

from __future__ import annotations

import base64
import binascii
from datetime import date, datetime, tzinfo

from pydantic import Field

from calendars.api.shapes.entries import TYPES, Class, Type
from calendars.http.shapes import Shape
from calendars.kernel.errors import InvalidInput
from calendars.model.entry import shown
from calendars.services.list_occurrences import Occurrence, Position


class InvalidCursor(InvalidInput):
    """A cursor that no answer gave."""


class OccurrenceOut(Shape):
    """One occurrence of an event, a task or a journal."""

    name: str = Field(description="Nom de l'objet dans l'agenda.")
    uid: str
    etag: str
    type: Type
    title: str | None = Field(None, examples=["Réunion de service"])
    start: datetime | date | None = Field(
        None,
        description="Dans le fuseau de l'agenda ; une date pour une journée entière.",
        examples=["2026-03-03T14:30:00+11:00"],
    )
    end: datetime | date | None = Field(
        None, description="Une date est celle du lendemain du dernier jour."
    )
    all_day: bool
    location: str | None = None
    status: str | None = None
    busy: bool
    visibility: Class = Field(serialization_alias="class")
    recurring: bool
    occurrence: datetime | date | None = Field(
        None, description="Début initial : à donner en `occurrence` pour la changer seule."
    )

    @classmethod
    def of(cls, found: Occurrence, zone: tzinfo) -> OccurrenceOut:
        """An occurrence by the clocks of the calendar's zone."""
        stored, said = found.found, found.said
        entry = said.entry
        return cls.model_construct(
            name=stored.name,
            uid=stored.uid,
            etag=stored.etag,
            type=TYPES[entry.component],
            title=entry.title,
            start=shown(said.start, zone),
            end=shown(said.end, zone),
            all_day=entry.times.all_day,
            location=entry.location,
            status=entry.status,
            busy=entry.busy,
            visibility=entry.visibility,
            recurring=stored.recurring,
            occurrence=shown(said.original, zone),
        )


class OccurrencesOut(Shape):
    """A slice of a range of time, by start."""

    items: list[OccurrenceOut]
    next: str | None = Field(None, description="À donner en `cursor` pour la suite.")


def cursor_of(position: Position) -> str:
    """An opaque name for a place in the answer."""
    return base64.urlsafe_b64encode(".".join(map(str, position)).encode()).decode()


def position_of(cursor: str) -> Position:
    """The place that a cursor names. Raises InvalidCursor."""
    try:
        numbers = [int(part) for part in base64.b64decode(cursor, b"-_", validate=True).split(b".")]
    except (binascii.Error, ValueError):
        numbers = []
    if len(numbers) != len(Position._fields) or any(abs(n) > 2**62 for n in numbers):
        raise InvalidCursor("no such cursor")
    return Position(*numbers)
