"""The rules of reminders as this house has them: its hours, its closed days, its language."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from calendars.kernel.database import Db
from calendars.model.language import Language
from calendars.model.wall_clock import epoch_to_local
from scheduler.app.settings import Settings
from scheduler.reminders.desk import Desk, open_desk
from scheduler.reminders.rules import SendingHours
from scheduler.working_time.service import working_calendar

_YEARS = 2


def desk_of(db: Db, now: int, *, settings: Settings) -> Desk:
    """What reminders are planned and sent by at this instant."""
    zone = ZoneInfo(settings.timezone)
    year = epoch_to_local(now, zone).year
    days = working_calendar(db, date(year - 1, 1, 1), date(year + _YEARS, 1, 1))
    hours = SendingHours(days.days, zone, *settings.sending_hours)
    return open_desk(db, hours, Language(settings.language), days.version)
