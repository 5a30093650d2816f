"""One scheduling message as the mails that it takes: each about one thing, as Outlook wants it.

A series and its exceptions go apart: Outlook refuses a message with both. A series that it cannot
hold goes as single meetings (`singles`); whoever was told of it in one form, and is told in the
other, is rid of the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import tzinfo
from typing import NamedTuple

from calendars.itip.changes import changed_names, span
from calendars.itip.copy import Copy, rebuilt
from calendars.itip.message import ItipMethod
from calendars.itip.people import attendees, sequence_of
from calendars.model.component import Component
from calendars.model.entry import entries_of
from calendars.model.line_edit import put_value
from calendars.model.utc_text import utc_text
from notifications.imip.outlook import unfit
from notifications.imip.singles import SINGLE, as_single, is_single, singles_of
from notifications.imip.slight import SLIGHT

_FAR = "9999"
_NOT_TOLD = frozenset(("ATTENDEE", "DTSTAMP", "RECURRENCE-ID"))
_OF_SERIES = frozenset(
    ("RRULE", "RDATE", "EXDATE", "EXRULE", "DTSTART", "DTEND", "DURATION", *_NOT_TOLD)
)
_WORDS = SLIGHT | {"ATTACH"}


class Told(NamedTuple):
    """One message that the recipient got, or is getting just now."""

    method: str
    calendar: Component


class Parcel(NamedTuple):
    """One mail."""

    method: ItipMethod
    calendar: Component


@dataclass(frozen=True, slots=True)
class Packing:
    """What it takes to make parcels."""

    zone: tzinfo
    now: int
    most: int
    """So many occurrences of a series that Outlook cannot hold; 0: no series is taken apart."""


class _Known(NamedTuple):
    """What the recipient has in his diary, as far as we told him."""

    series: Told | None
    alone: dict[str, Told]
    """Occurrences that left as meetings of their own, by their names."""
    dates: dict[str, Told]
    """What he was told last of single dates of the series, by their names."""


def parcels(
    method: ItipMethod, calendar: Component, told: Sequence[Told], packing: Packing
) -> list[Parcel]:
    """The mails that a message becomes for whoever was told that, newest first."""
    parts = entries_of(calendar)
    if method not in {ItipMethod.REQUEST, ItipMethod.CANCEL} or not parts:
        return [Parcel(method, calendar)]
    copy = Copy(calendar, packing.zone)
    known = _known(told)
    if copy.master is None:
        return list(_occurrences(method, copy, known))
    if method is ItipMethod.CANCEL:
        return list(_end(calendar, copy.master, known, packing.now))
    if packing.most and copy.master.name == "VEVENT" and unfit(copy) is not None:
        return list(_apart(copy, copy.master, known, packing))
    return list(_series(copy, copy.master, known, packing))


def _known(told: Sequence[Told]) -> _Known:
    newest: dict[tuple[bool, str], Told] = {}
    for one in told:
        for part in entries_of(one.calendar):
            name = (part.value("RECURRENCE-ID") or "").strip()
            newest.setdefault((is_single(part), name), one)
    there = {key: one for key, one in newest.items() if one.method == ItipMethod.REQUEST}
    alone = {name: one for (single, name), one in there.items() if single}
    dates = {name: one for (single, name), one in newest.items() if name and not single}
    return _Known(there.get((False, "")), alone, dates)


def _series(copy: Copy, master: Component, known: _Known, packing: Packing) -> Iterator[Parcel]:
    """The series, then what is different on single dates that are yet to come."""
    yield Parcel(ItipMethod.REQUEST, rebuilt(copy.calendar, [master]))
    for key in sorted(copy.overrides):
        if key < packing.now:
            continue
        alone = rebuilt(copy.calendar, [copy.overrides[key]])
        if known.series is None or _tells(copy, master, key, alone, known, packing.zone):
            yield Parcel(ItipMethod.REQUEST, alone)
    yield from _taken_back(master, known, packing.now)


def _tells(
    copy: Copy, master: Component, key: int, alone: Component, known: _Known, zone: tzinfo
) -> bool:
    """Programs drop exceptions with each new version of their series: what has a time, a place or
    people of its own is said again. One that has but words of its own, the agenda of a date, is
    not: of those nobody outside is told (MTG-4), unless he knew the date otherwise.
    """
    part = copy.overrides[key]
    usual = (key, *span(copy, master)[1:4])
    said = changed_names(copy, master, copy, part) - _OF_SERIES
    if span(copy, part)[:4] != usual or said - _WORDS:
        return True
    if attendees(master).keys() != attendees(part).keys():
        return True
    before = known.dates.get(_name(alone))
    if before is None:
        return False
    return before.method != ItipMethod.REQUEST or _differs(before.calendar, alone, zone, _WORDS)


def _taken_back(master: Component, known: _Known, now: int) -> Iterator[Parcel]:
    """The end of single meetings; those of the past stay where they are."""
    for name in sorted(known.alone):
        if name >= utc_text(now):
            yield _called_off(known.alone[name], master)


def _apart(copy: Copy, master: Component, known: _Known, packing: Packing) -> Iterator[Parcel]:
    """Single meetings: new and changed ones, and the end of those that are no more."""
    if known.series is not None:
        yield _called_off(known.series, master)
    singles = singles_of(copy, packing.zone, now=packing.now, most=packing.most)
    names = {_name(one): one for one in singles}
    # Later ones than we tell now were told when there was more room: they stand.
    full = len(singles) == packing.most
    last = max(names) if full else _FAR
    gone = {name: one for name, one in known.alone.items() if name not in names and name <= last}
    yield from _taken_back(master, _Known(None, gone, {}), packing.now)
    for name, single in names.items():
        before = known.alone.get(name)
        if before is None or _differs(before.calendar, single, packing.zone):
            yield Parcel(ItipMethod.REQUEST, single)


def _name(single: Component) -> str:
    return entries_of(single)[0].value("RECURRENCE-ID") or ""


def _differs(
    before: Component, single: Component, zone: tzinfo, besides: Set[str] = frozenset()
) -> bool:
    """In more than what others answered, and those properties."""
    old, new = Copy(before, zone), Copy(single, zone)
    was, now = entries_of(before)[0], entries_of(single)[0]
    if attendees(was).keys() != attendees(now).keys():
        return True
    return bool(changed_names(old, was, new, now) - _NOT_TOLD - besides)


def _end(calendar: Component, master: Component, known: _Known, now: int) -> Iterator[Parcel]:
    """The series is off, in the form in which it was told."""
    if not known.alone or known.series is not None:
        yield Parcel(ItipMethod.CANCEL, calendar)
    yield from _taken_back(master, known, now)


def _called_off(told: Told, master: Component) -> Parcel:
    """The end of what was told, as new as the message that brings it."""
    parts = []
    for part in entries_of(told.calendar):
        off = Component(part.name, list(part.lines), [])
        sequence = max(sequence_of(master), sequence_of(part) + 1)
        put_value(off, "SEQUENCE", str(sequence))
        put_value(off, "DTSTAMP", master.value("DTSTAMP"))
        put_value(off, "STATUS", "CANCELLED")
        if (comment := master.value("COMMENT")) is not None:
            put_value(off, "COMMENT", comment)
        parts.append(off)
    calendar = rebuilt(told.calendar, parts)
    put_value(calendar, "METHOD", ItipMethod.CANCEL.value)
    return Parcel(ItipMethod.CANCEL, calendar)


def _occurrences(method: ItipMethod, copy: Copy, known: _Known) -> Iterator[Parcel]:
    """Single occurrences, in the form in which their series was told."""
    told = next(iter(known.alone.values()), None)
    last = None if told is None else entries_of(told.calendar)[0].value(SINGLE)
    for key, part in sorted(copy.overrides.items()):
        if last is None:
            yield Parcel(method, rebuilt(copy.calendar, [part]))
            continue
        single = as_single(copy, part, key, last)
        if method is ItipMethod.REQUEST or _name(single) in known.alone:
            yield Parcel(method, single)
