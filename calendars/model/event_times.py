"""When a drafted component is: start, end, zone, and what of a series moves with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from calendars.model.component import Component, ContentLine
from calendars.model.entry import Times, moment_of, times_of
from calendars.model.event_draft import (
    UNTOUCHED,
    DraftFault,
    EventDraft,
    Untouched,
    refuse,
)
from calendars.model.line_edit import drop_lines, moment_line, put_line, put_moment, put_value
from calendars.model.time_zones import Zones, named_zone
from calendars.model.utc_text import utc_text
from calendars.model.values import parse_date_or_datetime
from calendars.model.wall_clock import epoch_to_local, local_to_epoch

_ENDS = {"VEVENT": "DTEND", "VTODO": "DUE"}
_UNTIL = re.compile(r"(?<=UNTIL=)[0-9TZ]+", re.IGNORECASE)
_LAST_SECOND = datetime.max.time().replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Place:
    """In which zones an object is read, and in which one its new times are written."""

    zones: Zones
    tzid: str
    """The zone of new times that name none."""

    @property
    def floating(self) -> tzinfo:
        """The calendar's zone: of floating times and of days."""
        return self.zones.default

    def written_in(self, tzid: str) -> tzinfo:
        """The zone that a TZID of the object stands for."""
        return UTC if tzid == "UTC" else self.zones.get(tzid or None)


class _Shift(NamedTuple):
    """How a series moved: from times in one zone to times in another."""

    was: Times
    now: Times
    from_zone: tzinfo
    to_zone: tzinfo
    by: timedelta
    """Of the clocks on the wall."""

    @property
    def tzid(self) -> str:
        """The zone of the new times, empty for days."""
        return self.now.tzid or ""

    def moved(self, moment: date | int) -> date | int:
        """Where a start of the old series stands in the new one."""
        if not isinstance(moment, int):
            return self.on(datetime.combine(moment, datetime.min.time())).date()
        return local_to_epoch(self.on(epoch_to_local(moment, self.from_zone)), self.to_zone)

    def on(self, wall: datetime) -> datetime:
        """A time of the clocks moved along; at the end of all dates it stays where it is."""
        try:
            return wall + self.by
        except OverflowError:
            return wall


def write_times(target: Component, draft: EventDraft, place: Place) -> None:
    """Start and end of one component. Raises DraftRefused."""
    was = times_of(target, place.zones)
    start = _start(target, draft, was)
    tzid, zone = _zone(draft, was, place)
    end = _end(target, draft, was, start)
    _check(target, start, end)
    if draft.start is not UNTOUCHED or draft.timezone is not UNTOUCHED or was.tzid == "":
        put_moment(target, "DTSTART", start, tzid, zone)
    if target.name not in _ENDS or _keeps_length(target, draft, start, was):
        return
    drop_lines(target, "DURATION")
    put_moment(target, _ENDS[target.name], end, tzid, zone)


def _keeps_length(
    target: Component, draft: EventDraft, start: date | int | None, was: Times
) -> bool:
    """The end is told by DURATION, or not at all, and that still fits."""
    spoken = draft.end is not UNTOUCHED or draft.duration is not UNTOUCHED
    same_kind = isinstance(start, int) is isinstance(was.start, int) and was.start is not None
    return not spoken and same_kind and target.line(_ENDS[target.name]) is None


def _start(target: Component, draft: EventDraft, was: Times) -> date | int | None:
    start = was.start if draft.start is UNTOUCHED else _moment(draft.start)
    if start is None and target.name == "VEVENT":
        refuse("start", DraftFault.NEEDS_START)
    return start


def _moment(value: date | datetime | Untouched | None) -> date | int | None:
    if isinstance(value, datetime):
        return int(value.timestamp())
    return value if isinstance(value, date) else None


def _zone(draft: EventDraft, was: Times, place: Place) -> tuple[str, tzinfo]:
    if isinstance(draft.timezone, str):
        zone = named_zone(draft.timezone)
        if zone is None:
            refuse("timezone", DraftFault.UNKNOWN_ZONE)
        # The name of the tz database, whatever name the caller knows the zone by.
        return (zone.key if isinstance(zone, ZoneInfo) else "UTC"), zone
    tzid = was.tzid or place.tzid
    return tzid, place.written_in(tzid)


def _end(
    target: Component, draft: EventDraft, was: Times, start: date | int | None
) -> date | int | None:
    if target.name != "VEVENT" or start is None:
        return was.end if draft.end is UNTOUCHED else _moment(draft.end)
    if isinstance(draft.duration, int):
        if draft.end is not UNTOUCHED:
            refuse("end", DraftFault.END_AND_DURATION)
        return _later(start, draft.duration)
    end = _moment(draft.end)
    if end is not None:
        return end
    if draft.end is UNTOUCHED and (moved := _moved_end(was, start)) is not None:
        return moved
    if isinstance(start, int):
        refuse("end", DraftFault.NEEDS_END)
    return start + timedelta(days=1)


def _moved_end(was: Times, start: date | int) -> date | int | None:
    """The end that keeps the length, None where the former times are of the other kind."""
    if isinstance(start, int):
        if isinstance(was.start, int) and isinstance(was.end, int):
            return start + was.end - was.start
        return None
    if isinstance(was.start, date) and isinstance(was.end, date):
        return start + (was.end - was.start)
    return None


