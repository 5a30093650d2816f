"""Instants as iCalendar writes them in UTC (RFC 5545 §3.3.5), fast: answers hold thousands."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()


def utc_text(instant: int) -> str:
    """20260924T073000Z, of epoch seconds."""
    day, second = divmod(instant, DAY)
    return f"{_day(day)}T{_clock(second)}Z"


@lru_cache(maxsize=4096)
def _day(number: int) -> str:
    return date.fromordinal(_EPOCH + number).isoformat().replace("-", "")


@lru_cache(maxsize=4096)
def _clock(second: int) -> str:
    return f"{second // 3600:02}{second // 60 % 60:02}{second % 60:02}"
