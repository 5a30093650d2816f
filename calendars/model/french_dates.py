"""Dates and hours as French letters write them (FR-1), with spaces at which no line may break."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from calendars.model.wall_clock import epoch_to_local

NBSP = "\u00a0"

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def long_date(day: date) -> str:
    """`mardi 3 mars 2026`; the first of a month is `1er`."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{_DAYS[day.weekday()]} {number} {_MONTHS[day.month - 1]} {day.year}"


def month_name(day: date) -> str:
    """`mars`."""
    return _MONTHS[day.month - 1]


def hour(clock: datetime) -> str:
    """`14 h 30`, and `14 h` at the full hour."""
    minutes = f"{NBSP}{clock.minute:02d}" if clock.minute else ""
    return f"{clock.hour}{NBSP}h{minutes}"


def moment(instant: int, zone: tzinfo) -> str:
    """`mardi 3 mars 2026 à 14 h 30`."""
    local = epoch_to_local(instant, zone)
    return f"{long_date(local.date())} à {hour(local)}"


def lasting(minutes: int) -> str:
    """`2 h 30`, `45 min`, `3 jours`."""
    days, rest = divmod(minutes, 24 * 60)
    if days and not rest:
        return f"{days}{NBSP}jour{'s' if days > 1 else ''}"
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{NBSP}min"
    return f"{hours}{NBSP}h{NBSP}{rest:02d}" if rest else f"{hours}{NBSP}h"
