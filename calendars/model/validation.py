"""What calendar data must be to be stored (RFC 5545, RFC 4791 §4.1, §5.3.2.1).

Strict where programs would read one text in two ways, or where something is computed; lenient
for all else. Unknown properties, parameters and components are always kept and accepted.
"""

from __future__ import annotations

from collections.abc import Mapping

from calendars.kernel.errors import InvalidInput
from calendars.model.cardinality import DATED, REQUIRED, SINGLETONS, TOP_LEVEL
from calendars.model.component import Component, ContentLine, unescape
from calendars.model.invalid import (
    InvalidCalendarData,
    TooManyAttendees,
    TooManyInstances,
    UnsupportedCalendarData,
)
from calendars.model.limits import Limits
from calendars.model.property_values import VALUE_CHECKS, Check
from calendars.model.recurrence import Rule
from calendars.model.rule_density import refuse_dense
from calendars.model.spans import UNKNOWN_ZONE, check_span
from calendars.model.time_zones import Zones, named_zone

_TIMED = DATED | {"AVAILABLE"}
_RECURRENCE = frozenset(("RRULE", "EXRULE", "RDATE", "EXDATE"))
_STARTS = frozenset(("DTSTART", "RECURRENCE-ID"))
_NO_NAMES: frozenset[str] = frozenset()
_NO_CHECKS: Mapping[str, Check] = {}


def check_data(calendar: Component, limits: Limits) -> None:
    """Calendar data that can be read and computed with, METHOD or not.

    Raises UnsupportedCalendarData, InvalidCalendarData, DateTooEarly, DateTooLate,
    TooManyInstances, TooManyAttendees, UnsupportedRscale.
    """
    _check_version(calendar)
    _check_counts(calendar, limits)
    _check_properties(calendar, limits)
    for definition in calendar.children("VTIMEZONE"):
        _check_time_zone(definition, limits)
    zones = Zones.of(calendar, UNKNOWN_ZONE)
    _check_zones_used(calendar, zones, limits)
    for entry in calendar.components:
        if entry.name != "VTIMEZONE":
            _check_entry(entry, zones, limits)


def _check_version(calendar: Component) -> None:
    version = calendar.value("VERSION")
    if version is None or version.strip() != "2.0":
        raise UnsupportedCalendarData("only iCalendar is taken: VERSION must be 2.0")
    scale = calendar.value("CALSCALE")
    if scale is not None and scale.strip().upper() != "GREGORIAN":
        raise UnsupportedCalendarData(f"CALSCALE {scale[:40]} is not known here")


def _check_counts(calendar: Component, limits: Limits) -> None:
    if len(calendar.components) <= limits.max_time_zones:
        return
    zones = len(calendar.children("VTIMEZONE"))
    if zones > limits.max_time_zones:
        raise InvalidCalendarData(f"more than {limits.max_time_zones} time zones")
    if len(calendar.components) - zones > limits.max_overrides + 1:
        raise TooManyInstances(f"more than {limits.max_overrides} changed instances")


def _check_entry(entry: Component, zones: Zones, limits: Limits) -> None:
    """One component with all that stands inside of it."""
    names = _check_properties(entry, limits)
    if entry.name == "VEVENT" and names.isdisjoint(_STARTS):
        raise InvalidCalendarData("VEVENT without DTSTART")
    if entry.name in _TIMED:
        duration = check_span(entry, zones)
        if not names.isdisjoint(_RECURRENCE):
            _check_recurrence(entry, duration, limits)
    if len(entry.components) > limits.max_alarms:
        _check_many(entry, limits)
    for child in entry.components:
        if child.name in TOP_LEVEL:
            raise InvalidCalendarData(f"{child.name} inside of {entry.name}")
        _check_entry(child, zones, limits)


