"""An absence: days, or halves of days. What it is for is asked nowhere (DIA-7)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from calendars.kernel.errors import InvalidInput
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.component import Component, ContentLine
from calendars.model.event_draft import EventDraft
from calendars.model.event_writing import new_object
from calendars.model.principal import Principal
from calendars.model.wall_clock import local_to_epoch
from calendars.model.window import Window

TITLE, CATEGORY = "Absent", "Absence"
NOON = time(12)
LONGEST = timedelta(days=3 * 366)
_DAY = timedelta(days=1)


class BadAbsence(InvalidInput):
    """It ends before it begins, or lasts too long."""


class Absence(NamedTuple):
    """From the first day to the last, both included."""

    first: date
    last: date
    from_noon: bool = False
    """Of the first day it is the afternoon."""
    until_noon: bool = False
    """Of the last day it is the morning."""

    def checked(self) -> Absence:
        """Raises BadAbsence."""
        none = self.first == self.last and self.from_noon and self.until_noon
        if self.last < self.first or none or self.last - self.first > LONGEST:
            raise BadAbsence("an absence goes forwards, and lasts three years at most")
        return self

    @property
    def whole_days(self) -> bool:
        """No half of a day is in it."""
        return not (self.from_noon or self.until_noon)

    def window(self, zone: tzinfo) -> Window:
        """Its instants."""
        start = datetime.combine(self.first, NOON if self.from_noon else time.min)
        end = datetime.combine(self.last, NOON) if self.until_noon else _after(self.last)
        return Window(local_to_epoch(start, zone), local_to_epoch(end, zone))


class Kept(NamedTuple):
    """An absence that the service has written."""

    id: int
    owner_id: int
    uid: str
    source: str = ""
    reference: str = ""


class Standing(NamedTuple):
    """One that still stands in the diary, and when."""

    kept: Kept
    owner: Principal
    window: Window


def absence_of(window: Window, zone: tzinfo) -> Absence:
    """The days and halves that a window touches."""
    start, end = (datetime.fromtimestamp(at, zone) for at in (window.start, window.end - 1))
    return Absence(start.date(), end.date(), start.time() >= NOON, end.time() < NOON)


def event_of(
    absence: Absence, uid: str, collection: CalendarCollection, zone: tzinfo, *, now: int
) -> Component:
    """The entry that everybody may read: it says no more than its title.

    Outlook shows it as out of office ([MS-OXCICAL] X-MICROSOFT-CDO-BUSYSTATUS).
    """
    window = absence.window(zone)
    start, end = (datetime.fromtimestamp(at, zone) for at in window)
    draft = EventDraft(
        title=TITLE,
        start=absence.first if absence.whole_days else start,
        end=absence.last + _DAY if absence.whole_days else end,
        status="CONFIRMED",
        visibility="PUBLIC",
        categories=(CATEGORY,),
        busy=True,
    )
    calendar = new_object(
        "VEVENT", draft, uid=uid, tzid=collection.timezone_id, floating=zone, now=now
    )
    [event] = calendar.children("VEVENT")
    event.lines.append(ContentLine("X-MICROSOFT-CDO-BUSYSTATUS", "", "OOF"))
    return calendar


def _after(day: date) -> datetime:
    return datetime.combine(day + _DAY, time.min)
