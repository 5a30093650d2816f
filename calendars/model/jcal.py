"""jCal: calendar data as JSON (RFC 7265), for who asks for application/calendar+json.

What was stored is written as it is: a value that does not fit its type comes out as text, for a
reader is better served by an odd value than by none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from calendars.model.component import Component, ContentLine, split_values, unescape
from calendars.model.value_types import LISTS, value_type

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MEDIA_TYPE = "application/calendar+json"

_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_TIME = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})(Z?)")
_OFFSET = re.compile(r"([+-][0-9]{2})([0-9]{2})([0-9]{2})?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,15}")
_FLOAT = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,40})?")
_RULE_NUMBERS = frozenset(
    (
        "COUNT",
        "INTERVAL",
        "BYSECOND",
        "BYMINUTE",
        "BYHOUR",
        "BYMONTHDAY",
        "BYYEARDAY",
        "BYWEEKNO",
        "BYMONTH",
        "BYSETPOS",
    )
)


def jcal_text(calendar: Component) -> str:
    """A VCALENDAR as the text of a jCal document, in UTF-8 characters and without blanks."""
    return json.dumps(jcal(calendar), ensure_ascii=False, separators=(",", ":"))


def jcal(component: Component) -> Json:
    """A component as name, properties and components (RFC 7265 §3.3)."""
    return [
        component.name.lower(),
        [_property(line) for line in component.lines],
        [jcal(child) for child in component.components],
    ]


def _property(line: ContentLine) -> Json:
    """Name, parameters, type and values (RFC 7265 §3.4)."""
    kind = value_type(line)
    if kind == "DATE-TIME" and _DATE.match(line.value) and line.value[8:9] in ("", ","):
        kind = "DATE"  # told by its form: many programs forget VALUE=DATE
    parameters: dict[str, Json] = {}
    for name, values in line.parameters:
        if name != "VALUE":
            parameters[name.lower()] = values[0] if len(values) == 1 else list(values)
    return [line.name.lower(), parameters, kind.lower(), *_values(line, kind)]


def _values(line: ContentLine, kind: str) -> list[Json]:
    if line.name in ("GEO", "REQUEST-STATUS"):
        return [_structured(line, kind)]
    write = _WRITERS.get(kind)
    if write is None:
        return [line.value]
    if line.name not in LISTS:
        return [write(line.value)]
    return [write(value) for value in split_values(line.value)] or [""]


def _structured(line: ContentLine, kind: str) -> Json:
    """Parts with semicolons between them become an array (RFC 7265 §3.4.1.3)."""
    # SOGo escapes the semicolon of GEO.
    value = line.value.replace("\\;", ";") if line.name == "GEO" else line.value
    write = _WRITERS.get(kind, unescape)
    return [write(part) for part in split_values(value, ";")]


def _date(value: str) -> str:
    """2026-03-02 (RFC 7265 §3.6.4)."""
    matched = _DATE.fullmatch(value)
    return "-".join(matched.groups()) if matched else value


def _date_time(value: str) -> str:
    """2026-03-02T08:30:00Z (RFC 7265 §3.6.5); a date where a program wrote one."""
    day, mark, clock = value.partition("T")
    return f"{_date(day)}T{_time(clock)}" if mark else _date(value)


def _time(value: str) -> str:
    matched = _TIME.fullmatch(value)
    return f"{matched[1]}:{matched[2]}:{matched[3]}{matched[4]}" if matched else value


def _period(value: str) -> Json:
    """Start, and end or duration, in an array (RFC 7265 §3.6.9)."""
    start, slash, end = value.partition("/")
    if not slash:
        return _date_time(value)
    return [_date_time(start), end if end[:1] in "Pp+-" else _date_time(end)]


def _utc_offset(value: str) -> str:
    """+11:00 (RFC 7265 §3.6.14)."""
    matched = _OFFSET.fullmatch(value)
    return ":".join(part for part in matched.groups() if part) if matched else value


def _integer(value: str) -> Json:
    return int(value) if _INTEGER.fullmatch(value) else value


def _float(value: str) -> Json:
    return float(value) if _FLOAT.fullmatch(value) else value


def _boolean(value: str) -> Json:
    return {"TRUE": True, "FALSE": False}.get(value.upper(), value)


def _rule(value: str) -> Json:
    """A rule as an object; lists of one are written bare (RFC 7265 §3.6.10)."""
    parts: dict[str, Json] = {}
    for part in value.rstrip(";").split(";"):
        name, equals, written = part.partition("=")
        if not equals:
            return value
        parts[name.lower()] = _rule_part(name.upper(), written)
    return parts


def _rule_part(name: str, written: str) -> Json:
    if name == "UNTIL":
        return _date_time(written)
    if not name.startswith("BY"):
        return _integer(written) if name in _RULE_NUMBERS else written
    values = [_integer(value) if name in _RULE_NUMBERS else value for value in written.split(",")]
    return values[0] if len(values) == 1 else values


_WRITERS: Mapping[str, Callable[[str], Json]] = {
    "TEXT": unescape,
    "DATE": _date,
    "DATE-TIME": _date_time,
    "TIME": _time,
    "PERIOD": _period,
    "UTC-OFFSET": _utc_offset,
    "INTEGER": _integer,
    "FLOAT": _float,
    "BOOLEAN": _boolean,
    "RECUR": _rule,
}
"""By value type; the others (URI, CAL-ADDRESS, BINARY, DURATION, UNKNOWN) stay as written."""
