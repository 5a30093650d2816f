"""What one occurrence says: the words of its component, the times of the index (RFC 5545 §3.8.5).

The index knows when a series happens; which component words an occurrence, and how its own lines
tell its time, is found here without expanding the series again.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from calendars.model.component import Component
from calendars.model.entry import Entry, as_instant, entries_of, entry_of
from calendars.model.time_zones import Zones
from calendars.model.wall_clock import epoch_to_local


class Indexed(NamedTuple):
    """A row of the occurrence index, as far as it matters here."""

    starts_at: int
    ends_at: int
    recurrence_id: int | None


class OccurrenceEntry(NamedTuple):
    """One occurrence: days, or instants in epoch seconds."""

    entry: Entry
    start: date | int | None
    end: date | int | None
    original: date | int | None
    """Its original start, by which it is changed or taken out; None without a series."""


class Worded(NamedTuple):
    """A component that words occurrences, from its own original start on where it has a range."""

    entry: Entry
    original: int | None
    onwards: bool


class Series:
    """The entries of one object, ready to word its occurrences."""

    def __init__(self, calendar: Component, zones: Zones) -> None:
        self._zone = zones.default
        self._words = [_worded(part, zones) for part in entries_of(calendar)]
        # Stored ranges may be in any order; the latest one that has begun counts.
        self._words.sort(key=lambda word: -1 if word.original is None else word.original)

    def at(self, row: Indexed) -> OccurrenceEntry:
        """The occurrence of a row of the index."""
        word = self._word_of(row.recurrence_id)
        entry = word.entry
        original = self._original(row.recurrence_id)
        if row.recurrence_id is None or word.original == row.recurrence_id:
            return OccurrenceEntry(entry, entry.times.start, entry.times.end, original)
        start = self._start(entry, row)
        return OccurrenceEntry(entry, start, self._end(entry, row, start), original)

    def _word_of(self, recurrence_id: int | None) -> Worded:
        chosen = self._words[0]
        for word in self._words:
            if word.original is not None and recurrence_id is not None:
                begun = word.onwards and word.original < recurrence_id
                if begun or word.original == recurrence_id:
                    chosen = word
        return chosen

    def _start(self, entry: Entry, row: Indexed) -> date | int | None:
        if entry.component == "VEVENT":
            return self._in_form(entry, row.starts_at)
        # The index holds tasks by the intervals of RFC 4791 §9.9, not by their starts.
        return None if row.recurrence_id is None else self._in_form(entry, row.recurrence_id)

    def _end(self, entry: Entry, row: Indexed, start: date | int | None) -> date | int | None:
        was = entry.times
        if was.end is None or was.start is None or start is None:
            return None
        if isinstance(start, int):
            lasting = not isinstance(was.end, int) or was.end != was.start
            if entry.component == "VEVENT":
                return row.ends_at if lasting else start
            return start + as_instant(was.end, self._zone) - as_instant(was.start, self._zone)
        if isinstance(was.end, int) or isinstance(was.start, int):
            return None
        return start + (was.end - was.start)

    def _original(self, recurrence_id: int | None) -> date | int | None:
        """In the form of the series: a day where it is of days."""
        if recurrence_id is None:
            return None
        first = self._words[0].entry
        sample = first.times.start if first.recurrence_id is None else first.recurrence_id
        return recurrence_id if isinstance(sample, int) else self._day(recurrence_id)

    def _in_form(self, entry: Entry, instant: int) -> date | int:
        return self._day(instant) if entry.times.all_day else instant

    def _day(self, instant: int) -> date:
        # Where clocks skip midnight the day starts an hour later.
        return (epoch_to_local(instant, self._zone) + timedelta(minutes=1)).date()


def _worded(part: Component, zones: Zones) -> Worded:
    entry = entry_of(part, zones)
    line = part.line("RECURRENCE-ID")
    if line is None or entry.recurrence_id is None:
        return Worded(entry, None, onwards=False)
    original = as_instant(entry.recurrence_id, zones.default)
    return Worded(entry, original, onwards=line.parameter("RANGE") is not None)
