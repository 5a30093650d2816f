"""Start and length of a component, and the interval that a time-range matches (RFC 4791 §9.9).

The tables of §9.9 compare with < and <= in many ways. Here each of their rows is a half-open
interval in whole seconds, such that a window overlaps it exactly where the row says so.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from calendars.model.component import Component, ContentLine
from calendars.model.moments import Form, Moment, moment
from calendars.model.time_zones import Zones
from calendars.model.values import Duration, parse_duration
from calendars.model.wall_clock import local_to_epoch
from calendars.model.window import NEVER_AFTER, NEVER_BEFORE

BUSY, TENTATIVE, UNAVAILABLE, FREE = "B", "T", "U", "F"

_ONE_DAY = Duration(1, 0)
_NO_LENGTH = Duration(0, 0)
_SINGLE = frozenset(
    ("DTSTART", "DTEND", "DUE", "DURATION", "RECURRENCE-ID", "COMPLETED", "CREATED")
)
_FLAGS = frozenset(("STATUS", "TRANSP"))
_SET = frozenset(("RRULE", "EXRULE", "RDATE", "EXDATE"))
_WANTED = _SINGLE | _FLAGS | _SET


class Timing:
    """The times of one VEVENT, VTODO or VJOURNAL."""

    __slots__ = (
        "busy",
        "by_end",
        "component",
        "due_only",
        "length",
        "own",
        "recurrence_id",
        "set_lines",
        "start",
    )

    def __init__(self, component: Component, zones: Zones) -> None:
        """Raises InvalidCalendarData, TooManyInstances."""
        self.component = component
        self.own: dict[str, ContentLine] = {}
        self.set_lines: list[ContentLine] = []
        for line in component.lines:
            name = line[0]
            if name in _WANTED:
                if name in _SET:
                    self.set_lines.append(line)
                else:
                    self.own.setdefault(name, line)
        self.busy = self._busy()
        named = self.own.get("RECURRENCE-ID")
        self.recurrence_id = None if named is None else moment(named, zones)
        self.start: Moment | None = None
        self.length = _NO_LENGTH
        self.due_only = self.by_end = False
        self._read_times(zones)

    def _busy(self) -> str:
        """What it does to free-busy time (RFC 4791 §7.10)."""
        if self.component.name != "VEVENT":
            return FREE
        transparency, status = self._flag("TRANSP"), self._flag("STATUS")
        if transparency == "TRANSPARENT" or status == "CANCELLED":
            return FREE
        return TENTATIVE if status == "TENTATIVE" else BUSY

    def _flag(self, name: str) -> str | None:
        line = self.own.get(name)
        return None if line is None else line.value.strip().upper()

    def _read_times(self, zones: Zones) -> None:
        kind = self.component.name
        start = self.own.get("DTSTART")
        end = self.own.get("DUE" if kind == "VTODO" else "DTEND")
        if start is None:
            if kind == "VTODO" and end is not None:
                self.start, self.due_only = moment(end, zones), True
            elif kind == "VEVENT" and self.recurrence_id is not None:
                self.start = self.recurrence_id
            return
        self.start = moment(start, zones)
        if kind == "VJOURNAL":
            end = None
        self.by_end = end is not None
        if end is not None:
            self.length = _between(self.start, moment(end, zones))
        elif "DURATION" in self.own and kind != "VJOURNAL":
            self.length = parse_duration(self.own["DURATION"].value)
        if kind != "VTODO" and self.length.total <= 0:
            # An event or entry of a day lasts that day; nothing lasts less than no time.
            self.length = _ONE_DAY if self.start.form is Form.DATE else _NO_LENGTH

    @property
    def recurs(self) -> bool:
        """It has a recurrence set of its own."""
        return any(line[0] in ("RRULE", "RDATE") for line in self.set_lines)

    @property
    def this_and_future(self) -> bool:
        """It changes the instances after its own as well (RFC 5545 §3.2.13)."""
        line = self.own.get("RECURRENCE-ID")
        return line is not None and (line.parameter("RANGE") or "").upper() == "THISANDFUTURE"

    @property
    def has_end(self) -> bool:
        """It says when it ends."""
        return self.by_end or "DURATION" in self.own

    def end(self, wall: datetime, instant: int, zone: tzinfo, length: Duration) -> int:
        """When an instance ends that starts then: days are nominal, the rest exact (§3.8.5.3)."""
        days, seconds = length
        if not days:
            return instant + seconds
        try:
            return local_to_epoch(wall + timedelta(days=days), zone) + seconds
        except OverflowError:
            return instant + length.total

    def interval(self, instant: int, end: int) -> tuple[int, int]:
        """What §9.9 compares a time-range with, for an instance from then till then."""
        if self.component.name != "VTODO":
            return instant, max(end, instant + 1)
        if self.due_only:
            return instant - 1, instant
        if self.by_end:
            return min(instant, end - 1), max(end, instant + 1)
        if "DURATION" in self.own:
            return min(instant, end - 1), end + 1
        return instant, instant + 1

    def undated(self, zones: Zones) -> tuple[int, int] | None:
        """The interval of a component without start: a task belongs to all time, or to its
        creation and completion; an event or journal entry to none.
        """
        if self.component.name != "VTODO":
            return None
        known = (self.own.get("CREATED"), self.own.get("COMPLETED"))
        created, completed = (
            None if line is None else moment(line, zones).instant for line in known
        )
        if completed is not None:
            first, last = sorted((completed, completed if created is None else created))
            return first - 1, last + 1
        return (NEVER_BEFORE if created is None else created), NEVER_AFTER


def _between(start: Moment, end: Moment) -> Duration:
    """DTEND gives an exact length, of dates a number of days (RFC 5545 §3.8.5.3)."""
    if start.form is Form.DATE and end.form is Form.DATE:
        return Duration((end.wall - start.wall).days, 0)
    return Duration(0, end.instant - start.instant)
