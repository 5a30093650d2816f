"""A component taken apart for expansion: what every instance repeats, and what it rewrites.

The text of most objects can be cut into these pieces by looking for line ends and names, three
times faster than it can be parsed; what is written in a rarer way goes through the parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from calendars.model.component import Component, ContentLine, content_line, fold
from calendars.model.invalid import InvalidCalendarData
from calendars.model.moments import tzid_of
from calendars.model.time_zones import Zones, named_zone
from calendars.model.timed_values import intervals_of
from calendars.model.utc_text import utc_text

_TIMES = ("DTSTART", "DTEND", "DUE", "DURATION", "RECURRENCE-ID")
_SET = ("RRULE", "RDATE", "EXDATE", "EXRULE")
_OWN = frozenset((*_TIMES, *_SET))

_HEAD, _FOOT = "BEGIN:VCALENDAR\r\n", "\r\nEND:VCALENDAR\r\n"
_OWN_LINE = re.compile(rf"\r\n({'|'.join(_OWN)})([;:][^\r]*(?:\r\n[ \t][^\r]*)*)")
# A name in lower case or folded, a blank line, something after BEGIN:NAME: all that a parser takes
# and a search for "\r\nDTSTART" misses.
_ODD = re.compile(
    r"\r\n(?:\r|[A-Z0-9-]*+(?:[a-z]|\r\n[ \t])"
    r"|(?:BEGIN|END):[A-Z0-9-]*+(?:[^A-Z0-9\r-]|\r\n[ \t]))"
)
_FOLD = re.compile("\r\n[ \t]")
_ZONE = re.compile(r';TZID=(?:"[^"]*"|[^";:,]*)', re.IGNORECASE)


class Piece(NamedTuple):
    """One component."""

    name: str
    times: dict[str, ContentLine]
    """Start, end, length and RECURRENCE-ID, by name."""
    periods: bool
    """RDATE gives some of its instances a length of their own."""
    rest: str
    """All other lines and the components inside it, with line ends; nothing refers to a zone."""


class Pieces(NamedTuple):
    """A calendar object without its time zones."""

    head: str
    """The properties of the VCALENDAR."""
    components: list[Piece]


def cut(text: str) -> Pieces | None:
    """The pieces of a text; None where it takes a parser to tell."""
    if not text.startswith(_HEAD) or not text.endswith(_FOOT) or _ODD.search(text):
        return None
    if text.count("\n") != text.count("\r\n"):
        return None
    head, blocks = _split(text[len(_HEAD) - 2 : 2 - len(_FOOT)])
    pieces = [_piece_of_text(name, inner) for name, inner in blocks if name != "VTIMEZONE"]
    if not all(map(_stands_alone, pieces)):
        return None
    return Pieces(head[2:], pieces)


def _split(inner: str) -> tuple[str, list[tuple[str, str]]]:
    r"""The lines of a component, and the components in it: (\r\n LINE)* \r\n each."""
    lines: list[str] = []
    blocks: list[tuple[str, str]] = []
    position = 0
    while (begin := inner.find("\r\nBEGIN:", position)) >= 0:
        lines.append(inner[position:begin])
        name_ends = inner.find("\r\n", begin + 8)
        name = inner[begin + 8 : name_ends]
        end = inner.find(f"\r\nEND:{name}\r\n", name_ends)
        if end < 0:
            raise InvalidCalendarData(f"END:{name[:20]} is missing: the text was cut off")
        blocks.append((name, inner[name_ends : end + 2]))
        position = end + 6 + len(name)
    lines.append(inner[position:])
    return "".join(lines), blocks


def _piece_of_text(name: str, inner: str) -> Piece:
    lines, blocks = _split(inner)
    found = _OWN_LINE.findall(lines)
    rest = _OWN_LINE.sub("", lines)[2:]
    for block, content in blocks:
        rest += f"BEGIN:{block}{content}END:{block}\r\n"
    times: dict[str, ContentLine] = {}
    for own, value in found:
        if own in _TIMES and own not in times:
            times[own] = content_line(_FOLD.sub("", own + value))
    return Piece(name, times, any(own == "RDATE" and "/" in value for own, value in found), rest)


def _stands_alone(piece: Piece) -> bool:
    """It refers to no time zone that only the object defines."""
    if "TZID=" in piece.rest or "tzid=" in piece.rest.lower():
        return False
    tzids = (tzid_of(line) for line in piece.times.values())
    return all(tzid is None or named_zone(tzid) is not None for tzid in tzids)


def take_apart(calendar: Component, zones: Zones) -> Pieces:
    """The pieces of a parsed object, in the order of its components without the time zones."""
    components = [one for one in calendar.components if one.name != "VTIMEZONE"]
    return Pieces(
        "".join(_lines(calendar, zones)),
        [_piece_of(component, zones) for component in components],
    )


def _piece_of(component: Component, zones: Zones) -> Piece:
    times: dict[str, ContentLine] = {}
    for line in component.lines:
        if line.name in _TIMES:
            times.setdefault(line.name, line)
    periods = any("/" in line.value for line in component.all("RDATE"))
    return Piece(component.name, times, periods, "".join(_rest(component, zones)))


def _rest(component: Component, zones: Zones) -> Iterator[str]:
    yield from _lines(component, zones, _OWN)
    for child in component.components:
        yield from _whole(child, zones)


def _whole(component: Component, zones: Zones) -> Iterator[str]:
    yield f"BEGIN:{component.name}\r\n"
    yield from _lines(component, zones)
    for child in component.components:
        yield from _whole(child, zones)
    yield f"END:{component.name}\r\n"


def _lines(
    component: Component, zones: Zones, skipped: frozenset[str] = frozenset()
) -> Iterator[str]:
    """The properties of a component, in UTC, but for some."""
    for name, parameters, value in component.lines:
        if name in skipped:
            continue
        if parameters and "TZID=" in parameters.upper():
            yield fold(_in_utc(ContentLine(name, parameters, value), zones))
        else:
            yield fold(f"{name}{parameters}:{value}")


def _in_utc(line: ContentLine, zones: Zones) -> str:
    """A line without its time zone, to which the answer must not refer (RFC 4791 §9.6.5)."""
    kept = _ZONE.sub("", line.raw_parameters)
    values = line.value.split(",")
    try:
        spans = list(intervals_of(line, zones)) if "T" in line.value else []
    except InvalidCalendarData:
        spans = []
    for position, (start, end) in enumerate(spans):
        period = f"/{utc_text(end)}" if "/" in values[position] else ""
        values[position] = utc_text(start) + period
    return f"{line.name}{kept}:{','.join(values)}"
