"""What papers and letters of meetings say of the house, and the days that count there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, tzinfo

from calendars.model.language import Language
from calendars.model.wall_clock import epoch_to_local
from scheduler.working_time.rules import WorkingDays


@dataclass(frozen=True, slots=True)
class House:
    """Put together once from the settings."""

    organisation: str
    base_url: str
    zone: tzinfo
    language: Language = Language.FRENCH
    working: WorkingDays = field(default_factory=WorkingDays)
    minutes_days: int = 5
    """In how many working days minutes are due (MTG-6), and remarks on them are taken."""

    def day(self, epoch: int) -> date:
        """The day of an instant by the clocks of the site (TIM-1)."""
        return epoch_to_local(epoch, self.zone).date()
