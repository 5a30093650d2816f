"""A calendar from outside as it may be worked with: what is ours to write is taken out of it.

Of an answer only the answer is heeded (RFC 5546 §3.2.3): programs put titles and times of their
own making beside it. Nobody speaks from the future, and nobody else's program knows our notes.
"""

from __future__ import annotations

import re

from calendars.itip.people import stamp_of, without_parameters
from calendars.model.calendar_user_address import calendar_user_address
from calendars.model.component import Component, ContentLine
from calendars.model.limits import LIMITS
from calendars.model.recurrence import Rule
from calendars.model.rule_density import refuse_dense
from calendars.model.utc_text import utc_text
from calendars.model.validation import check_data

_OWN = "X-NIAOULI-"
_ANSWER = frozenset(("UID", "DTSTAMP", "SEQUENCE", "RECURRENCE-ID", "ORGANIZER", "ATTENDEE"))
_KEPT = {
    "REPLY": _ANSWER | {"COMMENT", "REQUEST-STATUS", "STATUS", "COMPLETED", "PERCENT-COMPLETE"},
    "REFRESH": _ANSWER,
    "CANCEL": _ANSWER | {"COMMENT", "DTSTART", "STATUS", "SUMMARY"},
    "COUNTER": _ANSWER | {"COMMENT", "DTSTART", "DTEND", "DUE", "DURATION", "LOCATION", "SUMMARY"},
}
"""Lines that are heeded, by method; of others all are."""
_ANSWERS = frozenset(("REPLY", "COUNTER", "REFRESH"))
_LATEST = "999999999"
"""SEQUENCE of an answer that tells none: it is to what he was asked last."""
_SCHEDULED = frozenset(("VEVENT", "VTODO"))
_SOME_DAY = ContentLine("DTSTART", "", "20000101T000000Z")
_MOST_COMMENT = 4_000
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)


def as_received(calendar: Component, *, now: int) -> Component:
    """The calendar without what only this service writes. Raises InvalidCalendarData and others
    of `calendars.model.invalid` for what could not be computed with.
    """
    method = (calendar.value("METHOD") or "").strip().upper()
    lines = [line for line in calendar.lines if not line.name.startswith(_OWN)]
    if calendar.value("VERSION") is None:
        lines.insert(0, ContentLine("VERSION", "", "2.0"))
    for part in calendar.components:
        _check_rules(part)
    parts = [
        part if part.name == "VTIMEZONE" else _part(part, method, now=now)
        for part in calendar.components
    ]
    found = Component(calendar.name, lines, parts)
    check_data(_with_starts(found), LIMITS)
    return found


def _check_rules(part: Component) -> None:
    """A rule that nobody could work with is no honest program's, heeded or not."""
    if part.name in _SCHEDULED:
        rules = [Rule.parse(line.value) for line in part.all("RRULE")]
        refuse_dense(rules, duration=0, most=LIMITS.max_instances_a_month)


def _with_starts(calendar: Component) -> Component:
    """For the check alone: who answers or calls off need not say when it is."""
    parts = [
        Component(part.name, [*part.lines, _SOME_DAY], part.components)
        if part.name in _SCHEDULED and part.line("DTSTART") is part.line("RECURRENCE-ID") is None
        else part
        for part in calendar.components
    ]
    return Component(calendar.name, calendar.lines, parts)


def _part(part: Component, method: str, *, now: int) -> Component:
    kept = _KEPT.get(method)
    lines = [
        _line(line)
        for line in part.lines
        if not line.name.startswith(_OWN) and (kept is None or line.name in kept)
    ]
    if part.name in _SCHEDULED:
        lines = [line for line in lines if line.name != "DTSTAMP"]
        lines.append(ContentLine("DTSTAMP", "", _stamp(part, now=now)))
        if method in _ANSWERS and part.value("SEQUENCE") is None:
            lines.append(ContentLine("SEQUENCE", "", _LATEST))
    if part.value("DTEND") is not None:
        # Some write both: the end is what their own program shows.
        lines = [line for line in lines if line.name != "DURATION"]
    inner = [] if kept is not None else [_part(one, method, now=now) for one in part.components]
    return Component(part.name, lines, inner)


def _line(line: ContentLine) -> ContentLine:
    if line.name == "COMMENT" and len(line.value) > _MOST_COMMENT:
        line = line._replace(value=line.value[:_MOST_COMMENT].rstrip("\\"))
    if line.name in {"ORGANIZER", "ATTENDEE"} and _is_mail(line.value):
        line = line._replace(value=calendar_user_address(line.value))
    if _OWN in line.raw_parameters.upper():
        own = [name for name, _ in line.parameters if name.startswith(_OWN)]
        line = without_parameters(line, own)
    return line


def _is_mail(value: str) -> bool:
    return _MAILTO.match(value.strip().strip("<>")) is not None or (
        "@" in value and ":" not in value
    )


def _stamp(part: Component, *, now: int) -> str:
    """When it was written; a clock that is ahead must not outlast all later messages."""
    present = utc_text(now)
    return min(stamp_of(part) or present, present)