def _later(start: date | int, minutes: int) -> date | int:
    if isinstance(start, int):
        return start + minutes * 60
    if minutes % 1_440:
        refuse("duration", DraftFault.WHOLE_DAYS)
    return start + timedelta(minutes=minutes)


def _check(target: Component, start: date | int | None, end: date | int | None) -> None:
    if start is None or end is None:
        return
    if isinstance(start, int) and isinstance(end, int):
        backwards = end < start
    elif isinstance(start, int) or isinstance(end, int):
        refuse("end", DraftFault.MIXED_KINDS)
    else:
        backwards = end < start or (end == start and target.name == "VEVENT")
    if backwards:
        refuse("end", DraftFault.END_BEFORE_START)


def shift_series(calendar: Component, master: Component, was: Times, place: Place) -> None:
    """The series has moved: its exceptions move with it, by the clocks on the wall.

    Where days became hours, or hours days, no exception fits any more and all of them go.
    """
    now = times_of(master, place.zones)
    if was.start is None or now.start is None or (was.start, was.tzid) == (now.start, now.tzid):
        return
    from_zone = place.written_in(was.tzid or "") if was.tzid else place.floating
    to_zone = place.written_in(now.tzid or "") if now.tzid else place.floating
    by = _wall(now.start, to_zone) - _wall(was.start, from_zone)
    shift = _Shift(was, now, from_zone, to_zone, by)
    if was.all_day is not now.all_day:
        forget_exceptions(calendar, master)
    else:
        for name in ("EXDATE", "RDATE"):
            master.lines[:] = [
                _shifted_list(line, shift, place) if line.name == name else line
                for line in master.lines
            ]
        for override in overrides_of(calendar, master):
            _shift_override(override, shift, place)
    rule = master.value("RRULE")
    if rule is not None:
        put_value(master, "RRULE", _UNTIL.sub(lambda m: _until_along(m[0], shift), rule))


def forget_exceptions(calendar: Component, master: Component) -> None:
    """The series is its rule alone."""
    drop_lines(master, "EXDATE", "RDATE", "EXRULE")
    gone = overrides_of(calendar, master)
    calendar.components[:] = [child for child in calendar.components if child not in gone]


def overrides_of(calendar: Component, master: Component) -> list[Component]:
    """The components that stand for single occurrences of the series."""
    return [
        child
        for child in calendar.components
        if child.name == master.name and child.line("RECURRENCE-ID") is not None
    ]


def _wall(moment: date | int, zone: tzinfo) -> datetime:
    if isinstance(moment, int):
        return epoch_to_local(moment, zone)
    return datetime.combine(moment, datetime.min.time())


def _shifted_list(line: ContentLine, shift: _Shift, place: Place) -> ContentLine:
    if "/" in line.value:
        return line  # periods of their own say for themselves when they are
    values: list[str] = []
    sample = ContentLine(line.name, "", "")
    for text in line.value.split(","):
        moment = moment_of(line._replace(value=text), place.zones)
        if moment is not None:
            sample = moment_line(line.name, shift.moved(moment), shift.tzid, shift.to_zone)
            values.append(sample.value)
    return sample._replace(value=",".join(values))


def _shift_override(override: Component, shift: _Shift, place: Place) -> None:
    line = override.line("RECURRENCE-ID")
    original = moment_of(line, place.zones)
    if line is None or original is None:
        return
    times = times_of(override, place.zones)
    moved = shift.moved(original)
    new = moment_line("RECURRENCE-ID", moved, shift.tzid, shift.to_zone)
    if line.parameter("RANGE") is not None:
        new = new._replace(raw_parameters=f"{new.raw_parameters};RANGE=THISANDFUTURE")
    put_line(override, new)
    if times.start != original:
        return  # somebody gave it a time of its own
    put_moment(override, "DTSTART", moved, shift.tzid, shift.to_zone)
    end_name = _ENDS.get(override.name, "")
    if override.line(end_name) is not None and (end := _moved_end(times, moved)) is not None:
        put_moment(override, end_name, end, shift.tzid, shift.to_zone)


def _until_along(text: str, shift: _Shift) -> str:
    """UNTIL moves with the series; at the end of all dates it stays as it is."""
    try:
        return _shifted_until(text, shift)
    except (OverflowError, ValueError):
        return text


def _shifted_until(text: str, shift: _Shift) -> str:
    """UNTIL has the type of DTSTART, in UTC beside a zone (RFC 5545 §3.3.10)."""
    value = parse_date_or_datetime(text.upper())
    if not isinstance(value, datetime):
        day = datetime.combine(value, datetime.min.time())
        day = shift.on(day) if shift.was.all_day else day
        if shift.now.all_day:
            return f"{day:%Y%m%d}"
        return utc_text(local_to_epoch(datetime.combine(day, _LAST_SECOND), shift.to_zone))
    if value.tzinfo is None:
        wall = value
    else:
        wall = epoch_to_local(local_to_epoch(value.replace(tzinfo=None), UTC), shift.from_zone)
    if shift.now.all_day:
        return f"{wall:%Y%m%d}"
    return utc_text(local_to_epoch(shift.on(wall), shift.to_zone))
