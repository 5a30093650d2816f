"""When the ways to an appointment are, of one that recurs too (DIA-5): pure.

The ways of a series are a series: the same rule, moved by the minutes of the way, exceptions along
with those of the appointment. Where a rule cannot be moved by a few hours without meaning other
days (a way over midnight, BYHOUR, days without hours), its dates are written out one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from calendars.model.budget import Budget
from calendars.model.component import Component, ContentLine, split_values
from calendars.model.instances import instances, is_recurring
from calendars.model.values import parse_duration
from calendars.model.window import ALWAYS, Window

MAX_DATES = 400
"""So many dates are written out."""
_ONE_BY_ONE = ("BYHOUR", "BYMINUTE", "BYSECOND", "SECONDLY", "MINUTELY", "HOURLY")
_FORM = "%Y%m%dT%H%M%S"


class Leg(StrEnum):
    """What of the way."""

    OUT = "out"
    BACK = "back"
    VEHICLE = "vehicle"


class Part(NamedTuple):
    """The times of one VEVENT of a way, and the VEVENT of the appointment that it is for."""

    times: tuple[ContentLine, ...]
    event: Component


Way = Callable[[Component], int]
"""The seconds that the way to an event takes; 0: there is none."""


class _CannotMove(ValueError):
    """The rule means other days when it is moved."""


def parts_of(parent: Component, leg: Leg, way: Way, zone: tzinfo, window: Window) -> list[Part]:
    """The VEVENTs of one leg; none where there is no way. Dates are written out in the window.

    Raises InvalidCalendarData, TooManyInstances.
    """
    try:
        return list(_moved(parent, leg, way))
    except _CannotMove:
        return _written_out(parent, leg, way, zone, window if is_recurring(parent) else ALWAYS)


def offset(leg: Leg, length: int, seconds: int) -> int:
    """How many seconds after the appointment's start the leg starts."""
    return length if leg is Leg.BACK else -seconds


def lasts(leg: Leg, length: int, seconds: int) -> int:
    """How many seconds it takes; a vehicle is away all the time."""
    return length + 2 * seconds if leg is Leg.VEHICLE else seconds


def goes(event: Component, way: Way) -> int:
    """The seconds of the way; of what is cancelled there is none."""
    return 0 if (event.value("STATUS") or "") == "CANCELLED" else way(event)


def _moved(parent: Component, leg: Leg, way: Way) -> Iterator[Part]:
    events = parent.children("VEVENT")
    masters = [one for one in events if one.line("RECURRENCE-ID") is None]
    exceptions = [one for one in events if one.line("RECURRENCE-ID") is not None]
    seconds = goes(masters[0], way) if masters else 0
    shift, gone = timedelta(), list[ContentLine]()
    moved = []
    if seconds:
        shift = timedelta(seconds=offset(leg, _length(masters[0]), seconds))
        _check(masters[0], shift)
    for one in exceptions:
        [named] = one.all("RECURRENCE-ID")
        if "RANGE" in named.raw_parameters.upper():
            raise _CannotMove
        at = _shifted(named, shift)
        own = goes(one, way)
        if own:
            moved.append(Part((at, *_times(one, leg, own)), one))
        elif seconds:
            gone.append(at._replace(name="EXDATE"))
    if seconds:
        recurs = (_along(line, shift) for line in masters[0].lines if line.name in _SET)
        yield Part((*_times(masters[0], leg, seconds), *recurs, *gone), masters[0])
    yield from moved


_SET = frozenset(("RRULE", "RDATE", "EXDATE", "EXRULE"))


def _times(event: Component, leg: Leg, seconds: int) -> Iterator[ContentLine]:
    """DTSTART and DTEND by the clocks of the appointment's own start."""
    length = _length(event)
    begin = timedelta(seconds=offset(leg, length, seconds))
    start = event.line("DTSTART")
    if start is None:
        raise _CannotMove
    yield _shifted(start, begin)
    end = begin + timedelta(seconds=lasts(leg, length, seconds))
    yield _shifted(start._replace(name="DTEND"), end)


