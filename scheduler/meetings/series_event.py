"""The event of a series of meetings: a rhythm, and closed days that it passes over or moves.

What a closed day moves is an override, what it leaves out an EXDATE (RFC 5545 §3.8.4.4,
§3.8.5.1): right in every program, and each says why.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from calendars.kernel.errors import ServiceError
from calendars.model.component import Component
from calendars.model.entry import as_instant, moment_of
from calendars.model.event_draft import EventDraft, NoSuchOccurrence
from calendars.model.event_times import Place
from calendars.model.event_writing import amend_occurrence, exclude_occurrence
from calendars.model.line_edit import put_value, stamp
from calendars.model.repeat import repeat_of
from calendars.model.utc_text import utc_text
from calendars.model.wall_clock import epoch_to_local, local_to_epoch
from scheduler.meetings.series_model import MeetingSeries, SeriesDate
from scheduler.working_time.model import WorkingCalendar
from scheduler.working_time.recurring import Recurring, check_rule, one_a_day, shifted_days
from scheduler.working_time.wording import because_shifted

REMOVED = "retirée de l'agenda"
_LAST_SECOND = time(23, 59, 59)
_ENDS = ("UNTIL=", "COUNT=")


class SeriesWriting(NamedTuple):
    """The object of a series, and the clocks that it is written by."""

    calendar: Component
    place: Place
    zone: tzinfo

    @property
    def master(self) -> Component:
        """What words the series."""
        parts = self.calendar.children("VEVENT")
        return next((one for one in parts if one.line("RECURRENCE-ID") is None), parts[0])


def start_on(series: MeetingSeries, day: date, zone: tzinfo) -> datetime:
    """When it starts on a day."""
    clock = time(*divmod(series.start_minute, 60))
    return datetime.combine(day, clock, zone)


def rule_line(series: MeetingSeries, zone: tzinfo) -> str:
    """The RRULE; its UNTIL is the last second of the last day, in UTC (RFC 5545 §3.3.10)."""
    last = series.recurring.last_day
    if last is None:
        return series.recurring.rule
    until = local_to_epoch(datetime.combine(last, _LAST_SECOND), zone)
    return f"{series.recurring.rule};UNTIL={utc_text(until)}"


def rhythm_of(writing: SeriesWriting, series: MeetingSeries) -> Recurring | None:
    """How the event comes again now, where that is another rhythm than was kept; None where it is
    the same, or none that can be followed.
    """
    text = writing.master.value("RRULE")
    started = moment_of(writing.master.line("DTSTART"), writing.place.zones)
    if text is None or started is None:
        return None
    parts = [one for one in text.upper().split(";") if not one.startswith(_ENDS)]
    first = epoch_to_local(as_instant(started, writing.zone), writing.zone).date()
    kept = series.recurring
    try:
        last = repeat_of(text, writing.zone).until
        check_rule(";".join(parts), first)
    except ServiceError:
        return None
    if _plain(parts) == _plain(kept.rule.upper().split(";")) and last == kept.last_day:
        return None
    return Recurring(";".join(parts), first, last, kept.on_closed)


def _plain(parts: list[str]) -> set[str]:
    """Programs add what says nothing, and order parts as they like."""
    return {one for one in parts if one != "INTERVAL=1" and not one.startswith("WKST=")}


def treat_closed_days(
    writing: SeriesWriting, series: MeetingSeries, until: date, working: WorkingCalendar, *,
    now: int,
) -> list[SeriesDate]:  # fmt: skip
    """The dates of the rhythm up to a day, as closed days leave them; the object follows."""
    first = series.treated_until + timedelta(days=1)
    shifted = shifted_days(series.recurring, first, until, working.days)
    alone = {one.nominal for one in one_a_day(shifted)}
    found = []
    for one in shifted:
        # Two that closed days bring together are one meeting.
        kept = one if one.nominal in alone else one._replace(day=None)
        original = int(start_on(series, one.nominal, writing.zone).timestamp())
        words = because_shifted(kept)
        dated = SeriesDate(series.id, one.nominal, original, kept.day, words, working.version)
        if kept.day != kept.nominal:
            _write(writing, series, dated, now=now)
        found.append(dated)
    return found


def _write(writing: SeriesWriting, series: MeetingSeries, dated: SeriesDate, *, now: int) -> None:
    try:
        if dated.day is None:
            exclude_occurrence(writing.calendar, dated.original, writing.place, now=now)
            return
        start = start_on(series, dated.day, writing.zone)
        end = start + timedelta(minutes=series.minutes)
        draft = EventDraft(start=start, end=end, description=_sentence(dated.because))
        amend_occurrence(writing.calendar, draft, dated.original, writing.place, now=now)
    except NoSuchOccurrence:
        dated.day, dated.because = None, REMOVED


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def end_on(writing: SeriesWriting, series: MeetingSeries, *, now: int) -> None:
    """The series ends with its last day; exceptions after it go too."""
    last = series.recurring.last_day
    if last is None:
        return
    after = local_to_epoch(datetime.combine(last, _LAST_SECOND), writing.zone)
    dates = writing.calendar.components
    dates[:] = [one for one in dates if _starts(one, writing) <= after]
    put_value(writing.master, "RRULE", rule_line(series, writing.zone))
    stamp(writing.master, now, revised=True)


def _starts(part: Component, writing: SeriesWriting) -> int:
    """When an exception was to start, by the rhythm; what is none, at any time."""
    line = part.line("RECURRENCE-ID")
    original = None if line is None else moment_of(line, writing.place.zones)
    return 0 if original is None else as_instant(original, writing.zone)
