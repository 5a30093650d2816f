"""One component for each instance, in UTC (CALDAV:expand, RFC 4791 §9.6.5).

An answer repeats most of a component for every instance. So a component is written once, as the
head and tail of a template, and an instance costs the writing of two or three times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo
from typing import NamedTuple, Protocol

from calendars.model.budget import Budget
from calendars.model.component import Component, ContentLine, parse
from calendars.model.expansion_pieces import Piece, Pieces, cut, take_apart
from calendars.model.instances import instances
from calendars.model.invalid import TooManyInstances
from calendars.model.moments import moment
from calendars.model.recurrence_set import RecurrenceSet
from calendars.model.time_zones import Zones
from calendars.model.timed_instance import TimedInstance
from calendars.model.timed_values import epoch_of
from calendars.model.utc_text import utc_text
from calendars.model.values import parse_duration
from calendars.model.wall_clock import epoch_to_local
from calendars.model.window import Window

MAX_EXPANDED = 16 * 2**20
"""Characters that one object may become: a fat event repeated often is a weapon."""

_Write = Callable[[int], str]
_Choose = Callable[[int | None], Piece]

_INSTANTIATED = frozenset(("VEVENT", "VTODO", "VJOURNAL"))


class Occurrence(Protocol):
    """A row of the occurrence index; instants in epoch seconds."""

    @property
    def starts_at(self) -> int:
        """Start of the interval that RFC 4791 §9.9 matches."""

    @property
    def ends_at(self) -> int:
        """Its end: one second after the start for an event without length."""

    @property
    def recurrence_id(self) -> int | None:
        """The start that the recurrence gives; None if the object does not recur."""


def expand(text: str, occurrences: Iterable[Occurrence], zone: tzinfo) -> str:
    """The VEVENTs of a calendar object as the instances that the index has found.

    The occurrences are the rows of the index for the window of CALDAV:expand, made with this
    zone. It writes what `expand_calendar` writes, without parsing the text and without computing
    the recurrence, wherever that can be done.
    Raises InvalidCalendarData, TooManyInstances.
    """
    rows = list(occurrences)
    pieces = cut(text)
    if pieces is not None:
        zones = Zones.of(Component("VCALENDAR"), zone)
        choose = _chooser(pieces, zones)
        if choose is not None:
            return _write_rows(_Writer(pieces, zones), choose, rows)
    return _expand_parsed(parse(text), rows, zone)


def expand_calendar(calendar: Component, window: Window, *, zone: tzinfo, budget: Budget) -> str:
    """A calendar object as its instances that overlap a window (RFC 4791 §9.6.5).

    Overrides replace what they name by RECURRENCE-ID alone, whatever their SEQUENCE.
    Raises InvalidCalendarData, TooManyInstances.
    """
    found = instances(calendar, window, zone=zone, budget=budget)
    return _write_instances(calendar, found, zone)


def _expand_parsed(calendar: Component, rows: list[Occurrence], zone: tzinfo) -> str:
    """The instances of these rows, with their components as the engine tells them."""
    if not rows:
        return _write_instances(calendar, (), zone)
    wanted = {(row.starts_at, row.recurrence_id) for row in rows}
    window = Window(min(row.starts_at for row in rows), max(row.ends_at for row in rows))
    found = instances(calendar, window, zone=zone, budget=Budget())
    return _write_instances(
        calendar, (one for one in found if (one.starts_at, one.recurrence_id) in wanted), zone
    )


def _chooser(pieces: Pieces, zones: Zones) -> _Choose | None:
    """Which piece an instance is made of; None where it takes the whole engine to tell."""
    events = [piece for piece in pieces.components if piece.name == "VEVENT"]
    if len(events) == 1:
        return lambda _: events[0]
    masters = [piece for piece in events if "RECURRENCE-ID" not in piece.times]
    start = masters[0].times.get("DTSTART") if len(masters) == 1 else None
    if start is None:
        return None
    series = RecurrenceSet(moment(start, zones), [], zones, Budget())
    overrides: dict[int | None, Piece] = {}
    for piece in events:
        named = piece.times.get("RECURRENCE-ID")
        if named is None:
            continue
        if "RANGE=" in named.raw_parameters.upper():
            return None
        overrides[series.instant_of(moment(named, zones))] = piece
    return lambda recurrence_id: overrides.get(recurrence_id, masters[0])


def _write_rows(writer: _Writer, choose: _Choose, rows: list[Occurrence]) -> str:
    return writer.calendar(
        writer.template(choose(row.recurrence_id)).write(
            row.starts_at, row.ends_at, row.recurrence_id
        )
        for row in rows
    )


def _write_instances(calendar: Component, found: Iterable[TimedInstance], zone: tzinfo) -> str:
    zones = Zones.of(calendar, zone)
    pieces = take_apart(calendar, zones)
    whole = [one for one in calendar.components if one.name != "VTIMEZONE"]
    piece_of = {id(one): piece for one, piece in zip(whole, pieces.components, strict=True)}
    writer = _Writer(pieces, zones)
    return writer.calendar(
        writer.template(piece_of[id(one.component)]).write(*_times_of(one, zone))
        for one in found
        if one.component.name in _INSTANTIATED
    )


def _times_of(instance: TimedInstance, zone: tzinfo) -> tuple[int | None, int | None, int | None]:
    """Start, end and original start; the row of a task says what §9.9 matches, not what it is."""
    if instance.component.name != "VTODO":
        return instance.starts_at, instance.ends_at, instance.recurrence_id
    start, due = instance.dtstart, instance.due
    return (
        None if start is None else epoch_of(start, zone),
        None if due is None else epoch_of(due, zone),
        instance.recurrence_id,
    )


class _Template(NamedTuple):
    """How to write the instances of one component."""

    opening: str
    start: _Write | None
    end: _Write | None
    recurrence_id: _Write | None
    instantaneous: bool
    """It ends when it starts, which a row of the index says with a second between."""
    closing: str

    def write(self, starts_at: int | None, ends_at: int | None, recurrence_id: int | None) -> str:
        """The component of one instance."""
        out = self.opening
        if starts_at is not None and self.start is not None:
            out += self.start(starts_at)
        if ends_at is not None and self.end is not None:
            none = self.instantaneous and starts_at == ends_at - 1
            out += self.end(ends_at - 1 if none else ends_at)
        if recurrence_id is not None and self.recurrence_id is not None:
            out += self.recurrence_id(recurrence_id)
        return out + self.closing


class _Writer:
    """Writes the instances of one calendar object."""

    def __init__(self, pieces: Pieces, zones: Zones) -> None:
        self._pieces, self._zones = pieces, zones
        self._templates: dict[int, _Template] = {}
        # The DTSTART of the master, whose form every RECURRENCE-ID has (RFC 5545 §3.8.4.4).
        self._series = next(
            (
                piece.times.get("DTSTART")
                for piece in pieces.components
                if piece.name in _INSTANTIATED and "RECURRENCE-ID" not in piece.times
            ),
            None,
        )

    def calendar(self, written: Iterable[str]) -> str:
        """The VCALENDAR around instances. Raises TooManyInstances if it grows out of bounds."""
        out = ["BEGIN:VCALENDAR\r\n", self._pieces.head, *self._others()]
        size = 0
        for part in written:
            size += len(part)
            if size > MAX_EXPANDED:
                raise TooManyInstances("the instances of one object are too long to write out")
            out.append(part)
        out.append("END:VCALENDAR\r\n")
        return "".join(out)

    def _others(self) -> Iterator[str]:
        """What has no instances: VFREEBUSY, VAVAILABILITY."""
        for piece in self._pieces.components:
            if piece.name not in _INSTANTIATED:
                start, end = (
                    None if line is None else moment(line, self._zones).instant
                    for line in map(piece.times.get, ("DTSTART", "DTEND"))
                )
                yield self.template(piece).write(start, end, None)

    def template(self, piece: Piece) -> _Template:
        """How to write the instances of a piece."""
        made = self._templates.get(id(piece))
        if made is None:
            made = self._templates[id(piece)] = self._make(piece)
        return made

    def _make(self, piece: Piece) -> _Template:
        times = piece.times
        named = times.get("RECURRENCE-ID")
        start = times.get("DTSTART", named if piece.name == "VEVENT" else None)
        end = times.get("DTEND") or times.get("DUE")
        if end is None and piece.periods:
            end = start
        length = "" if end is not None or "DURATION" not in times else f"{times['DURATION']}\r\n"
        return _Template(
            opening=f"BEGIN:{piece.name}\r\n",
            start=self._stamp("DTSTART", start),
            end=self._stamp("DUE" if piece.name == "VTODO" else "DTEND", end),
            recurrence_id=self._stamp("RECURRENCE-ID", self._series or named),
            instantaneous=self._is_instantaneous(piece),
            closing=f"{length}{piece.rest}END:{piece.name}\r\n",
        )

    def _stamp(self, name: str, like: ContentLine | None) -> _Write | None:
        """How to write an instant in the form that a line has: a date, UTC, or floating."""
        if like is None:
            return None
        zone = self._zones.default
        value = like.value.strip()
        if len(value) == 8:
            return lambda instant: f"{name};VALUE=DATE:{epoch_to_local(instant, zone):%Y%m%d}\r\n"
        if value.endswith("Z") or like.parameter("TZID"):
            return lambda instant: f"{name}:{utc_text(instant)}\r\n"
        # Floating time belongs to no zone, and stays so (RFC 5545 §3.3.5).
        return lambda instant: f"{name}:{epoch_to_local(instant, zone):%Y%m%dT%H%M%S}\r\n"

    def _is_instantaneous(self, piece: Piece) -> bool:
        start, end, length = (piece.times.get(name) for name in ("DTSTART", "DTEND", "DURATION"))
        if start is None:
            return False
        if end is None:
            return length is None or parse_duration(length.value).total <= 0
        if end.raw_parameters == start.raw_parameters:
            return end.value == start.value
        return moment(end, self._zones).instant == moment(start, self._zones).instant