def _check_many(entry: Component, limits: Limits) -> None:
    if len(entry.children("VALARM")) > limits.max_alarms:
        raise InvalidCalendarData(f"more than {limits.max_alarms} alarms in one component")
    if len(entry.components) > limits.max_properties:
        raise InvalidCalendarData(f"more than {limits.max_properties} components in another")


def _check_zones_used(calendar: Component, zones: Zones, limits: Limits) -> None:
    """Every zone that a value names can be computed with, if the object says what it is.

    A value may reach a definition by another spelling of its name, so that it is the values that
    are asked, not the definitions.
    """
    if not calendar.children("VTIMEZONE"):
        return
    used = {line[1] for part in calendar.walk() for line in part.lines if "TZID" in line[1].upper()}
    names = {ContentLine("", parameters, "").parameter("TZID") for parameters in used}
    if len(names) > limits.max_time_zones:
        raise InvalidCalendarData(f"values in more than {limits.max_time_zones} time zones")
    for name in names:
        zones.get(name)


def _check_time_zone(zone: Component, limits: Limits) -> None:
    """RFC 5545 §3.6.5. What defines a zone of the tz database is not computed with, so all that
    matters is that it does no harm to other programs; any other definition must be sound.
    """
    _check_properties(zone, limits)
    if len(zone.components) > limits.max_observances:
        raise InvalidCalendarData(f"more than {limits.max_observances} parts of a time zone")
    known = named_zone(unescape(zone.value("TZID") or "")) is not None
    for part in zone.components:
        if part.name in TOP_LEVEL or part.components:
            raise InvalidCalendarData(f"{part.name} or more inside of a time zone")
        if known:
            _check_floods(part, limits)
            for line in part.all("RRULE"):
                Rule.parse(line.value)
        else:
            _check_dates(part, limits)
            _check_properties(part, limits)


def _check_properties(component: Component, limits: Limits) -> set[str]:
    """Cardinalities and values of one component's own properties; the names that it has."""
    _check_floods(component, limits)
    kind = component.name
    singletons = SINGLETONS.get(kind, _NO_NAMES)
    checks = VALUE_CHECKS.get(kind, _NO_CHECKS)
    names: set[str] = set()
    for line in component.lines:
        name = line[0]
        if name in names and name in singletons and line != component.line(name):
            raise InvalidCalendarData(f"{kind}: {name} stands there twice, and not the same")
        names.add(name)
        check = checks.get(name)
        if check is not None:
            try:
                check(line, limits)
            except InvalidInput as refusal:
                raise type(refusal)(f"{kind} {name}: {refusal}") from None
    if not REQUIRED.get(kind, _NO_NAMES) <= names:
        raise InvalidCalendarData(f"{kind} without {', '.join(sorted(REQUIRED[kind] - names))}")
    return names


def _check_floods(component: Component, limits: Limits) -> None:
    """The refusal that says most about a component with very many properties."""
    if len(component.lines) <= limits.max_attendees:
        return
    if len(component.all("ATTENDEE")) > limits.max_attendees:
        raise TooManyAttendees(f"more than {limits.max_attendees} attendees")
    _check_dates(component, limits)
    if len(component.lines) > limits.max_properties:
        raise InvalidCalendarData(f"more than {limits.max_properties} properties in a component")


def _check_dates(component: Component, limits: Limits) -> None:
    for name in ("RDATE", "EXDATE"):
        if sum(line.value.count(",") + 1 for line in component.all(name)) > limits.max_dates:
            raise TooManyInstances(f"more than {limits.max_dates} values of {name}")


def _check_recurrence(component: Component, duration: int, limits: Limits) -> None:
    """What no engine could answer is not stored (RFC 4791 §5.2.8)."""
    _check_dates(component, limits)
    lines = component.all("RRULE")
    if len(lines) + len(component.all("EXRULE")) > limits.max_rules:
        raise TooManyInstances(f"more than {limits.max_rules} recurrence rules in one component")
    rules = [Rule.parse(line.value) for line in lines]
    refuse_dense(rules, duration=duration, most=limits.max_instances_a_month)
