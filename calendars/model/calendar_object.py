"""A calendar object resource: one UID at one URL, with its overrides (RFC 4791 §4.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from calendars.model.cardinality import DATED
from calendars.model.component import Component, ContentLine, decode, parse, unescape
from calendars.model.instances import is_recurring
from calendars.model.invalid import (
    InvalidCalendarObject,
    ResourceTooLarge,
    TooManyAttendees,
    TooManyInstances,
    UnsupportedComponent,
)
from calendars.model.limits import LIMITS, Limits
from calendars.model.principal import Visibility
from calendars.model.spans import UNKNOWN_ZONE
from calendars.model.time_zones import Zones
from calendars.model.validation import check_data

_ZONED = frozenset(("DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "RDATE", "EXDATE"))
_STRICTNESS = tuple(Visibility)


@dataclass(frozen=True, slots=True)
class CalendarObject:
    """Calendar data that was found fit to be stored."""

    text: str
    calendar: Component
    uid: str
    component: str
    """VEVENT, VTODO, VJOURNAL, VFREEBUSY or VAVAILABILITY."""

    @classmethod
    def parse(cls, body: bytes, limits: Limits = LIMITS) -> CalendarObject:
        """Read a body and check it; the text stays as it was sent.

        Raises the refusals of `invalid`, one for each precondition of RFC 4791 §5.3.2.1; whether
        a collection takes the type of component is for the caller to say.
        """
        if len(body) > limits.max_resource_size:
            _refuse_size(body, limits)
        text = decode(body)
        calendar = parse(text)
        check_data(calendar, limits)
        component, uid = check_object(calendar, limits)
        return cls(text, calendar, uid, component)

    @property
    def master(self) -> Component | None:
        """The component without RECURRENCE-ID; None where only single instances are known."""
        return next((part for part in self._parts if part.value("RECURRENCE-ID") is None), None)

    @property
    def overrides(self) -> tuple[Component, ...]:
        """The components that change single instances, as they stand in the text."""
        return tuple(part for part in self._parts if part.value("RECURRENCE-ID") is not None)

    @property
    def recurring(self) -> bool:
        """It has a recurrence set, or stands for some instances of one."""
        return is_recurring(self.calendar)

    @property
    def floating(self) -> bool:
        """Some time of it depends on the zone of the collection: floating times, dates, and
        times of a zone that nobody knows (RFC 4791 §5.2.2, §7.3).
        """
        zones = Zones.of(self.calendar, UNKNOWN_ZONE)
        return any(_floats(line, zones) for line in self._zoned_lines())

    @property
    def has_alarm(self) -> bool:
        """It has a VALARM somewhere."""
        return any(child.name == "VALARM" for part in self._parts for child in part.components)

    @property
    def visibility(self) -> Visibility:
        """CLASS (RFC 5545 §3.8.1.3): the strictest one of the master and its overrides.

        An unknown class counts as PRIVATE, a missing one as PUBLIC.
        """
        classes = [part.value("CLASS") for part in self._parts]
        return max((_visibility(value) for value in classes), key=_STRICTNESS.index)

    @property
    def _parts(self) -> list[Component]:
        return self.calendar.children(self.component)

    def _zoned_lines(self) -> Iterator[ContentLine]:
        for part in self._parts:
            for component in part.walk():
                yield from (line for line in component.lines if line[0] in _ZONED)


def _refuse_size(body: bytes, limits: Limits) -> None:
    """Too many attendees in some component, if that must be so, else too many octets."""
    components = body.count(b"\nBEGIN:V")
    if components and body.count(b"\nATTENDEE") > limits.max_attendees * components:
        raise TooManyAttendees(f"more than {limits.max_attendees} attendees")
    raise ResourceTooLarge(f"more than {limits.max_resource_size} octets")


def check_object(calendar: Component, limits: Limits) -> tuple[str, str]:
    """The component type and the UID of checked calendar data (RFC 4791 §4.1).

    Raises InvalidCalendarObject, UnsupportedComponent, TooManyInstances.
    """
    if calendar.value("METHOD") is not None:
        raise InvalidCalendarObject("METHOD stands in messages, not in what is stored")
    parts = [part for part in calendar.components if part.name != "VTIMEZONE"]
    kinds = {part.name for part in parts if not part.name.startswith("X-")}
    if kinds.isdisjoint(DATED):
        raise UnsupportedComponent("no event, task, journal, free-busy time or availability")
    if len(kinds) > 1:
        raise InvalidCalendarObject(f"components of several types: {', '.join(sorted(kinds))}")
    kind = kinds.pop()
    parts = [part for part in parts if part.name == kind]
    uid = _only_uid(parts, limits)
    _check_instances(parts, limits)
    return kind, uid


def _only_uid(parts: list[Component], limits: Limits) -> str:
    uids = {part.value("UID") or "" for part in parts}
    if len(uids) > 1:
        raise InvalidCalendarObject("several UIDs: each stands in an object of its own")
    uid = unescape(uids.pop())
    if not uid.strip():
        raise InvalidCalendarObject("UID is missing")
    if len(uid.encode()) > limits.max_uid_octets:
        raise InvalidCalendarObject(f"a UID of more than {limits.max_uid_octets} octets")
    return uid


def _check_instances(parts: list[Component], limits: Limits) -> None:
    ids = [line for line in (part.line("RECURRENCE-ID") for part in parts) if line is not None]
    if len(parts) - len(ids) > 1:
        raise InvalidCalendarObject("two components with the same UID and no RECURRENCE-ID")
    if len(ids) > limits.max_overrides:
        raise TooManyInstances(f"more than {limits.max_overrides} changed instances")
    ranges = sum(1 for line in ids if line.parameter("RANGE") is not None)
    if ranges > limits.max_ranges:
        raise TooManyInstances(f"more than {limits.max_ranges} changes of all that follows")


def _visibility(value: str | None) -> Visibility:
    if value is None:
        return Visibility.PUBLIC
    try:
        return Visibility(value.strip().upper())
    except ValueError:
        return Visibility.PRIVATE


def _floats(line: ContentLine, zones: Zones) -> bool:
    """The last value tells: the values of one property are of one kind."""
    value = line.value.rpartition(",")[2].partition("/")[0]
    if value.endswith("Z"):
        return False
    return len(value) == 8 or zones.get(line.parameter("TZID")) is UNKNOWN_ZONE
