"""What papers and letters of meetings say of the house, and the days that count there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from calendars.kernel.database import Db
from calendars.model.language import Language
from calendars.model.wall_clock import epoch_to_local
from scheduler.meetings.rules import add_working_days
from scheduler.working_time.service import working_calendar

_FAR = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class House:
    """Put together once from the settings."""

    organisation: str
    base_url: str
    zone: tzinfo
    language: Language = Language.FRENCH
    minutes_days: int = 5
    """In how many working days minutes are due (MTG-6), and remarks on them are taken."""

    def day(self, epoch: int) -> date:
        """The day of an instant by the clocks of the site (TIM-1)."""
        return epoch_to_local(epoch, self.zone).date()

    def minutes_due(self, db: Db, since: date) -> date:
        """The last working day for minutes, or for remarks on them, counted from a day."""
        days = working_calendar(db, since, since + _FAR).days
        return add_working_days(since, self.minutes_days, days)
