"""The part of a calendar object that a client asks for (CALDAV:calendar-data, RFC 4791 §9.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo

from calendars.model.budget import Budget
from calendars.model.component import Component, ContentLine, parse, serialize
from calendars.model.expansion import Occurrence, expand, expand_calendar
from calendars.model.instances import instances
from calendars.model.invalid import InvalidCalendarData
from calendars.model.time_zones import Zones
from calendars.model.timed_values import intervals_of
from calendars.model.window import ALWAYS, Window

ICALENDAR = "text/calendar"
JCAL = "application/calendar+json"
CALENDAR_TYPES = (ICALENDAR, JCAL)


@dataclass(frozen=True, slots=True)
class PropertySelection:
    """CALDAV:prop (RFC 4791 §9.6.4); without its value there remain name and parameters."""

    name: str
    no_value: bool = False


@dataclass(frozen=True, slots=True)
class ComponentSelection:
    """CALDAV:comp (RFC 4791 §9.6.1); None stands for all, as CALDAV:allprop and allcomp do."""

    name: str
    properties: tuple[PropertySelection, ...] | None = None
    components: tuple[ComponentSelection, ...] | None = None


@dataclass(frozen=True, slots=True)
class CalendarData:
    """CALDAV:calendar-data: which part, and of which time."""

    media_type: str = ICALENDAR
    selection: ComponentSelection | None = None
    expand: Window | None = None
    limit_recurrence_set: Window | None = None
    limit_freebusy_set: Window | None = None

    @property
    def whole(self) -> bool:
        """The stored text is the answer (but for its media type)."""
        return self.expand is None and self.uncut

    @property
    def uncut(self) -> bool:
        """Nothing of the text, or of its instances, is left out."""
        return (
            self.selection is None
            and self.limit_recurrence_set is None
            and self.limit_freebusy_set is None
        )


def calendar_data(
    text: str,
    wanted: CalendarData,
    *,
    zone: tzinfo,
    budget: Budget,
    occurrences: Iterable[Occurrence] | None = None,
) -> str:
    """What is wanted of a calendar object, as iCalendar text.

    `occurrences` are the rows of the index for the window of CALDAV:expand, where the index knows
    them all and the object holds VEVENTs; without them the instances are computed.
    Raises InvalidCalendarData, TooManyInstances.
    """
    if wanted.whole:
        return text
    if wanted.expand is not None:
        if occurrences is not None:
            text = expand(text, occurrences, zone)
        else:
            text = expand_calendar(parse(text), wanted.expand, zone=zone, budget=budget)
        if wanted.uncut:
            return text
    calendar = parse(text)
    if wanted.limit_recurrence_set is not None:
        calendar = limit_recurrence_set(
            calendar, wanted.limit_recurrence_set, zone=zone, budget=budget
        )
    if wanted.limit_freebusy_set is not None:
        calendar = limit_freebusy_set(calendar, wanted.limit_freebusy_set, zone=zone)
    if wanted.selection is not None:
        calendar = select(calendar, wanted.selection)
    return serialize(calendar)


def select(component: Component, wanted: ComponentSelection) -> Component:
    """The properties and components that are named, and no other (RFC 4791 §9.6.1-9.6.4)."""
    lines = component.lines
    if wanted.properties is not None:
        without_value = {named.name: named.no_value for named in wanted.properties}
        lines = [
            line._replace(value="") if without_value[line.name] else line
            for line in lines
            if line.name in without_value
        ]
    components = component.components
    if wanted.components is not None:
        inner = {named.name: named for named in wanted.components}
        components = [
            select(child, inner[child.name]) for child in components if child.name in inner
        ]
    return Component(component.name, lines, components)


def limit_recurrence_set(
    calendar: Component, window: Window, *, zone: tzinfo, budget: Budget
) -> Component:
    """The master, and the overrides that bear on a window (RFC 4791 §9.6.6).

    An override does when its present time or the one that it replaces overlaps the window, or
    when it moves the instances after it. Raises InvalidCalendarData, TooManyInstances.
    """
    overrides = [one for one in calendar.components if one.line("RECURRENCE-ID") is not None]
    if not overrides:
        return calendar
    others = [one for one in calendar.components if one not in overrides]
    unchanged = Component(calendar.name, calendar.lines, others)
    replaced = {one.recurrence_id for one in instances(unchanged, window, zone=zone, budget=budget)}

    def bears(override: Component) -> bool:
        own = Component(calendar.name, calendar.lines, [*_zones(calendar), override])
        return any(
            window.overlaps(one.starts_at, one.ends_at)
            or one.recurrence_id in replaced
            or _moves_later(override, one.recurrence_id, window)
            for one in instances(own, ALWAYS, zone=zone, budget=budget)
        )

    kept = [one for one in calendar.components if one in others or bears(one)]
    return Component(calendar.name, calendar.lines, kept)


def _zones(calendar: Component) -> list[Component]:
    return calendar.children("VTIMEZONE")


def _moves_later(override: Component, original: int | None, window: Window) -> bool:
    line = override.line("RECURRENCE-ID")
    if line is None or (line.parameter("RANGE") or "").upper() != "THISANDFUTURE":
        return False
    return original is None or original < window.end


def limit_freebusy_set(calendar: Component, window: Window, *, zone: tzinfo) -> Component:
    """Only the FREEBUSY periods that overlap a window (RFC 4791 §9.6.7)."""
    zones = Zones.of(calendar, zone)
    components = [
        Component(child.name, _limited(child.lines, window, zones), child.components)
        if child.name == "VFREEBUSY"
        else child
        for child in calendar.components
    ]
    return Component(calendar.name, calendar.lines, components)


def _limited(lines: list[ContentLine], window: Window, zones: Zones) -> list[ContentLine]:
    out: list[ContentLine] = []
    for line in lines:
        if line.name != "FREEBUSY":
            out.append(line)
            continue
        kept = [value for value in line.value.split(",") if _overlaps(line, value, window, zones)]
        if kept:
            out.append(line._replace(value=",".join(kept)))
    return out


def _overlaps(line: ContentLine, value: str, window: Window, zones: Zones) -> bool:
    try:
        return any(
            window.overlaps(*interval)
            for interval in intervals_of(line._replace(value=value), zones)
        )
    except InvalidCalendarData:
        return False  # nobody can tell when it is
