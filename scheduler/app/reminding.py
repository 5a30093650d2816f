"""The rules of reminders as this house has them: its hours, its closed days, its language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from calendars.kernel.database import Db
from calendars.model.language import Language
from calendars.model.principal import Principal
from calendars.model.wall_clock import epoch_to_local
from notifications.post import Paper
from scheduler.app.settings import Settings
from scheduler.diary_sheets.model import Profile
from scheduler.diary_sheets.service import Press, SheetKind, Wanted, print_sheet
from scheduler.meetings.repository import is_meeting_at
from scheduler.reminders.desk import Desk, open_desk
from scheduler.reminders.rules import SendingHours
from scheduler.working_time.service import working_calendar

_YEARS = 2


def desk_of(db: Db, now: int, *, settings: Settings) -> Desk:
    """What reminders are planned and sent by at this instant."""
    hours, version = sending_hours(db, now, settings=settings)
    desk = open_desk(db, hours, Language(settings.language), version)
    press = Press(settings.organisation, hours.zone)
    return replace(desk, week_paper=partial(_week_paper, press), eve=is_meeting_at)


def sending_hours(db: Db, now: int, *, settings: Settings) -> tuple[SendingHours, str]:
    """When people may be written to (TIM-11), and by which version of the working days."""
    zone = ZoneInfo(settings.timezone)
    year = epoch_to_local(now, zone).year
    days = working_calendar(db, date(year - 1, 1, 1), date(year + _YEARS, 1, 1))
    return SendingHours(days.days, zone, *settings.sending_hours), days.version


def _week_paper(
    press: Press, db: Db, reader: Principal, owner: Principal, monday: date, *, now: int
) -> Paper:
    """The weekly diary as it goes by mail: nothing confidential has a title there (SEC-6)."""
    wanted = Wanted(SheetKind.WEEK, monday, Profile.MAILED)
    made = print_sheet(db, reader, owner.login, wanted, press, now=now)
    return Paper(made.filename, "application/pdf", made.octets)
