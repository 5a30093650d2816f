"""A scheduling message as it leaves by mail: in the shape that other programs act on (RFC 6047).

ORGANIZER is the address that the mail comes from, so that Outlook trusts it and every answer comes
back to the service; the zone is the shortest that says it; nothing of our own bookkeeping and, of
what is not public, nothing but the time and the place goes along (SEC-6).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from calendars.itip.message import ItipMethod
from calendars.itip.people import (
    address_of,
    sequence_of,
    with_parameter,
    without_parameters,
    without_scheduling,
)
from calendars.model.component import Component, ContentLine, parse
from calendars.model.entry import visibility_of
from calendars.model.principal import Visibility
from calendars.model.time_zones import minimal_vtimezone, named_zone
from notifications.imip.enclosures import is_enclosed, is_kept_here
from notifications.imip.singles import detached

_OWN = "X-NIAOULI-"
BY_ATTENDEE = frozenset({ItipMethod.REPLY, ItipMethod.COUNTER, ItipMethod.REFRESH})
"""What goes to an organizer outside: the ORGANIZER in it is his (RFC 5546 §1.4)."""
_PLAIN = frozenset(
    ("UID", "DTSTAMP", "DTSTART", "DTEND", "DUE", "DURATION", "RRULE", "RDATE", "EXDATE")
) | {"RECURRENCE-ID", "SEQUENCE", "STATUS", "LOCATION", "ORGANIZER", "CLASS", "TRANSP", "COMMENT"}
NEUTRAL = "Réunion"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who stands in the message: the address for answers and the names people read."""

    organizer: str
    """The e-mail address that the organizer has in this message: the one that it is from."""
    organizer_name: str
    recipient: str
    """`mailto:…`"""


def outgoing(calendar: Component, method: ItipMethod, envelope: Envelope) -> Component:
    """The VCALENDAR for one recipient."""
    lines = [line for line in calendar.lines if line.name not in {"METHOD", "X-WR-CALNAME"}]
    lines.append(ContentLine("METHOD", "", method.value))
    parts = [
        _part(detached(part), method, envelope)
        for part in calendar.components
        if part.name != "VTIMEZONE"
    ]
    return Component(calendar.name, lines, [*_zones(calendar, parts), *parts])


def _part(part: Component, method: ItipMethod, envelope: Envelope) -> Component:
    public = visibility_of(part) == Visibility.PUBLIC
    lines: list[ContentLine] = []
    for line in part.lines:
        if line.name == "ORGANIZER" and method not in BY_ATTENDEE:
            lines.append(_organizer(line, envelope))
        elif line.name == "ATTENDEE":
            if public or address_of(line) == envelope.recipient or method in BY_ATTENDEE:
                lines.append(_attendee(line, envelope))
        elif is_enclosed(line) or is_kept_here(line):
            continue
        elif public or line.name in _PLAIN:
            lines.append(_without_own(line))
    if not public:
        lines.append(ContentLine("SUMMARY", "", NEUTRAL))
    return Component(part.name, [*lines, *_for_outlook(part, method)], [])


def _for_outlook(part: Component, method: ItipMethod) -> Iterator[ContentLine]:
    """What Outlook and Exchange look at beside the standard's own (MS-OXCICAL §2.1.3.1.1.20)."""
    yield ContentLine("X-MICROSOFT-CDO-APPT-SEQUENCE", "", str(sequence_of(part)))
    if part.name != "VEVENT" or method in BY_ATTENDEE:
        return
    start = part.line("DTSTART")
    if start is not None and len(start.value.strip()) == len("20260303"):
        yield ContentLine("X-MICROSOFT-CDO-ALLDAYEVENT", "", "TRUE")
    yield ContentLine("X-MICROSOFT-CDO-INTENDEDSTATUS", "", _status(part, method))


def _status(part: Component, method: ItipMethod) -> str:
    free = (part.value("TRANSP") or "").strip().upper() == "TRANSPARENT"
    if free or method is ItipMethod.CANCEL:
        return "FREE"
    tentative = (part.value("STATUS") or "").strip().upper() == "TENTATIVE"
    return "TENTATIVE" if tentative else "BUSY"


def _without_own(line: ContentLine) -> ContentLine:
    """Our own bookkeeping means nothing to others."""
    if _OWN not in line.raw_parameters:
        return line
    return without_parameters(line, [name for name, _ in line.parameters if name.startswith(_OWN)])


def _organizer(line: ContentLine, envelope: Envelope) -> ContentLine:
    bare = without_parameters(_without_own(without_scheduling(line)), ("SENT-BY", "EMAIL", "DIR"))
    named = with_parameter(bare, "CN", envelope.organizer_name)
    return named._replace(value=f"mailto:{envelope.organizer}")


def _attendee(line: ContentLine, envelope: Envelope) -> ContentLine:
    clean = _without_own(without_scheduling(line))
    asked = (clean.parameter("PARTSTAT") or "NEEDS-ACTION").upper() == "NEEDS-ACTION"
    if address_of(line) == envelope.recipient and asked:
        # Without RSVP=TRUE some programs show no buttons.
        return with_parameter(clean, "RSVP", "TRUE")
    return clean


def _zones(calendar: Component, parts: list[Component]) -> Iterator[Component]:
    """The zones that are used, those that are known in their shortest form (TIM-2)."""
    used = {tzid for part in parts for line in part.lines if (tzid := line.parameter("TZID"))}
    given = {zone.value("TZID"): zone for zone in calendar.children("VTIMEZONE")}
    for tzid in sorted(used):
        if named_zone(tzid) is not None:
            text = f"BEGIN:VCALENDAR\r\n{minimal_vtimezone(tzid)}END:VCALENDAR\r\n"
            yield from parse(text).components
        elif tzid in given:
            yield given[tzid]
