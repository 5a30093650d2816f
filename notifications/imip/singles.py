"""A series that Outlook cannot hold, as single meetings, and their answers back as the series'.

Each date is a meeting of its own with a UID that tells it, the same for ever: an update replaces
it, a cancellation takes it away, and whatever its reader answers is about that occurrence.
"""

from __future__ import annotations

import re
from datetime import tzinfo
from itertools import islice

from calendars.itip.copy import Copy, rebuilt
from calendars.model.budget import Budget
from calendars.model.component import Component, ContentLine
from calendars.model.instances import instances
from calendars.model.timed_instance import TimedInstance
from calendars.model.utc_text import utc_text
from calendars.model.wall_clock import epoch_to_local
from calendars.model.window import NEVER_AFTER, Window

SINGLE = "X-NIAOULI-SINGLE"
"""On an occurrence that leaves as a meeting of its own: the last day of which one was sent."""

_TIMES = frozenset(("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID"))
_JOINT = "--"
_NAMED = re.compile(r"[0-9]{8}(?:T[0-9]{6}Z)?")


def singles_of(copy: Copy, zone: tzinfo, *, now: int, most: int) -> list[Component]:
    """The next occurrences of a series, each a calendar of its own; at most so many."""
    coming = instances(copy.calendar, Window(now, NEVER_AFTER), zone=zone, budget=Budget())
    found = list(islice(((one, _part(copy, one)) for one in coming), most))
    if not found:
        return []
    last = f"{epoch_to_local(found[-1][0].starts_at, zone):%Y%m%d}"
    return [as_single(copy, part, one.recurrence_id, last) for one, part in found]


def as_single(copy: Copy, part: Component, key: int | None, last: str) -> Component:
    """A calendar with one occurrence that leaves as a meeting of its own."""
    named = part.line("RECURRENCE-ID")
    days = named is not None and len(named.value.strip()) == len("20260303")
    lines = [line for line in part.lines if line.name not in {"RECURRENCE-ID", SINGLE}]
    lines.append(_name(key or 0, copy, days=days))
    lines.append(ContentLine(SINGLE, "", last))
    return rebuilt(copy.calendar, [Component(part.name, lines, part.components)])


def _name(key: int, copy: Copy, *, days: bool) -> ContentLine:
    """The same whatever zone the series is written in."""
    if days:
        day = f"{epoch_to_local(key, copy.zones.default):%Y%m%d}"
        return ContentLine("RECURRENCE-ID", ";VALUE=DATE", day)
    return ContentLine("RECURRENCE-ID", "", utc_text(key))


def _part(copy: Copy, one: TimedInstance) -> Component:
    """What describes an occurrence, with the times that are its own."""
    key = one.recurrence_id or 0
    if one.component is copy.master or one.component is copy.overrides.get(key):
        part = copy.overrides.get(key) or copy.occurrence(key)
    else:  # an override for it and all that follow (RANGE=THISANDFUTURE)
        lines = [line for line in one.component.lines if line.name not in _TIMES]
        ends = ContentLine("DTEND", "", utc_text(one.ends_at))
        lines += [ContentLine("DTSTART", "", utc_text(one.starts_at)), ends]
        part = Component(one.component.name, [*lines, _name(key, copy, days=False)], [])
    return part


def is_single(part: Component) -> bool:
    """It leaves as a meeting of its own."""
    return part.line(SINGLE) is not None


def detached(part: Component) -> Component:
    """An occurrence as the meeting of its own that leaves."""
    named = part.value("RECURRENCE-ID")
    if not is_single(part) or named is None:
        return part
    lines = [
        line._replace(value=f"{line.value}{_JOINT}{named}") if line.name == "UID" else line
        for line in part.lines
        if line.name not in {"RECURRENCE-ID", SINGLE}
    ]
    return Component(part.name, lines, part.components)


def attached(calendar: Component, uid: str) -> Component:
    """An answer to such a meeting as an answer to that occurrence of the series `uid`.

    Anything else comes back as it is.
    """
    parts = [_attached(part, uid) for part in calendar.components]
    return Component(calendar.name, list(calendar.lines), parts)


def series_of(uid: str) -> str | None:
    """The UID of the series that a UID may name an occurrence of; None if it cannot be one."""
    series, joint, named = uid.rpartition(_JOINT)
    return series if joint and series and _NAMED.fullmatch(named) else None


def _attached(part: Component, uid: str) -> Component:
    own = part.value("UID") or ""
    if part.line("RECURRENCE-ID") is not None or series_of(own) != uid:
        return part
    named = own[len(uid) + len(_JOINT) :]
    line = ContentLine("RECURRENCE-ID", "" if "T" in named else ";VALUE=DATE", named)
    lines = [one._replace(value=uid) if one.name == "UID" else one for one in part.lines]
    return Component(part.name, [*lines, line], part.components)
