"""Drafts become calendar objects: a new one, a changed one, one changed occurrence of a series."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime, tzinfo

from calendars.model.budget import Budget
from calendars.model.component import Component, ContentLine, escape, parse, serialize
from calendars.model.entry import as_instant, entries_of, moment_of, shown, times_of
from calendars.model.event_draft import (
    UNTOUCHED,
    DraftFault,
    EventDraft,
    NoSuchOccurrence,
    check_kind,
    refuse,
    write_alarms,
    write_words,
)
from calendars.model.event_times import Place, forget_exceptions, shift_series, write_times
from calendars.model.instances import TimedInstance, instances
from calendars.model.invalid import InvalidCalendarData, TooManyInstances, UnsupportedRscale
from calendars.model.line_edit import drop_lines, moment_line, put_value, stamp
from calendars.model.occurrence_entry import Indexed, Series
from calendars.model.repeat import Repeat, repeat_of
from calendars.model.time_zones import Zones, minimal_vtimezone, named_zone
from calendars.model.utc_text import utc_text
from calendars.model.window import ALWAYS, Window

PRODID = "-//Niaouli//FR"

# What makes those who were invited think again (RFC 5546 §2.1.4), and the place with it.
_WEIGHTY = frozenset(
    {"DTSTART", "DTEND", "DUE", "DURATION", "RRULE", "RDATE", "EXDATE", "LOCATION"}
)
_OF_ONE = frozenset({"UID", "RECURRENCE-ID", "DTSTART", "DTEND", "DUE"})
_OF_SERIES = _OF_ONE | {"RRULE", "RDATE", "EXDATE", "EXRULE"}
_ENDS = {"VEVENT": "DTEND", "VTODO": "DUE"}
# An occurrence may stand away from its original start by as much as a range override moved it.
_AROUND = 40 * 86_400


def place_of(calendar: Component, tzid: str, floating: tzinfo) -> Place:
    """The zones of an object in a calendar whose own zone is `floating`, written as `tzid`."""
    return Place(Zones.of(calendar, floating), tzid)


def new_object(
    kind: str, draft: EventDraft, *, uid: str, tzid: str, floating: tzinfo, now: int
) -> Component:
    """A VCALENDAR with one component of that kind. Raises DraftRefused."""
    check_kind(draft, kind)
    written = utc_text(now)
    head = {
        "UID": escape(uid),
        "DTSTAMP": written,
        "CREATED": written,
        "LAST-MODIFIED": written,
        "SEQUENCE": "0",
    }
    target = Component(kind, [ContentLine(name, "", value) for name, value in head.items()])
    frame = {"VERSION": "2.0", "PRODID": PRODID, "CALSCALE": "GREGORIAN"}
    lines = [ContentLine(name, "", value) for name, value in frame.items()]
    calendar = Component("VCALENDAR", lines, [target])
    place = place_of(calendar, tzid, floating)
    write_times(target, draft, place)
    _write(calendar, target, draft, place, now=now)
    return calendar


def amend(calendar: Component, draft: EventDraft, place: Place, *, now: int) -> bool:
    """Change the object, its whole series where it recurs; whether that changed anything.

    Raises DraftRefused.
    """
    target = entries_of(calendar)[0]
    single = target.line("RECURRENCE-ID") is not None
    if single and draft.repeat is not UNTOUCHED:
        refuse("repeat", DraftFault.REPEAT_OF_ONE)
    check_kind(draft, target.name)
    before = _snapshot(calendar)
    if draft.speaks_of_time:
        was = times_of(target, place.zones)
        write_times(target, draft, place)
        if not single:
            shift_series(calendar, target, was, place)
    _write(calendar, target, draft, place, now=now)
    return _stamp_changed(calendar, before, now=now)


def amend_occurrence(
    calendar: Component, draft: EventDraft, at: date | int, place: Place, *, now: int
) -> bool:
    """Change one occurrence, named by its original start; whether that changed anything.

    Raises NoSuchOccurrence, DraftRefused.
    """
    if draft.repeat is not UNTOUCHED:
        refuse("repeat", DraftFault.REPEAT_OF_ONE)
    check_kind(draft, entries_of(calendar)[0].name)
    before = _snapshot(calendar)
    target = override_at(calendar, at, place)
    if target is None:
        target = new_override(calendar, at, place)
        calendar.components.append(target)
        before[id(target)] = ("", _weighty(target))
    fresh = serialize(target)
    if draft.speaks_of_time:
        write_times(target, draft, place)
    _write(calendar, target, draft, place, now=now)
    if serialize(target) == fresh:
        return False
    return _stamp_changed(calendar, before, now=now)


def exclude_occurrence(calendar: Component, at: date | int, place: Place, *, now: int) -> bool:
    """Take one occurrence out of the series (EXDATE); whether any occurrence is left.

    Raises NoSuchOccurrence.
    """
    before = _snapshot(calendar)
    override = override_at(calendar, at, place)
    if override is not None:
        calendar.components.remove(override)
    entries = entries_of(calendar)
    if not entries:
        return False
    master = entries[0]
    found = occurrence_at(calendar, at, place)
    if found is not None and master.line("RECURRENCE-ID") is None:
        master.lines.append(_in_series_form("EXDATE", found, master, place))
    elif override is None:
        raise NoSuchOccurrence("the object has no occurrence at that time")
    _stamp_changed(calendar, before, now=now)
    return _goes_on(calendar, place)


def override_at(calendar: Component, at: date | int, place: Place) -> Component | None:
    """The component that stands for one occurrence alone, None if the series words it."""
    wanted = as_instant(at, place.floating)
    for part in entries_of(calendar):
        line = part.line("RECURRENCE-ID")
        original = moment_of(line, place.zones)
        if line is None or original is None or line.parameter("RANGE") is not None:
            continue
        if as_instant(original, place.floating) == wanted:
            return part
    return None


def occurrence_at(calendar: Component, at: date | int, place: Place) -> TimedInstance | None:
    """The occurrence of a series whose original start is named."""
    wanted = as_instant(at, place.floating)
    around = Window(wanted - _AROUND, wanted + _AROUND)
    try:
        found = instances(calendar, around, zone=place.floating, budget=Budget())
        return next((one for one in found if one.recurrence_id == wanted), None)
    except TooManyInstances:
        return None


def new_override(calendar: Component, at: date | int, place: Place) -> Component:
    """What the series says of one occurrence, as a component of its own."""
    found = occurrence_at(calendar, at, place)
    if found is None or found.recurrence_id is None:
        raise NoSuchOccurrence("the object has no occurrence at that time")
    base, master = found.component, entries_of(calendar)[0]
    row = Indexed(found.starts_at, found.ends_at, found.recurrence_id)
    said = Series(calendar, place.zones).at(row)
    tzid = said.entry.times.tzid or ""
    lines = [line for line in base.lines if line.name == "UID"]
    lines.append(_in_series_form("RECURRENCE-ID", found, master, place))
    if said.start is not None:
        lines.append(moment_line("DTSTART", said.start, tzid, place.written_in(tzid)))
    end_name = _ENDS.get(base.name, "")
    if said.end is not None and base.line(end_name) is not None:
        lines.append(moment_line(end_name, said.end, tzid, place.written_in(tzid)))
    lines += [line for line in base.lines if line.name not in _OF_SERIES]
    return Component(base.name, lines, deepcopy(base.components))


def _in_series_form(
    name: str, found: TimedInstance, master: Component, place: Place
) -> ContentLine:
    """An original start as the DTSTART of the series is written (RFC 5545 §3.8.4.4)."""
    row = Indexed(found.starts_at, found.ends_at, found.recurrence_id)
    series = Component("VCALENDAR", [], [master])
    original = Series(series, place.zones).at(row).original
    tzid = times_of(master, place.zones).tzid or ""
    if original is None:
        raise NoSuchOccurrence("the object has no occurrence at that time")
    return moment_line(name, original, tzid, place.written_in(tzid))


def _write(
    calendar: Component, target: Component, draft: EventDraft, place: Place, *, now: int
) -> None:
    write_words(target, draft, now=now)
    if draft.repeat is not UNTOUCHED:
        _write_repeat(calendar, target, draft.repeat, place)
    if draft.start is not UNTOUCHED or draft.repeat is not UNTOUCHED:
        _check_repeat(target, draft, place)
    if draft.alarms is not UNTOUCHED:
        write_alarms(target, draft.alarms)
    _define_zones(calendar)


def _write_repeat(
    calendar: Component, master: Component, repeat: Repeat | None, place: Place
) -> None:
    if repeat is None:
        forget_exceptions(calendar, master)
        drop_lines(master, "RRULE")
        return
    times = times_of(master, place.zones)
    if times.start is None:
        refuse("repeat", DraftFault.NEEDS_START)
    rule = repeat.rule(None if times.all_day else place.written_in(times.tzid or ""))
    try:
        repeat_of(rule, UTC)
    except (InvalidCalendarData, UnsupportedRscale):
        refuse("repeat", DraftFault.BAD_REPEAT)
    first = _first_day(times.start, times.tzid, place)
    if repeat.until is not None and repeat.until < first:
        refuse("repeat", DraftFault.BAD_REPEAT)
    if rule != master.value("RRULE"):
        forget_exceptions(calendar, master)
        put_value(master, "RRULE", rule)


def _check_repeat(target: Component, draft: EventDraft, place: Place) -> None:
    """A start on none of the days of its rule is read differently by every program (§3.8.5.3)."""
    rule = target.value("RRULE")
    if rule is None:
        return
    times = times_of(target, place.zones)
    if times.start is None:
        refuse("start", DraftFault.NEEDS_START)
    days = repeat_of(rule, UTC).weekdays
    if days and _first_day(times.start, times.tzid, place).weekday() not in days:
        refuse("start" if draft.repeat is UNTOUCHED else "repeat", DraftFault.START_NOT_IN_REPEAT)


def _first_day(start: date | int, tzid: str | None, place: Place) -> date:
    moment = shown(start, place.written_in(tzid or ""))
    return moment.date() if isinstance(moment, datetime) else moment or date.min


def _define_zones(calendar: Component) -> None:
    """A VTIMEZONE for each TZID that is used (RFC 5545 §3.6.5, TIM-2)."""
    defined = {zone.value("TZID") for zone in calendar.children("VTIMEZONE")}
    used = {
        tzid
        for part in entries_of(calendar)
        for line in part.lines
        if (tzid := line.parameter("TZID")) is not None
    }
    for tzid in sorted(used - defined):
        if named_zone(tzid) is not None:
            text = f"BEGIN:VCALENDAR\r\n{minimal_vtimezone(tzid)}END:VCALENDAR\r\n"
            calendar.components[:0] = parse(text).components


def _snapshot(calendar: Component) -> dict[int, tuple[str, list[ContentLine]]]:
    """What each entry says, and what of it weighs, by the entry."""
    return {id(part): (serialize(part), _weighty(part)) for part in entries_of(calendar)}


def _weighty(part: Component) -> list[ContentLine]:
    return [line for line in part.lines if line.name in _WEIGHTY]


def _stamp_changed(
    calendar: Component, before: dict[int, tuple[str, list[ContentLine]]], *, now: int
) -> bool:
    """Stamp the entries that say something else than before; whether anything is different."""
    after = _snapshot(calendar)
    for part in entries_of(calendar):
        text, weighty = before.get(id(part), ("", []))
        if after[id(part)][0] != text:
            stamp(part, now, revised=after[id(part)][1] != weighty)
    return after != before


def _goes_on(calendar: Component, place: Place) -> bool:
    try:
        found = instances(calendar, ALWAYS, zone=place.floating, budget=Budget())
        return next(iter(found), None) is not None
    except TooManyInstances:
        return True
