"""Dates, hours and spaces of what people read (FR-1)."""

from __future__ import annotations

from datetime import date, timedelta, tzinfo
from unicodedata import normalize

from calendars.model.entry import Times
from calendars.model.french_dates import hour, lasting, long_date, moment
from calendars.model.wall_clock import epoch_to_local

_DAY = timedelta(days=1)


def of(name: str) -> str:
    """`d’Aurélien`, `de Rosalie`: no vowel stands behind `de`."""
    first = normalize("NFD", name[:1]).casefold()[:1]
    return f"d’{name}" if first and first in "aeiouyœæ" else f"de {name}"


def when(times: Times, zone: tzinfo) -> str:
    """`mardi 3 mars 2026 à 14 h 30`, `du lundi 6 au vendredi 10 avril 2026`."""
    start, end = times.start, times.end
    if start is None:
        return "date à préciser"
    if isinstance(start, date):
        last = end - _DAY if isinstance(end, date) and end > start else start
        return long_date(start) if last <= start else f"du {long_date(start)} au {long_date(last)}"
    return moment(start, zone)


def until(times: Times, zone: tzinfo) -> str:
    """The hour at which it ends, where it ends the same day; else empty."""
    start, end = times.start, times.end
    if not isinstance(start, int) or not isinstance(end, int) or end <= start:
        return ""
    first, last = epoch_to_local(start, zone), epoch_to_local(end, zone)
    return hour(last) if first.date() == last.date() else ""


def duration(times: Times) -> str:
    """`1 h 30`; empty for days."""
    start, end = times.start, times.end
    if not isinstance(start, int) or not isinstance(end, int) or end <= start:
        return ""
    return lasting((end - start) // 60)


def short_date(times: Times, zone: tzinfo) -> str:
    """`03/03/2026`, as subjects have it."""
    start = times.start
    if start is None:
        return ""
    day = start if isinstance(start, date) else epoch_to_local(start, zone).date()
    return f"{day:%d/%m/%Y}"
