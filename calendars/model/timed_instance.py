"""One instance of a calendar object: as a row, and as the component says it (RFC 5545 §3.8.4.4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from calendars.model.component import Component
from calendars.model.moments import Moment
from calendars.model.time_zones import Zones
from calendars.model.timing import Timing


class Instance(NamedTuple):
    """A row of the occurrence index; instants in epoch seconds UTC."""

    starts_at: int
    ends_at: int
    """A window overlaps [starts_at, ends_at) where a row of RFC 4791 §9.9 says so."""
    recurrence_id: int | None
    """The start that the recurrence gives; None if the object does not recur."""
    busy: str
    """B busy, T tentative, U unavailable, F free."""


class TimedInstance:
    """An instance with the component that describes it, and its times as they were written."""

    __slots__ = (
        "_end",
        "_series",
        "_timing",
        "_wall",
        "busy",
        "ends_at",
        "recurrence_id",
        "starts_at",
    )

    def __init__(
        self,
        timing: Timing,
        interval: tuple[int, int],
        wall: datetime | None = None,
        end: int | None = None,
        original: int | None = None,
        series: Moment | None = None,
    ) -> None:
        self.starts_at, self.ends_at = interval
        self.recurrence_id = original
        self.busy = timing.busy
        self._timing = timing
        self._wall = wall
        self._end = end
        self._series = series

    @property
    def component(self) -> Component:
        """The component that describes it: the master, or the override that applies."""
        return self._timing.component

    @property
    def row(self) -> Instance:
        """What the index keeps of it."""
        return Instance(self.starts_at, self.ends_at, self.recurrence_id, self.busy)

    @property
    def dtstart(self) -> date | datetime | None:
        """DTSTART of this instance: a date, or a datetime that is naive if it floats."""
        start = self._timing.start
        if start is None or self._wall is None or self._timing.due_only:
            return None
        return start.on(self._wall)

    @property
    def dtend(self) -> date | datetime | None:
        """When an event or entry ends, whether it says so by DTEND, DURATION or not at all."""
        if self.component.name == "VTODO":
            return None
        return self._ending

    @property
    def due(self) -> date | datetime | None:
        """When a task is due, by DUE or DURATION."""
        if self.component.name != "VTODO":
            return None
        start = self._timing.start
        if self._timing.due_only and start is not None and self._wall is not None:
            return start.on(self._wall)
        return self._ending if self._timing.has_end else None

    @property
    def original(self) -> date | datetime | None:
        """RECURRENCE-ID in the form of the series; None if the object does not recur."""
        if self.recurrence_id is None or self._series is None:
            return None
        return self._series.at(self.recurrence_id)

    @property
    def _ending(self) -> date | datetime | None:
        start = self._timing.start
        return None if start is None or self._end is None else start.at(self._end)


def sole_instance(
    timing: Timing, zones: Zones, original: int | None = None, series: Moment | None = None
) -> TimedInstance | None:
    """The instance that a component is by itself, None if it has no time.

    `original` is given for an override: the start that it replaces, and the start of the series.
    """
    start = timing.start
    if start is None:
        interval = timing.undated(zones)
        if interval is None:
            return None
        return TimedInstance(timing, interval, None, None, original, series)
    instant = start.instant
    end = timing.end(start.wall, instant, start.zone, timing.length)
    interval = timing.interval(instant, end)
    return TimedInstance(timing, interval, start.wall, end, original, series)