def _length(event: Component) -> int:
    """In seconds by the clock."""
    start, end = event.line("DTSTART"), event.line("DTEND")
    if start is None or len(start.value.strip()) < len("20270101T000000"):
        raise _CannotMove
    if end is None:
        said = event.value("DURATION")
        length = parse_duration(said) if said else None
        return 0 if length is None else length.days * 86_400 + length.seconds
    if end.raw_parameters != start.raw_parameters or end.value[15:] != start.value[15:]:
        raise _CannotMove
    return int((_read(end.value) - _read(start.value)).total_seconds())


def _check(master: Component, shift: timedelta) -> None:
    """A rule is moved inside the day alone."""
    names = {line.name for line in master.lines}
    if not names & _SET:
        return
    rules = " ".join(line.value.upper() for line in master.all("RRULE"))
    start = _read(master.value("DTSTART") or "")
    days = any(_is_day(line) for name in ("RDATE", "EXDATE") for line in master.all(name))
    other_day = (start + shift).date() != start.date()
    if other_day or days or "EXRULE" in names or any(word in rules for word in _ONE_BY_ONE):
        raise _CannotMove


def _is_day(line: ContentLine) -> bool:
    return any(len(one) < len("20270101T000000") or "/" in one for one in split_values(line.value))


def _along(line: ContentLine, shift: timedelta) -> ContentLine:
    if line.name != "RRULE":
        return _shifted(line, shift)
    parts = []
    for part in line.value.split(";"):
        name, _, value = part.partition("=")
        timed = name.upper() == "UNTIL" and "T" in value.upper()
        parts.append(f"{name}={_shift(value, shift)}" if timed else part)
    return line._replace(value=";".join(parts))


def _shifted(line: ContentLine, shift: timedelta) -> ContentLine:
    values = (_shift(one, shift) for one in split_values(line.value))
    return line._replace(value=",".join(values))


def _shift(value: str, shift: timedelta) -> str:
    return f"{_read(value) + shift:{_FORM}}{value.strip()[15:]}"


def _read(value: str) -> datetime:
    try:
        return datetime.strptime(value.strip()[:15].upper(), _FORM)  # noqa: DTZ007 - a wall clock
    except ValueError:
        raise _CannotMove from None


class _Date(NamedTuple):
    """One way, and the start that its appointment had in the series: no two have the same."""

    named: int
    start: int
    lasts: int
    event: Component

    @property
    def kind(self) -> tuple[int, int, int]:
        """What most of them have in common."""
        return self.start - self.named, self.lasts, id(self.event)


def _written_out(parent: Component, leg: Leg, way: Way, zone: tzinfo, window: Window) -> list[Part]:
    """Every date for itself, in UTC."""
    found: list[_Date] = []
    for one in instances(parent, window, zone=zone, budget=Budget()):
        seconds = goes(one.component, way) if one.component.name == "VEVENT" else 0
        if seconds:
            length = one.ends_at - one.starts_at
            named = one.starts_at if one.recurrence_id is None else one.recurrence_id
            start = one.starts_at + offset(leg, length, seconds)
            found.append(_Date(named, start, lasts(leg, length, seconds), one.component))
        if len(found) == MAX_DATES:
            break
    return _as_dates(sorted(found, key=attrgetter("named")))


def _as_dates(found: Sequence[_Date]) -> list[Part]:
    if not found:
        return []
    [(usual, _)] = Counter(one.kind for one in found).most_common(1)
    shift, length, _ = usual
    first, *others = (one.named + shift for one in found)
    times = [_utc("DTSTART", first), _utc("DTEND", first + length)]
    if others:
        times.append(ContentLine("RDATE", "", ",".join(_utc("", at).value for at in others)))
    parts = [Part(tuple(times), next(one.event for one in found if one.kind == usual))]
    for one in found:
        if one.kind != usual:
            named = _utc("RECURRENCE-ID", one.named + shift)
            own = (named, _utc("DTSTART", one.start), _utc("DTEND", one.start + one.lasts))
            parts.append(Part(own, one.event))
    return parts


def _utc(name: str, at: int) -> ContentLine:
    return ContentLine(name, "", f"{datetime.fromtimestamp(at, UTC):{_FORM}}Z")
