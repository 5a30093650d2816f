"""iCalendar values taken at their word: dates, times, lengths, offsets (RFC 5545 §3.3).

Only ASCII digits count as digits, and only the forms of the grammar are read: what one program
would guess at, another would guess differently.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple

from calendars.model.invalid import InvalidCalendarData

LONGEST = timedelta(days=146_097)
"""A Gregorian cycle: whatever lasts longer leaves every date that can be written."""

# Some Pythons read 24:00 as the next midnight; RFC 5545 knows no hour 24.
_DATETIME = re.compile(r"[0-9]{8}T(?!24)[0-9]{6}Z?")
_DURATION = re.compile(
    r"([+-]?)P(?:([0-9]{1,9})W"
    r"|(?=[0-9T])(?:([0-9]{1,9})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})S)?)?)"
)
_OFFSET = re.compile(r"([+-])([0-9]{2})([0-9]{2})([0-9]{2})?")


class Duration(NamedTuple):
    """A length: days are nominal, seconds exact (RFC 5545 §3.3.6). Both bear the same sign."""

    days: int
    seconds: int

    @property
    def total(self) -> int:
        """In seconds, as if each day had 24 hours."""
        return self.days * 86_400 + self.seconds


class Period(NamedTuple):
    """A start, and either an end or a length (RFC 5545 §3.3.9)."""

    start: datetime
    end: datetime | Duration


def parse_date(text: str) -> date:
    """DATE (RFC 5545 §3.3.4). Raises InvalidCalendarData."""
    if len(text) != 8 or not _is_number(text):
        raise InvalidCalendarData(f"not a date: {text[:40]}")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise InvalidCalendarData(f"no such date: {text}") from None


def parse_datetime(text: str) -> datetime:
    """DATE-TIME (RFC 5545 §3.3.5): aware UTC with a Z, else naive wall clock.

    The leap second 60 is read as 59, as the RFC wants of those who know no leap seconds.
    Raises InvalidCalendarData.
    """
    if _DATETIME.fullmatch(text) is None:
        raise InvalidCalendarData(f"not a date and time: {text[:40]}")
    if text[13:15] == "60":
        text = f"{text[:13]}59{text[15:]}"
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InvalidCalendarData(f"no such date and time: {text}") from None


def parse_date_or_datetime(text: str) -> date | datetime:
    """DATE or DATE-TIME, told apart by their form: many programs forget VALUE=DATE."""
    return parse_date(text) if len(text) == 8 else parse_datetime(text)


def parse_duration(text: str) -> Duration:
    """DURATION (RFC 5545 §3.3.6), negative ones too. Raises InvalidCalendarData."""
    matched = _DURATION.fullmatch(text.strip().upper())
    if matched is None:
        raise InvalidCalendarData(f"not a duration: {text[:40]}")
    weeks, days, hours, minutes, seconds = (int(group or 0) for group in matched.groups()[1:])
    sign = -1 if matched[1] == "-" else 1
    length = Duration(sign * (weeks * 7 + days), sign * (hours * 3_600 + minutes * 60 + seconds))
    if abs(length.total) > LONGEST.total_seconds():
        raise InvalidCalendarData(f"a duration beyond all dates: {text[:40]}")
    return length


def parse_period(text: str) -> Period:
    """PERIOD (RFC 5545 §3.3.9). Raises InvalidCalendarData, also where it ends before it starts."""
    first, slash, second = text.partition("/")
    if not slash:
        raise InvalidCalendarData(f"not a period: {text[:60]}")
    start = parse_datetime(first)
    if second[:1] in ("P", "p", "+", "-"):
        length = parse_duration(second)
        if length.total < 0:
            raise InvalidCalendarData(f"a period that runs backwards: {text[:60]}")
        return Period(start, length)
    end = parse_datetime(second)
    if (start.tzinfo is None) != (end.tzinfo is None):
        raise InvalidCalendarData(f"a period of two kinds of time: {text[:60]}")
    if end < start:
        raise InvalidCalendarData(f"a period that runs backwards: {text[:60]}")
    return Period(start, end)


def parse_utc_offset(text: str) -> timedelta:
    """UTC-OFFSET (RFC 5545 §3.3.14), with or without seconds. Raises InvalidCalendarData.

    -0000 is read as +0000: old programs write it, and it can only mean that.
    """
    matched = _OFFSET.fullmatch(text.strip())
    if matched is None:
        raise InvalidCalendarData(f"not an offset from UTC: {text[:40]}")
    hours, minutes, seconds = (int(group or 0) for group in matched.groups()[1:])
    if hours > 23 or minutes > 59 or seconds > 59:
        raise InvalidCalendarData(f"an offset of a day or more: {text[:40]}")
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -offset if matched[1] == "-" else offset


def utc_offset_text(offset: timedelta) -> str:
    """An offset as UTC-OFFSET; seconds only where there are any."""
    seconds = int(offset.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    rest = f"{seconds % 60:02}" if seconds % 60 else ""
    return f"{sign}{seconds // 3600:02}{seconds // 60 % 60:02}{rest}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
