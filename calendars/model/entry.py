"""What one component says, in plain values: the reading half of the JSON face (RFC 5545 §3.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple, TypeAlias

from calendars.model.component import Component, ContentLine, split_values, unescape
from calendars.model.invalid import InvalidCalendarData, UnsupportedRscale
from calendars.model.principal import Visibility
from calendars.model.repeat import Repeat, repeat_of
from calendars.model.time_zones import Zones
from calendars.model.values import Duration, parse_date_or_datetime, parse_duration
from calendars.model.wall_clock import epoch_to_local, local_to_epoch

Moment: TypeAlias = date | datetime
"""A day, or an aware instant."""

ENTRIES = ("VEVENT", "VTODO", "VJOURNAL")
"""The components that people make; the others hold free-busy and time zones."""

_ENDS = {"VEVENT": "DTEND", "VTODO": "DUE"}


class Times(NamedTuple):
    """When a component is: days, or instants in epoch seconds, as its own lines say."""

    start: date | int | None
    end: date | int | None
    """DTEND or what DURATION makes; of a VTODO its DUE."""
    tzid: str | None
    """The zone of the start: UTC, a TZID, empty where it floats; None for days."""

    @property
    def all_day(self) -> bool:
        """It is of days, not of hours."""
        return isinstance(self.start if self.start is not None else self.end, date)


class Person(NamedTuple):
    """An organizer or attendee."""

    address: str
    name: str | None
    status: str | None
    """PARTSTAT (RFC 5545 §3.2.12)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One VEVENT, VTODO or VJOURNAL."""

    component: str
    uid: str
    times: Times
    title: str | None
    description: str | None
    location: str | None
    url: str | None
    status: str | None
    visibility: str
    categories: tuple[str, ...]
    busy: bool
    percent: int | None
    alarms: tuple[int, ...]
    """Minutes before the start, or before the end of what has no start."""
    repeat: Repeat | None
    rule: str | None
    organizer: Person | None
    attendees: tuple[Person, ...]
    sequence: int
    recurrence_id: date | int | None


def entries_of(calendar: Component) -> list[Component]:
    """The components of a calendar object that are entries, the master first."""
    found = [child for child in calendar.components if child.name in ENTRIES]
    return sorted(found, key=lambda child: child.line("RECURRENCE-ID") is not None)


def entry_of(component: Component, zones: Zones) -> Entry:
    """What the component says. Raises InvalidCalendarData for times that cannot be read."""
    times = times_of(component, zones)
    rule = component.value("RRULE")
    organizer = component.line("ORGANIZER")
    return Entry(
        component=component.name,
        uid=component.value("UID") or "",
        times=times,
        title=_text(component, "SUMMARY"),
        description=_text(component, "DESCRIPTION"),
        location=_text(component, "LOCATION"),
        url=component.value("URL"),
        status=_upper(component.value("STATUS")),
        visibility=visibility_of(component),
        categories=tuple(_categories(component)),
        busy=_upper(component.value("TRANSP")) != "TRANSPARENT",
        percent=_number(component.value("PERCENT-COMPLETE")),
        alarms=alarms_of(component),
        repeat=_repeat(rule, times, zones),
        rule=rule,
        organizer=None if organizer is None else _person(organizer),
        attendees=tuple(_person(line) for line in component.all("ATTENDEE")),
        sequence=_number(component.value("SEQUENCE")) or 0,
        recurrence_id=moment_of(component.line("RECURRENCE-ID"), zones),
    )


def times_of(component: Component, zones: Zones) -> Times:
    """When the component is. Raises InvalidCalendarData."""
    line = component.line("DTSTART")
    start = moment_of(line, zones)
    end_line = component.line(_ENDS.get(component.name, ""))
    end = moment_of(end_line, zones)
    if end is None and line is not None:
        end = _end_by_duration(component, line, start, zones)
    return Times(start, end, tzid_of(line or end_line))


def tzid_of(line: ContentLine | None) -> str | None:
    """The zone that a DATE-TIME is written in: a TZID, UTC, or nothing where it floats."""
    if line is None or len(line.value.strip()) == 8:
        return None
    if line.value.strip().endswith(("Z", "z")):
        return "UTC"
    return line.parameter("TZID") or ""


def moment_of(line: ContentLine | None, zones: Zones) -> date | int | None:
    """The day or the instant that a line names. Raises InvalidCalendarData."""
    if line is None:
        return None
    value = parse_date_or_datetime(line.value.strip())
    if not isinstance(value, datetime):
        return value
    return instant_of(value, zones, line.parameter("TZID"))


def instant_of(value: datetime, zones: Zones, tzid: str | None) -> int:
    """Epoch seconds of a DATE-TIME value."""
    if value.tzinfo is not None:
        return local_to_epoch(value.replace(tzinfo=None), UTC)
    return local_to_epoch(value, zones.get(tzid))


def shown(moment: date | int | None, zone: tzinfo) -> Moment | None:
    """A day as it is; an instant by the clocks of a zone, where RFC 3339 can say their offset."""
    if moment is None or isinstance(moment, date):
        return moment
    instant = epoch_to_local(moment, UTC).replace(tzinfo=UTC)
    local = instant.astimezone(zone)
    offset = local.utcoffset() or timedelta()
    return instant if offset.seconds % 60 else local


def as_instant(moment: date | int, zone: tzinfo) -> int:
    """Epoch seconds; a day starts at its midnight in the zone."""
    if isinstance(moment, int):
        return moment
    return local_to_epoch(datetime.combine(moment, datetime.min.time()), zone)


def visibility_of(component: Component) -> str:
    """CLASS: missing is PUBLIC, unknown is PRIVATE (RFC 5545 §3.8.1.3)."""
    named = _upper(component.value("CLASS"))
    if named is None:
        return Visibility.PUBLIC
    return named if named in Visibility.__members__ else Visibility.PRIVATE


def alarms_of(component: Component) -> tuple[int, ...]:
    """The reminders that can be told in minutes before, the earliest first."""
    found = {minutes_before(alarm) for alarm in component.children("VALARM")}
    return tuple(sorted((m for m in found if m is not None), reverse=True))


def minutes_before(alarm: Component) -> int | None:
    """How long before a VALARM goes off, None for one that is told otherwise (§3.8.6.3)."""
    trigger = alarm.line("TRIGGER")
    if trigger is None or alarm.value("ACTION") not in {"DISPLAY", "AUDIO"}:
        return None
    try:
        total = parse_duration(trigger.value).total
    except InvalidCalendarData:
        return None
    return None if total > 0 or total % 60 else -total // 60


def _end_by_duration(
    component: Component, line: ContentLine, start: date | int | None, zones: Zones
) -> date | int | None:
    written = component.value("DURATION")
    if start is None or (written is None and component.name != "VEVENT"):
        return None
    length = Duration(0, 0) if written is None else parse_duration(written)
    if not isinstance(start, int):
        return start + timedelta(days=max(length.total // 86_400, 1))
    zone = UTC if tzid_of(line) == "UTC" else zones.get(line.parameter("TZID"))
    later = epoch_to_local(start, zone) + timedelta(days=length.days)
    return local_to_epoch(later, zone) + length.seconds


def _repeat(rule: str | None, times: Times, zones: Zones) -> Repeat | None:
    if rule is None:
        return None
    try:
        return repeat_of(rule, UTC if times.tzid == "UTC" else zones.get(times.tzid or None))
    except (InvalidCalendarData, UnsupportedRscale):
        return None


def _text(component: Component, name: str) -> str | None:
    value = component.value(name)
    return None if value is None else unescape(value)


def _categories(component: Component) -> Iterator[str]:
    for line in component.all("CATEGORIES"):
        yield from (unescape(value).strip() for value in split_values(line.value))


def _person(line: ContentLine) -> Person:
    status = line.parameter("PARTSTAT") if line.name == "ATTENDEE" else None
    return Person(line.value, line.parameter("CN"), _upper(status))


def _upper(value: str | None) -> str | None:
    return None if value is None else value.strip().upper()


def _number(value: str | None) -> int | None:
    if value is None or not value.isascii() or not value.isdigit() or len(value) > 9:
        return None
    return int(value)
