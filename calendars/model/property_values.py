"""The values of properties that something is computed from (RFC 5545 §3.3, §3.8).

Texts, addresses and URIs are not looked at: they are kept as they are, and whoever shows or uses
them must take them as what they are, foreign text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from calendars.model.component import ContentLine
from calendars.model.invalid import DateTooEarly, DateTooLate, InvalidCalendarData
from calendars.model.limits import Limits
from calendars.model.recurrence import Rule
from calendars.model.values import (
    Duration,
    parse_date_or_datetime,
    parse_duration,
    parse_period,
    parse_utc_offset,
)

Check = Callable[[ContentLine, Limits], object]

_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")
# Some programs count in milliseconds of the epoch: still a number that every database holds.
_SEQUENCE = re.compile(r"\+?[0-9]{1,15}")
# SOGo escapes the semicolon.
_DEGREES = r" *([+-]?[0-9]{1,3}(?:\.[0-9]{0,40})?) *"
_GEO = re.compile(rf"{_DEGREES}\\?;{_DEGREES}")
_YEAR_ZERO = re.compile(r"0000[0-9]{4}T[0-9]{6}Z?")


def in_range(value: date, limits: Limits) -> None:
    """Raises DateTooEarly or DateTooLate (RFC 4791 §5.2.6, §5.2.7)."""
    day = value.date() if isinstance(value, datetime) else value
    if day < limits.first_day:
        raise DateTooEarly(f"a date before {limits.first_day}: {day}")
    if day > limits.last_day:
        raise DateTooLate(f"a date after {limits.last_day}: {day}")


def _moment(line: ContentLine, limits: Limits) -> None:
    in_range(parse_date_or_datetime(line[2]), limits)


def _stamp(line: ContentLine, _: Limits) -> None:
    parse_date_or_datetime(line[2])


def _vague_stamp(line: ContentLine, _: Limits) -> None:
    # Google Calendar writes CREATED:00001231T000000Z where it knows no better.
    if _YEAR_ZERO.fullmatch(line[2]) is None:
        parse_date_or_datetime(line[2])


def _exceptions(line: ContentLine, limits: Limits) -> None:
    for value in line[2].split(","):
        in_range(parse_date_or_datetime(value), limits)


def _additions(line: ContentLine, limits: Limits) -> None:
    for value in line[2].split(","):
        if "/" in value:
            _period(value, limits)
        else:
            in_range(parse_date_or_datetime(value), limits)


def _periods(line: ContentLine, limits: Limits) -> None:
    for value in line[2].split(","):
        _period(value, limits)


def _period(value: str, limits: Limits) -> None:
    start, end = parse_period(value)
    in_range(start, limits)
    if isinstance(end, Duration):
        end = start + timedelta(seconds=end.total)
    in_range(end, limits)


def _length(line: ContentLine, _: Limits) -> None:
    if parse_duration(line[2]).total < 0:
        raise InvalidCalendarData(f"a negative duration: {line[2][:40]}")


def _trigger(line: ContentLine, _: Limits) -> None:
    if line[2][:1].isdigit():
        parse_date_or_datetime(line[2])
    else:
        parse_duration(line[2])


def _repeat(line: ContentLine, limits: Limits) -> None:
    most = limits.max_alarm_repeats
    if not line[2].isascii() or not line[2].isdigit() or len(line[2]) > 9 or int(line[2]) > most:
        raise InvalidCalendarData(f"an alarm may repeat {most} times: {line[2][:20]}")


def _rule(line: ContentLine, _: Limits) -> None:
    Rule.parse(line[2])


def _observance_start(line: ContentLine, _: Limits) -> None:
    # Exchange writes rules of 1601; how far back a zone goes is no affair of the limits.
    parse_date_or_datetime(line[2])


def _observance_dates(line: ContentLine, _: Limits) -> None:
    for value in line[2].split(","):
        parse_date_or_datetime(value.partition("/")[0])


def _offset(line: ContentLine, _: Limits) -> None:
    parse_utc_offset(line[2])


def _integer(line: ContentLine, _: Limits) -> None:
    # RFC 5545 §3.3.8: 32 bits.
    value = line[2].strip()
    if _INTEGER.fullmatch(value) is None or not -(2**31) <= int(value) < 2**31:
        raise InvalidCalendarData(f"not an integer: {line[2][:20]}")


def _sequence(line: ContentLine, _: Limits) -> None:
    if _SEQUENCE.fullmatch(line[2].strip()) is None:
        raise InvalidCalendarData(f"not a number of a revision: {line[2][:20]}")


def _geo(line: ContentLine, _: Limits) -> None:
    matched = _GEO.fullmatch(line[2])
    if matched is None or max(abs(float(matched[1])), abs(float(matched[2]))) > 360:
        raise InvalidCalendarData(f"not a place on Earth: {line[2][:40]}")


_STAMPS: Mapping[str, Check] = {
    "DTSTAMP": _stamp,
    "CREATED": _vague_stamp,
    "LAST-MODIFIED": _vague_stamp,
}
_NUMBERS: Mapping[str, Check] = {"SEQUENCE": _sequence, "PRIORITY": _integer}
_RECURRENCE: Mapping[str, Check] = {
    "RECURRENCE-ID": _moment,
    "RRULE": _rule,
    "EXRULE": _rule,
    "RDATE": _additions,
    "EXDATE": _exceptions,
}
_SPAN: Mapping[str, Check] = {"DTSTART": _moment, "DTEND": _moment, "DURATION": _length}
_OBSERVANCE: Mapping[str, Check] = {
    "DTSTART": _observance_start,
    "TZOFFSETFROM": _offset,
    "TZOFFSETTO": _offset,
    "RRULE": _rule,
    "RDATE": _observance_dates,
}
_ENTRY: Mapping[str, Check] = {**_STAMPS, **_NUMBERS, **_RECURRENCE, **_SPAN, "GEO": _geo}

VALUE_CHECKS: Mapping[str, Mapping[str, Check]] = {
    "VEVENT": _ENTRY,
    "VTODO": {
        **_ENTRY,
        "DUE": _moment,
        "COMPLETED": _stamp,
        "CREATED": _stamp,  # a task without dates lasts from its creation on (RFC 4791 §9.9)
        "PERCENT-COMPLETE": _integer,
    },
    "VJOURNAL": _ENTRY,
    "VFREEBUSY": {**_STAMPS, **_SPAN, "FREEBUSY": _periods},
    "VAVAILABILITY": _ENTRY,
    "AVAILABLE": _ENTRY,
    "VTIMEZONE": {"LAST-MODIFIED": _stamp, "TZUNTIL": _stamp},
    "STANDARD": _OBSERVANCE,
    "DAYLIGHT": _OBSERVANCE,
    "VALARM": {
        "TRIGGER": _trigger,
        "DURATION": _length,
        "REPEAT": _repeat,
        "ACKNOWLEDGED": _stamp,
    },
    "PARTICIPANT": {**_STAMPS, **_NUMBERS, "GEO": _geo},
    "VLOCATION": {"GEO": _geo},
    "VRESOURCE": {"GEO": _geo},
}
"""By component and property: what raises the fitting refusal if the value cannot be taken."""
