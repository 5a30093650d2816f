"""The lines that name people, ORGANIZER and ATTENDEE, and their parameters (RFC 5545 §3.8.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from calendars.model.component import Component, ContentLine, unescape

ANSWERED = "X-NIAOULI-ANSWERED"
"""On ATTENDEE: the version of the answer that PARTSTAT tells. Answers come late, doubled and out
of order; only who remembers which one he heard last can tell (RFC 5546 §2.1.5)."""
SEEN = "X-NIAOULI-SEEN"
"""On ORGANIZER and EXDATE of an attendee's copy: the version of the organizer's message that was
last heeded. DTSTAMP does not tell, since the attendee's own client writes it too."""
GONE = "X-NIAOULI-GONE"
"""On ORGANIZER of single occurrences: the version of the message that took the series away."""

SENT = "X-NIAOULI-SENT"
"""On ORGANIZER of his own copy: when his last message was written. The next one is later, even if
what made it late, an answer, is gone with the occurrence that it was for."""
FROM = "X-NIAOULI-FROM"
"""On COMMENT of an organizer's copy: who wrote it beside his answer."""

_SCHEDULING = ("SCHEDULE-AGENT", "SCHEDULE-STATUS", "SCHEDULE-FORCE-SEND")
_NAME = r"[A-Za-z0-9_.-]+"
_PARAMETER = re.compile(rf';({_NAME})=((?:"[^"]*"|\\;(?!{_NAME}=)|[^";])*)')
_VERSION = re.compile(r"([0-9]{1,10})-([0-9]{8}T[0-9]{6}Z)")
_STAMP = re.compile(r"[0-9]{8}T[0-9]{6}Z")


class Version(NamedTuple):
    """How new something is: SEQUENCE first, then DTSTAMP (RFC 5546 §2.1.5)."""

    sequence: int
    stamp: str
    """In UTC, as iCalendar writes it; empty if nobody knows."""

    def __str__(self) -> str:
        return f"{self.sequence}-{self.stamp}"


OLDEST = Version(-1, "")


def address_of(line: ContentLine) -> str:
    """The calendar user address in lower case: no part of it is told apart by case here."""
    value = line.value.strip().lower()
    return value if ":" in value or "@" not in value or "/" in value else f"mailto:{value}"


def attendee(component: Component, addresses: Iterable[str]) -> ContentLine | None:
    """The first ATTENDEE line of any of these addresses."""
    wanted = frozenset(addresses)
    for line in component.lines:
        if line[0] == "ATTENDEE" and address_of(line) in wanted:
            return line
    return None


def attendees(component: Component) -> dict[str, ContentLine]:
    """The ATTENDEE lines by address; of two with one address the first."""
    found: dict[str, ContentLine] = {}
    for line in component.lines:
        if line[0] == "ATTENDEE":
            found.setdefault(address_of(line), line)
    return found


def organizer_of(component: Component) -> str | None:
    """The organizer's address."""
    line = component.line("ORGANIZER")
    return None if line is None else address_of(line)


def part_stat(line: ContentLine) -> str:
    """PARTSTAT in capitals; NEEDS-ACTION where nothing is said (RFC 5545 §3.2.12)."""
    return _part_stat(line.raw_parameters)


@lru_cache(maxsize=1_024)
def _part_stat(raw_parameters: str) -> str:
    line = ContentLine("ATTENDEE", raw_parameters, "")
    return (line.parameter("PARTSTAT") or "NEEDS-ACTION").strip().upper()


def said_beside(component: Component, address: str) -> str:
    """What one attendee wrote beside his answer, in the organizer's copy; nobody else has it."""
    for line in component.all("COMMENT"):
        if (line.parameter(FROM) or "").lower() == address:
            return unescape(line.value).strip()
    return ""


def by_server(line: ContentLine | None) -> bool:
    """The server does the scheduling: SCHEDULE-AGENT is SERVER or absent (RFC 6638 §7.1).

    An unknown agent is nobody that the server could stand in for: it counts as NONE.
    """
    agent = None if line is None else line.parameter("SCHEDULE-AGENT")
    return agent is None or agent.strip().upper() == "SERVER"


def with_parameter(line: ContentLine, name: str, value: str | None) -> ContentLine:
    """The line with the parameter set, in its place or at the end; None takes it away."""
    new = "" if value is None else f";{name}={_quoted(value)}"
    done = False

    def exchanged(match: re.Match[str]) -> str:
        nonlocal done
        if match[1].upper() != name:
            return match[0]
        first, done = not done, True
        return new if first else ""

    parameters = _PARAMETER.sub(exchanged, line.raw_parameters)
    if not done:
        parameters += new
    return line if parameters == line.raw_parameters else line._replace(raw_parameters=parameters)


def without_parameters(line: ContentLine, names: Iterable[str]) -> ContentLine:
    """The line without these parameters."""
    raw = line.raw_parameters.upper()
    for name in names:
        if name in raw:
            line = with_parameter(line, name, None)
    return line


def without_scheduling(line: ContentLine) -> ContentLine:
    """As it may leave: RFC 6638 §7.1-7.3 keep these parameters out of messages."""
    return without_parameters(line, (*_SCHEDULING, SENT))


def version_in(line: ContentLine | None, name: str) -> Version | None:
    """The version that a line bears under one of the names above."""
    found = None if line is None else line.parameter(name)
    matched = None if found is None else _VERSION.fullmatch(found)
    return None if matched is None else Version(int(matched[1]), matched[2])


def sequence_of(component: Component) -> int:
    """SEQUENCE; 0 where there is none, or none that can be read."""
    value = (component.value("SEQUENCE") or "0").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0


def stamp_of(component: Component) -> str:
    """DTSTAMP in UTC, empty if there is none that can be compared."""
    value = (component.value("DTSTAMP") or "").strip().upper()
    return value if _STAMP.fullmatch(value) else ""


def version_of(component: Component) -> Version:
    """What a component of a message says of its version."""
    return Version(sequence_of(component), stamp_of(component))


def _quoted(value: str) -> str:
    return f'"{value}"' if any(mark in value for mark in ':;,"') else value
