"""Whether a calendar object passes a filter (RFC 4791 §9.7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from calendars.model.alarm_times import alarm_overlaps
from calendars.model.budget import Budget
from calendars.model.component import Component, ContentLine, unescape
from calendars.model.filter import CompFilter, ParamFilter, PropFilter
from calendars.model.instances import TimedInstance, instances
from calendars.model.invalid import InvalidCalendarData
from calendars.model.time_zones import Zones
from calendars.model.timed_values import intervals_of
from calendars.model.window import Window


def matches(wanted: CompFilter, calendar: Component, *, zone: tzinfo, budget: Budget) -> bool:
    """Whether a VCALENDAR passes a filter on VCALENDAR.

    All that one comp-filter says must hold for one component: for a recurring set, a time-range
    and a prop-filter beside it speak of a master with an instance of its own in that time, or of
    an override that lies there, never of a master whose instance there is overridden.
    `zone` is the one of floating times and dates.
    Raises TooManyInstances, InvalidCalendarData where the instances cannot be told.
    """
    if wanted.is_not_defined or wanted.name != calendar.name:
        return False
    return _Scope(calendar, zone, budget).holds(wanted, calendar, calendar)


class _Scope:
    """One calendar object under one filter."""

    def __init__(self, calendar: Component, zone: tzinfo, budget: Budget) -> None:
        self._calendar, self._zone, self._budget = calendar, zone, budget
        self._zones = Zones.of(calendar, zone)

    def holds(self, wanted: CompFilter, component: Component, parent: Component) -> bool:
        """What a comp-filter says of one component of its name; the cheap parts first."""
        return (
            all(self._property(prop, component) for prop in wanted.props)
            and (wanted.time_range is None or self._overlaps(component, wanted.time_range, parent))
            and all(self._nested(comp, component) for comp in wanted.comps)
        )

    def _nested(self, wanted: CompFilter, parent: Component) -> bool:
        found = parent.children(wanted.name)
        if wanted.is_not_defined:
            return not found
        return any(self.holds(wanted, component, parent) for component in found)

    def _overlaps(self, component: Component, window: Window, parent: Component) -> bool:
        """RFC 4791 §9.9."""
        if component.name == "VALARM":
            return alarm_overlaps(
                component,
                window,
                zone=self._zone,
                instances_in=lambda searched: self._instances(parent, searched),
            )
        return any(True for _ in self._instances(component, window))

    def _instances(self, component: Component, window: Window) -> Iterator[TimedInstance]:
        """The instances that one component of the object makes, found without the others.

        A single override is looked at alone: a series without end would be searched for ever for
        an override that lies outside of an open window.
        """
        calendar = self._calendar
        if _is_single_override(component):
            calendar = Component(
                calendar.name, calendar.lines, [*calendar.children("VTIMEZONE"), component]
            )
        for instance in instances(calendar, window, zone=self._zone, budget=self._budget):
            if instance.component is component:
                yield instance

    def _property(self, wanted: PropFilter, component: Component) -> bool:
        """RFC 4791 §9.7.2: one property of that name for which all holds."""
        found = component.all(wanted.name)
        if wanted.is_not_defined:
            return not found
        return any(self._line(wanted, line) for line in found)

    def _line(self, wanted: PropFilter, line: ContentLine) -> bool:
        if wanted.text_match is not None and not wanted.text_match.holds(unescape(line.value)):
            return False
        if wanted.time_range is not None and not self._lies_in(line, wanted.time_range):
            return False
        return all(_parameter(param, line) for param in wanted.params)

    def _lies_in(self, line: ContentLine, window: Window) -> bool:
        try:
            return any(window.overlaps(*one) for one in intervals_of(line, self._zones))
        except InvalidCalendarData:
            return False  # no date, as it may be with an X- property


def _is_single_override(component: Component) -> bool:
    line = component.line("RECURRENCE-ID")
    return line is not None and line.parameter("RANGE") is None


def _parameter(wanted: ParamFilter, line: ContentLine) -> bool:
    """RFC 4791 §9.7.3."""
    found = [values for name, values in line.parameters if name == wanted.name]
    if wanted.is_not_defined:
        return not found
    text = wanted.text_match
    return any(text is None or text.holds(",".join(values)) for values in found)
