"""When somebody can be reached at all: VAVAILABILITY (RFC 7953)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import NamedTuple

from calendars.model.availability_rows import availability_rows
from calendars.model.budget import Budget
from calendars.model.calendar_object import CalendarObject
from calendars.model.component import Component, ContentLine
from calendars.model.free_busy import BUSY, TENTATIVE, UNAVAILABLE, BusyInterval
from calendars.model.instances import instances
from calendars.model.invalid import InvalidCalendarData, InvalidCalendarObject
from calendars.model.time_zones import Zones
from calendars.model.window import Window

MAX_OCTETS = 64 * 1024

_BUSYTYPES = {"BUSY": BUSY, "BUSY-TENTATIVE": TENTATIVE}
_LOWEST = 10


class _Rule(NamedTuple):
    """One VAVAILABILITY: what holds inside of its extent, but for the times in which one is free.

    Rules are sorted by it: the last one has the last word (RFC 7953 §4).
    """

    rank: int
    extent: Window
    busy: str
    available: tuple[Window, ...]


def check_availability(text: str) -> None:
    """A text that can be the availability of a person (RFC 7953 §7.2.4).

    Raises what a bad object raises, and InvalidCalendarData for one of another kind.
    """
    octets = text.encode()
    if len(octets) > MAX_OCTETS:
        raise InvalidCalendarData(f"an availability has at most {MAX_OCTETS} octets")
    parsed = CalendarObject.parse(octets)
    if parsed.component != "VAVAILABILITY":
        raise InvalidCalendarObject("an availability is a VAVAILABILITY")


def unavailable(
    calendars: Iterable[Component], window: Window, *, zone: tzinfo, budget: Budget
) -> list[BusyInterval]:
    """When the person of these calendars is out of reach, inside a window that has both bounds.

    Of two VAVAILABILITY that speak of the same time the one of higher PRIORITY counts: 1 is the
    highest, 0 or none the lowest (RFC 7953 §3.1, §4). Floating times are read in the zone.
    Raises InvalidCalendarData, TooManyInstances.
    """
    rules = [rule for one in calendars for rule in _rules(one, window, zone, budget)]
    rules.sort(key=lambda rule: -rule.rank)
    told: list[BusyInterval] = []
    for rule in rules:
        rest = [
            BusyInterval(*piece, busy)
            for start, end, busy in told
            for piece in _without(Window(start, end), [rule.extent])
        ]
        told = rest + [
            BusyInterval(*piece, rule.busy) for piece in _without(rule.extent, rule.available)
        ]
    return sorted(told)


def _rules(calendar: Component, window: Window, zone: tzinfo, budget: Budget) -> Iterator[_Rule]:
    zones = Zones.of(calendar, zone)
    for component in calendar.children("VAVAILABILITY"):
        row = next(availability_rows(component, zones))
        extent = _clipped(Window(row.starts_at, row.ends_at), window)
        if extent is None:
            continue
        busy = (component.value("BUSYTYPE") or "").strip().upper()
        series = _as_events(calendar, component)
        available = tuple(
            Window(one.starts_at, one.ends_at)
            for one in instances(series, extent, zone=zone, budget=budget)
        )
        yield _Rule(_rank(component), extent, _BUSYTYPES.get(busy, UNAVAILABLE), available)


def _rank(component: Component) -> int:
    text = (component.value("PRIORITY") or "").strip()
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:3]) <= 9 else _LOWEST


def _as_events(calendar: Component, availability: Component) -> Component:
    """AVAILABLE recurs as VEVENT does (RFC 7953 §3.1), overrides included."""
    events = [
        Component("VEVENT", _identified(part, number))
        for number, part in enumerate(availability.children("AVAILABLE"))
    ]
    return Component("VCALENDAR", calendar.lines, [*calendar.children("VTIMEZONE"), *events])


def _identified(part: Component, number: int) -> list[ContentLine]:
    """Programs forget the UID; without one each stands for itself."""
    if part.value("UID") is not None:
        return part.lines
    return [ContentLine("UID", "", str(number)), *part.lines]


def _clipped(extent: Window, window: Window) -> Window | None:
    start, end = max(extent.start, window.start), min(extent.end, window.end)
    return Window(start, end) if start < end else None


def _without(extent: Window, holes: Iterable[Window]) -> Iterator[Window]:
    """What is left of an extent."""
    start = extent.start
    for hole in sorted(holes):
        if start < hole.start:
            yield Window(start, min(hole.start, extent.end))
        start = max(start, hole.end)
        if start >= extent.end:
            return
    if start < extent.end:
        yield Window(start, extent.end)
