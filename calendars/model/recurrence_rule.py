"""What a recurrence rule says, checked part by part (RFC 5545 §3.3.10, RFC 7529).

Every part is checked before anything is computed from it: a rule that passes can be asked for
its instances without further ado.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from calendars.model.invalid import InvalidCalendarData, TooManyInstances, UnsupportedRscale
from calendars.model.values import parse_date_or_datetime

MAX_RULE_LENGTH = 8_192
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_ORDINAL_DAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")


class TooFrequent(InvalidCalendarData, TooManyInstances):
    """An instance each second or minute: no calendar needs it, and no reader survives it."""


class Frequency(StrEnum):
    """FREQ: the length of one period."""

    YEARLY = "YEARLY"
    MONTHLY = "MONTHLY"
    WEEKLY = "WEEKLY"
    DAILY = "DAILY"
    HOURLY = "HOURLY"
    MINUTELY = "MINUTELY"
    SECONDLY = "SECONDLY"


class Skip(StrEnum):
    """What becomes of a date that a month does not have (RFC 7529 §4.1)."""

    OMIT = "OMIT"
    BACKWARD = "BACKWARD"
    FORWARD = "FORWARD"


@dataclass(frozen=True, slots=True)
class RuleParts:
    """The parts of a rule; an empty tuple means that the part is not there."""

    freq: Frequency
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None
    week_start: int = 0
    """Monday is 0."""
    by_month: tuple[int, ...] = ()
    by_week_number: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[tuple[int, int], ...] = ()
    """Weekday, and its ordinal within the month or year, 0 for every one."""
    by_hour: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_second: tuple[int, ...] = ()
    by_set_position: tuple[int, ...] = ()
    skip: Skip = Skip.OMIT


def parse_parts(text: str, *, minutely: bool = False) -> RuleParts:
    """The parts of an RRULE value.

    MINUTELY is refused unless the caller asks for it, SECONDLY always.
    Raises InvalidCalendarData, for a calendar other than Gregorian UnsupportedRscale.
    """
    written = _split(text)
    scale = written.pop("RSCALE", None)
    if scale not in (None, "GREGORIAN", "GREGORY"):
        raise UnsupportedRscale(f"recurrence in the calendar {scale[:40]} is not known here")
    if "SKIP" in written and scale is None:
        raise InvalidCalendarData("SKIP without RSCALE")
    if "FREQ" not in written:
        raise InvalidCalendarData("a recurrence rule without FREQ")
    fields: dict[str, Any] = {}
    for name, value in written.items():
        if name.startswith("X-"):
            continue
        reader = _READERS.get(name)
        if reader is None:
            raise InvalidCalendarData(f"unknown part of a recurrence rule: {name[:40]}")
        field, read = reader
        fields[field] = read(name, value)
    parts = RuleParts(**fields)
    _refuse_too_frequent(parts, minutely=minutely)
    _refuse_forbidden(parts)
    return parts


def _split(text: str) -> dict[str, str]:
    if len(text) > MAX_RULE_LENGTH:
        raise InvalidCalendarData(f"a recurrence rule of more than {MAX_RULE_LENGTH} characters")
    if not text.isascii():
        raise InvalidCalendarData("a recurrence rule with other than ASCII characters")
    written: dict[str, str] = {}
    # Ximian and KOrganizer end their rules with a semicolon.
    for part in text.strip().upper().removesuffix(";").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise InvalidCalendarData(f"not a part of a recurrence rule: {part[:40]}")
        if name in written:
            raise InvalidCalendarData(f"twice in one recurrence rule: {name[:40]}")
        written[name] = value
    return written


def _refuse_too_frequent(parts: RuleParts, *, minutely: bool) -> None:
    if parts.freq is Frequency.SECONDLY or (parts.freq is Frequency.MINUTELY and not minutely):
        raise TooFrequent(f"FREQ={parts.freq} is not taken")


def _refuse_forbidden(parts: RuleParts) -> None:
    """The combinations that RFC 5545 §3.3.10 forbids: programs read them differently."""
    freq = parts.freq
    ordinals = any(ordinal for _, ordinal in parts.by_day)
    forbidden = {
        "BYWEEKNO": parts.by_week_number and freq is not Frequency.YEARLY,
        "BYYEARDAY": parts.by_year_day
        and freq in (Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY),
        "BYMONTHDAY": parts.by_month_day and freq is Frequency.WEEKLY,
        "numbered BYDAY": ordinals
        and (freq not in (Frequency.YEARLY, Frequency.MONTHLY) or parts.by_week_number),
    }
    for name, wrong in forbidden.items():
        if wrong:
            raise InvalidCalendarData(f"{name} does not go with this FREQ={freq} rule")


def _frequency(name: str, value: str) -> Frequency:
    try:
        return Frequency(value)
    except ValueError:
        raise InvalidCalendarData(f"unknown {name}: {value[:40]}") from None


def _skip(name: str, value: str) -> Skip:
    try:
        return Skip(value)
    except ValueError:
        raise InvalidCalendarData(f"unknown {name}: {value[:40]}") from None


def _positive(digits: int) -> Callable[[str, str], int]:
    def read(name: str, value: str) -> int:
        if len(value) > digits or not value.isdigit() or int(value) == 0:
            raise InvalidCalendarData(f"{name} must be a number from 1: {value[:40]}")
        return int(value)

    return read


def _until(_: str, value: str) -> date | datetime:
    return parse_date_or_datetime(value)


def _weekday(name: str, value: str) -> int:
    if value not in WEEKDAYS:
        raise InvalidCalendarData(f"{name} is not a day of the week: {value[:40]}")
    return WEEKDAYS.index(value)


def _numbers(lowest: int, highest: int, *, signed: bool) -> Callable[[str, str], tuple[int, ...]]:
    pattern = re.compile(r"[+-]?[0-9]{1,3}" if signed else r"[0-9]{1,3}")

    def read(name: str, value: str) -> tuple[int, ...]:
        found: set[int] = set()
        for item in value.split(","):
            number = int(item) if pattern.fullmatch(item) else None
            if number is None or not lowest <= abs(number) <= highest:
                raise InvalidCalendarData(f"{name} out of its range: {item[:40]}")
            found.add(number)
        return tuple(sorted(found))

    return read


def _seconds(name: str, value: str) -> tuple[int, ...]:
    # The leap second counts as the one before it (RFC 5545 §3.3.5).
    found = _numbers(0, 60, signed=False)(name, value)
    return tuple(sorted({min(second, 59) for second in found}))


def _days(name: str, value: str) -> tuple[tuple[int, int], ...]:
    found: set[tuple[int, int]] = set()
    for item in value.split(","):
        matched = _ORDINAL_DAY.fullmatch(item)
        ordinal = int(matched[1] or 0) if matched else 0
        if matched is None or abs(ordinal) > 53 or (matched[1] and ordinal == 0):
            raise InvalidCalendarData(f"{name} out of its range: {item[:40]}")
        found.add((WEEKDAYS.index(matched[2]), ordinal))
    return tuple(sorted(found))


_READERS: dict[str, tuple[str, Callable[[str, str], object]]] = {
    "FREQ": ("freq", _frequency),
    "INTERVAL": ("interval", _positive(9)),
    # Up to 64 bits: a large COUNT is only another word for "without end".
    "COUNT": ("count", _positive(18)),
    "UNTIL": ("until", _until),
    "WKST": ("week_start", _weekday),
    "BYMONTH": ("by_month", _numbers(1, 12, signed=False)),
    "BYWEEKNO": ("by_week_number", _numbers(1, 53, signed=True)),
    "BYYEARDAY": ("by_year_day", _numbers(1, 366, signed=True)),
    "BYMONTHDAY": ("by_month_day", _numbers(1, 31, signed=True)),
    "BYDAY": ("by_day", _days),
    "BYHOUR": ("by_hour", _numbers(0, 23, signed=False)),
    "BYMINUTE": ("by_minute", _numbers(0, 59, signed=False)),
    "BYSECOND": ("by_second", _seconds),
    "BYSETPOS": ("by_set_position", _numbers(1, 366, signed=True)),
    "SKIP": ("skip", _skip),
}
