"""One person's copy of a meeting: the series, and what stands for single occurrences of it."""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import cached_property

from calendars.model.budget import Budget
from calendars.model.component import Component, ContentLine, unescape
from calendars.model.moments import Form, Moment, moment, read_moment, tzid_of
from calendars.model.recurrence_set import RecurrenceSet
from calendars.model.time_zones import Zones, epoch_to_local
from calendars.model.timing import Timing
from calendars.model.utc_text import utc_text
from calendars.model.values import Duration

SCHEDULED = ("VEVENT", "VTODO")
"""What is scheduled here (RFC 5546 §3.2, §3.4)."""

_SET = frozenset(("RRULE", "RDATE", "EXDATE", "EXRULE"))
_TIMES = frozenset(("DTSTART", "DTEND", "DUE", "RECURRENCE-ID"))

Key = int | None
"""Which component: None for the series, or the original start of an occurrence in epoch seconds."""


class Copy:
    """A calendar object read as a meeting. Nothing of it is changed.

    Occurrences are told apart by their instants, of all-day series by their dates, however
    RECURRENCE-ID is written (RFC 5545 §3.8.4.4; clients write it in any zone).
    """

    def __init__(
        self, calendar: Component, zone: tzinfo, *, series: RecurrenceSet | None = None
    ) -> None:
        """`series` tells which occurrence is meant where the calendar has no series itself.

        Raises InvalidCalendarData, TooManyInstances.
        """
        self.calendar = calendar
        self.zones = Zones.of(calendar, zone)
        self.parts = _parts(calendar)
        self._known = series
        self.overrides: dict[int, Component] = {}
        self.master: Component | None = None
        for part in self.parts:
            if part.line("RECURRENCE-ID") is None:
                self.master = self.master or part
        for part in self.parts:
            named = part.line("RECURRENCE-ID")
            if named is not None:
                self.overrides.setdefault(self.key_of(named), part)

    @cached_property
    def timing(self) -> Timing | None:
        """The times of the series."""
        return None if self.master is None else Timing(self.master, self.zones)

    @cached_property
    def set(self) -> RecurrenceSet | None:
        """The recurrence set of the series, None where there is no series or it has no start."""
        timing = self.timing
        if timing is None or timing.start is None:
            return self._known
        return RecurrenceSet(timing.start, timing.set_lines, self.zones, Budget())

    @property
    def uid(self) -> str:
        """UID, without escapes."""
        return unescape(next((part.value("UID") or "" for part in self.parts), ""))

    @property
    def recurs(self) -> bool:
        """It is a series, and not a single meeting."""
        return self.timing is not None and self.timing.recurs

    def components(self) -> dict[Key, Component]:
        """The series first, then the overrides."""
        series = [] if self.master is None else [self.master]
        keys: list[Key] = [None for _ in series]
        return dict(zip([*keys, *self.overrides], [*series, *self.overrides.values()], strict=True))

    def key_of(self, line: ContentLine) -> int:
        """The original start that a RECURRENCE-ID names."""
        named = moment(line, self.zones)
        return named.instant if self.set is None else self.set.instant_of(named)

    @cached_property
    def holes(self) -> dict[int, ContentLine]:
        """What EXDATE takes out, by instant, with a line that says just that."""
        found: dict[int, ContentLine] = {}
        if self.master is None or self.set is None:
            return found
        for line in self.master.all("EXDATE"):
            for text in line.value.split(","):
                named = read_moment(text, tzid_of(line), self.zones)
                found[self.set.instant_of(named)] = line._replace(value=text.strip())
        return found

    def occurs(self, key: int) -> bool:
        """The series has an occurrence that starts there, and no EXDATE takes it out."""
        if self.set is None:
            return False
        return any(start[0] == key for start in self.set.between(key, key + 1))

    def would_occur(self, key: int) -> bool:
        """The series has an occurrence that starts there, or would if no EXDATE took it out."""
        if self.occurs(key):
            return True
        timing = self.timing
        if timing is None or timing.start is None:
            return False
        lines = [line for line in timing.set_lines if line.name != "EXDATE"]
        bare = RecurrenceSet(timing.start, lines, self.zones, Budget())
        return any(start[0] == key for start in bare.between(key, key + 1))

    def moment_line(self, name: str, key: int) -> ContentLine | None:
        """RECURRENCE-ID, DTSTART or EXDATE of an occurrence, written as the series writes."""
        line = self._start_line
        if line is None or self.set is None:
            return None
        first = self.set.first
        return line._replace(name=name, value=written_like(first, key))

    @property
    def _start_line(self) -> ContentLine | None:
        if self.master is None:
            return None
        line = self.master.line("DTSTART")
        return line or (self.master.line("DUE") if self.master.name == "VTODO" else None)

    def at(self, key: Key) -> Component | None:
        """What describes an occurrence, or the series: its own component, else one made of the
        series; None if there is no such occurrence.
        """
        if key is None:
            return self.master
        found = self.overrides.get(key)
        if found is not None:
            return None if self.set is not None and self.set.excludes(key) else found
        return self.occurrence(key) if self.occurs(key) else None

    def occurrence(self, key: int) -> Component:
        """An override that changes nothing: the occurrence as the series describes it."""
        timing, master = self.timing, self.master
        named = self.moment_line("RECURRENCE-ID", key)
        if timing is None or master is None or named is None or timing.start is None:
            raise ValueError("no series to take an occurrence from")
        wall = epoch_to_local(key, timing.start.zone)
        end = timing.end(wall, key, timing.start.zone, self._length(key) or timing.length)
        lines: list[ContentLine] = []
        for line in master.lines:
            if line.name in _SET:
                continue
            if line.name == "DTSTART" or (line.name == "DUE" and timing.due_only):
                lines.append(line._replace(value=written_like(timing.start, key)))
            elif line.name in ("DTEND", "DUE"):
                lines.append(line._replace(value=written_like(moment(line, self.zones), end)))
            else:
                lines.append(line)
        place = next((i for i, line in enumerate(lines) if line.name in _TIMES), len(lines))
        lines.insert(place, named)
        return Component(master.name, lines, list(master.components))

    def _length(self, key: int) -> Duration | None:
        if self.set is None or not self.set.longest:
            return None
        return next((start[2] for start in self.set.between(key, key + 1)), None)


def _parts(calendar: Component) -> list[Component]:
    for kind in SCHEDULED:
        found = calendar.children(kind)
        if found:
            return found
    return []


def written_like(like: Moment, instant: int) -> str:
    """An instant in the form of another time."""
    if like.form is Form.UTC:
        return utc_text(instant)
    wall: datetime = epoch_to_local(instant, like.zone)
    return f"{wall:%Y%m%d}" if like.form is Form.DATE else f"{wall:%Y%m%dT%H%M%S}"


def rebuilt(calendar: Component, parts: list[Component]) -> Component:
    """The calendar with other meetings in the place of its own, and the same frame."""
    kept = [part for part in calendar.components if part.name not in SCHEDULED]
    return Component(calendar.name, list(calendar.lines), [*kept, *parts])
