"""What a secret link gives away: of which days, and how much of each entry (SEC-2, SEC-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from calendars.model.principal import Visibility
from calendars.model.window import Window

DAY = 86_400
LONGEST = 3_660
"""Days before and after today that a link may reach."""
MOST_BUSY_DAYS = 365
REFRESH = "PT30M"


class FeedLevel(StrEnum):
    """How much a link tells."""

    FULL = "full"
    """What its holder sees; what is CONFIDENTIAL is masked even for himself."""
    TIMES = "times"
    """Every entry, masked."""
    BUSY = "freebusy"
    """Busy periods and nothing else."""

    def tells(self, visibility: str, *, seen: bool) -> bool:
        """The content of an entry goes out: a link may fall into other hands."""
        return self is FeedLevel.FULL and seen and visibility != Visibility.CONFIDENTIAL


@dataclass(frozen=True, slots=True)
class FeedRange:
    """Days before today and after it; with bounds of a request it only becomes narrower."""

    past_days: int = 90
    future_days: int = 400

    def window(self, now: int, asked: tuple[int | None, int | None] = (None, None)) -> Window:
        """The range around today, cut to what was asked; it changes with the day alone."""
        today = now - now % DAY
        start, end = today - self.past_days * DAY, today + (self.future_days + 1) * DAY
        first, last = asked
        start = start if first is None else max(start, first)
        end = end if last is None else min(end, last)
        return Window(start, max(start, end))

    def busy_window(self, now: int, asked: tuple[int | None, int | None]) -> Window:
        """No more than a year of busy time is told at once."""
        start, end = self.window(now, asked)
        return Window(start, min(end, start + MOST_BUSY_DAYS * DAY))


def head_of(name: str) -> list[str]:
    """The content lines that make a VCALENDAR a subscription (RFC 7986 §5.7, Outlook's own)."""
    return [
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{name}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    ]


def http_date(instant: int) -> str:
    """Last-Modified (RFC 9110 §5.6.7)."""
    return datetime.fromtimestamp(instant, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
