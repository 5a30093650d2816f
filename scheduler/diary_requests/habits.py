"""How long a claim and options last here: figures of habit, which the operator sets (DIA-2, 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from calendars.http.shapes import instant_of
from scheduler.working_time.holidays import public_holidays
from scheduler.working_time.rules import WorkingDays

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Habits:
    """The figures; options are free again when the last of so many working days is over."""

    claim_minutes: int
    hold_working_days: int
    country: str
    subdivision: str

    def hold_expiry(self, now: int, zone: tzinfo) -> int:
        """The end of the last working day on which options are held, in epoch seconds (TIM-7)."""
        today = instant_of(now).astimezone(zone).date()
        years = (today.year, today.year + 1)
        found = public_holidays(years, country=self.country, subdivision=self.subdivision)
        working, day = WorkingDays(found), today
        for _ in range(self.hold_working_days):
            day = working.first_from(day + _DAY).day
        return int(datetime.combine(day + _DAY, time(), zone).timestamp())
