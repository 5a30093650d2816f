"""How a thing repeats, as people say it: every second week on Tuesdays until June (§3.3.10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

from calendars.model.recurrence_rule import WEEKDAYS, Frequency, RuleParts, parse_parts
from calendars.model.utc_text import utc_text
from calendars.model.wall_clock import local_to_epoch

_LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Repeat:
    """The parts of a rule that most calendars show; `until` is the last day, itself included."""

    freq: Frequency
    interval: int = 1
    count: int | None = None
    until: date | None = None
    by_day: tuple[str, ...] = ()
    """MO, TU…; with an ordinal (1MO, -1FR) in monthly and yearly rules."""

    def rule(self, zone: tzinfo | None) -> str:
        """The RRULE value. The zone is that of DTSTART, None where it is a DATE.

        An UNTIL beside a DTSTART with a zone must be in UTC (RFC 5545 §3.3.10): the last second
        of the day there.
        """
        parts = [f"FREQ={self.freq}"]
        if self.interval != 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.by_day:
            parts.append(f"BYDAY={','.join(self.by_day)}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={_until_text(self.until, zone)}")
        return ";".join(parts)

    @property
    def weekdays(self) -> frozenset[int]:
        """The days of the week that it names, Monday being 0; empty if it names none."""
        return frozenset(WEEKDAYS.index(day[-2:]) for day in self.by_day)


def repeat_of(rule: str, zone: tzinfo) -> Repeat:
    """What a rule says in these parts; the zone is that of DTSTART.

    Raises InvalidCalendarData, UnsupportedRscale.
    """
    parts = parse_parts(rule, minutely=True)
    return Repeat(parts.freq, parts.interval, parts.count, _last_day(parts, zone), _days(parts))


def _until_text(until: date, zone: tzinfo | None) -> str:
    if zone is None:
        return f"{until:%Y%m%d}"
    return utc_text(local_to_epoch(datetime.combine(until, _LAST_SECOND), zone))


def _last_day(parts: RuleParts, zone: tzinfo) -> date | None:
    until = parts.until
    if not isinstance(until, datetime):
        return until
    if until.tzinfo is not None and zone is not UTC:
        until = until.astimezone(zone)
    return until.date()


def _days(parts: RuleParts) -> tuple[str, ...]:
    return tuple(f"{ordinal or ''}{WEEKDAYS[day]}" for day, ordinal in parts.by_day)
