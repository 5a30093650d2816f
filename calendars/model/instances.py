"""The instances of a calendar object, and how far they reach (RFC 4791 §7.4, §9.9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from heapq import merge
from operator import attrgetter

from calendars.model.availability_rows import availability_rows
from calendars.model.budget import Budget
from calendars.model.component import Component
from calendars.model.invalid import TooManyInstances
from calendars.model.series import Series
from calendars.model.time_zones import Zones
from calendars.model.timed_instance import Instance, TimedInstance, sole_instance
from calendars.model.timing import Timing
from calendars.model.window import ALWAYS, NEVER_AFTER, NEVER_BEFORE, Window

__all__ = ["Instance", "TimedInstance", "bounds", "instances", "is_recurring"]

_RECURRING = frozenset(("VEVENT", "VTODO", "VJOURNAL"))
_FIXED = frozenset(("VFREEBUSY", "VAVAILABILITY"))
_DATED = _RECURRING | _FIXED
_MAKES_RECUR = frozenset(("RRULE", "RDATE", "RECURRENCE-ID"))
_BY_START = attrgetter("starts_at")
_NOWHERE = Window(0, 0)


def instances(
    calendar: Component, window: Window, *, zone: tzinfo, budget: Budget
) -> Iterator[TimedInstance]:
    """The instances that overlap a window, by start, found as far as they are asked for.

    Floating times and dates are read in the zone.
    Raises InvalidCalendarData, UnsupportedRscale, TooManyInstances.
    """
    zones = Zones.of(calendar, zone)
    walks = [
        walk
        for group in _groups(calendar)
        for walk in _walks(group, window, zones, budget.component())
    ]
    return walks[0] if len(walks) == 1 else merge(*walks, key=_BY_START)


def is_recurring(calendar: Component) -> bool:
    """It has a recurrence set, or stands for instances of one."""
    return any(
        line[0] in _MAKES_RECUR
        for component in calendar.components
        if component.name in _RECURRING
        for line in component.lines
    )


def bounds(calendar: Component, zone: tzinfo) -> Window:
    """From the first start to the last end; NEVER_AFTER if there is none, or none to be found.

    An object without instances has an empty one.
    Raises InvalidCalendarData, UnsupportedRscale, TooManyInstances.
    """
    found = instances(calendar, ALWAYS, zone=zone, budget=Budget())
    first = next(found, None)
    if first is None:
        return _NOWHERE
    if not is_recurring(calendar):
        return Window(first.starts_at, max([first.ends_at, *(one.ends_at for one in found)]))
    try:
        return Window(first.starts_at, _last_end(calendar, first.starts_at, zone))
    except TooManyInstances:
        return Window(first.starts_at, NEVER_AFTER)


def _last_end(calendar: Component, first: int, zone: tzinfo) -> int:
    """The end of the last instance, sought backwards from where the rules stop."""
    stop, step = _stop_of_rules(calendar, zone)
    if stop == NEVER_AFTER:
        return NEVER_AFTER
    budget = Budget()
    low = first if stop is None else stop - step
    while True:
        window = Window(low if low > first else NEVER_BEFORE, NEVER_AFTER)
        found = instances(calendar, window, zone=zone, budget=budget)
        last = max((one.ends_at for one in found), default=None)
        if last is not None:
            return last
        step *= 4
        low -= step


def _stop_of_rules(calendar: Component, zone: tzinfo) -> tuple[int | None, int]:
    """Where the last rule stops, None if only counting tells; and a step to seek back from it."""
    zones = Zones.of(calendar, zone)
    stops: list[int | None] = []
    step = 86_400
    for group in _groups(calendar):
        if group[0].name in _FIXED:
            continue
        series, _ = _read(group, zones, Budget())
        if series is not None:
            stops.append(series.last_stop())
            step = max(step, 2 * series.period)
    known = [stop for stop in stops if stop is not None]
    unknown = len(known) < len(stops) or not known
    if NEVER_AFTER in known:
        return NEVER_AFTER, step
    return None if unknown else max(known), step


def _groups(calendar: Component) -> list[list[Component]]:
    """The components by UID: an object has one, a file to import may have many."""
    dated = [component for component in calendar.components if component.name in _DATED]
    if len(dated) == 1:
        return [dated]
    groups: dict[tuple[str, str | None], list[Component]] = {}
    for component in dated:
        groups.setdefault((component.name, component.value("UID")), []).append(component)
    return list(groups.values())


def _walks(
    group: list[Component], window: Window, zones: Zones, budget: Budget
) -> Iterator[Iterator[TimedInstance]]:
    if group[0].name in _FIXED:
        yield iter(_sorted(_fixed(group, zones), window))
        return
    series, others = _read(group, zones, budget)
    if series is not None:
        yield series.instances(window)
    if others:
        alone = (_alone(timing, zones) for timing in others)
        yield iter(_sorted(alone, window))


def _sorted(found: Iterable[TimedInstance | None], window: Window) -> list[TimedInstance]:
    overlapping = (
        one for one in found if one is not None and window.overlaps(one.starts_at, one.ends_at)
    )
    return sorted(overlapping, key=_BY_START)


def _fixed(group: list[Component], zones: Zones) -> Iterator[TimedInstance]:
    for component in group:
        timing = Timing(component, zones)
        for starts_at, ends_at, busy in availability_rows(component, zones):
            instance = TimedInstance(timing, (starts_at, ends_at))
            instance.busy = busy
            yield instance


def _alone(timing: Timing, zones: Zones) -> TimedInstance | None:
    named = timing.recurrence_id
    original = None if named is None else named.instant
    return sole_instance(timing, zones, original, named)


def _read(
    group: list[Component], zones: Zones, budget: Budget
) -> tuple[Series | None, list[Timing]]:
    """The series of a UID, if it is one, and the components that stand for themselves."""
    timings = [Timing(component, zones) for component in group]
    overrides = [timing for timing in timings if timing.recurrence_id is not None]
    for master in timings:
        if master.recurrence_id is None and master.start and (master.recurs or overrides):
            others = [t for t in timings if t.recurrence_id is None and t is not master]
            return Series(master, overrides, zones, budget), others
    return None, timings
