"""Drafts written as the services write them; whatever comes out is fit to be stored."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TypedDict, Unpack

from calendars.model.calendar_object import CalendarObject
from calendars.model.component import Component, parse, serialize
from calendars.model.event_draft import EventDraft
from calendars.model.event_writing import amend, amend_occurrence, new_object, place_of
from calendars.model.repeat import Repeat
from tests.builders import NOUMEA

NOW = int(datetime(2026, 2, 20, tzinfo=UTC).timestamp())
TZID = "Pacific/Noumea"
TUESDAY = datetime(2026, 3, 3, 14, 30, tzinfo=NOUMEA)
EARLIER = TUESDAY.replace(hour=9, minute=0)


class Parts(TypedDict, total=False):
    """What a draft may speak of."""

    title: str | None
    location: str | None
    start: date | datetime | None
    end: date | datetime | None
    duration: int
    timezone: str
    repeat: Repeat | None
    status: str | None
    categories: tuple[str, ...] | None
    percent: int | None
    alarms: tuple[int, ...]


def amended(text: str, at: date | int | None = None, **draft: Unpack[Parts]) -> Component:
    """The object after a draft; it is fit to be stored again."""
    calendar = parse(text)
    place = place_of(calendar, TZID, NOUMEA)
    if at is None:
        amend(calendar, EventDraft(**draft), place, now=NOW)
    else:
        amend_occurrence(calendar, EventDraft(**draft), at, place, now=NOW)
    CalendarObject.parse(serialize(calendar).encode())
    return calendar


def made(kind: str = "VEVENT", **draft: Unpack[Parts]) -> Component:
    """A new object; it is fit to be stored."""
    calendar = new_object(
        kind, EventDraft(**draft), uid="x@test", tzid=TZID, floating=NOUMEA, now=NOW
    )
    CalendarObject.parse(serialize(calendar).encode())
    return calendar


def lines(calendar: Component, *names: str, index: int = 0) -> list[str]:
    """The lines of these names of one VEVENT."""
    event = calendar.children("VEVENT")[index]
    return [str(line) for line in event.lines if line.name in names]
