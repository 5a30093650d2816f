"""What facts say of time, read by the clocks of one zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from typing import TypeAlias

from calendars.model.wall_clock import epoch_to_local

Moment: TypeAlias = date | datetime | int | str
"""A day, or an instant: aware, in epoch seconds, or as text (RFC 3339)."""


def written(moment: date | int) -> str:
    """A day or an instant as facts hold it, for `local` to read again (RFC 3339)."""
    if isinstance(moment, int):
        return datetime.fromtimestamp(moment, UTC).isoformat()
    return moment.isoformat()


def local(moment: Moment, zone: tzinfo) -> date | datetime:
    """A day as it is; an instant as the clocks of the zone show it, without their name."""
    if isinstance(moment, str):
        day = len(moment) == len("2026-03-03")
        moment = date.fromisoformat(moment) if day else datetime.fromisoformat(moment)
    if isinstance(moment, int):
        return epoch_to_local(moment, zone)
    if isinstance(moment, datetime):
        return epoch_to_local(int(moment.timestamp()), zone)
    return moment


def day_of(moment: Moment, zone: tzinfo) -> date:
    """The day of it."""
    found = local(moment, zone)
    return found.date() if isinstance(found, datetime) else found


def offset(moment: Moment, zone: tzinfo) -> str:
    """`UTC+11`, `UTC+5:30`: what the zone is away from UTC at that moment."""
    shown = local(moment, zone)
    naive = shown if isinstance(shown, datetime) else datetime.combine(shown, datetime.min.time())
    away = zone.utcoffset(naive)
    minutes = 0 if away is None else int(away.total_seconds()) // 60
    if zone is UTC or not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}{f':{rest:02d}' if rest else ''}"
