"""Sheets of a diary, each as its reader may know it (DIA-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, tzinfo
from enum import StrEnum
from typing import NamedTuple

from calendars.kernel.audit import Deed
from calendars.kernel.database import Db
from calendars.model.principal import Principal
from calendars.services.find_principals import get_principal
from calendars.services.note_deed import note_deed
from scheduler.diary_sheets.gather import gather
from scheduler.diary_sheets.model import DAY, Profile, monday_of
from scheduler.diary_sheets.printed import KEY_WEEKS, Sheets, weeks_of
from scheduler.diary_sheets.shown import Diary
from scheduler.working_time.service import working_calendar


class SheetKind(StrEnum):
    """What is printed."""

    WEEK = "week"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Press:
    """What sheets bear, put together once from the settings."""

    organisation: str
    zone: tzinfo
    url: str = ""
    """Where links to pages begin."""


class Wanted(NamedTuple):
    """Which sheet, around which day, and who will see it."""

    kind: SheetKind
    day: date
    profile: Profile = Profile.OWN


class Sheet(NamedTuple):
    """A printed sheet, and what its file is called: no name stands there (SEC-1)."""

    filename: str
    octets: bytes


def print_sheet(
    db: Db,
    reader: Principal,
    login: str,
    wanted: Wanted,
    press: Press,
    *,
    now: int,
) -> Sheet:
    """The sheet of somebody's diary around a day. Raises NotFound where nothing may be read."""
    kind, day, profile = wanted
    owner, items, working, _ = open_diary(db, reader, login, wanted, press.zone, now=now)
    posted = profile is Profile.POSTED
    sheets = Sheets(owner.display_name, press.organisation, press.zone, working, posted=posted)
    if owner.id != reader.id:
        note_deed(db, reader, Deed.EXPORT, owner=owner.id, details={"sheet": kind.value}, now=now)
    if kind is SheetKind.WEEK:
        monday = monday_of(day)
        year, week, _ = monday.isocalendar()
        return Sheet(f"agenda-{year}-S{week:02}.pdf", sheets.week(items, day, now=now))
    if kind is SheetKind.DAY:
        return Sheet(f"agenda-{day.isoformat()}.pdf", sheets.day(items, day, now=now))
    return Sheet(f"agenda-{day:%Y-%m}.pdf", sheets.month(items, day.replace(day=1), now=now))


def open_diary(
    db: Db, reader: Principal, login: str, wanted: Wanted, zone: tzinfo, *, now: int
) -> Diary:
    """What the reader may know of the days of a sheet. Raises NotFound."""
    owner = get_principal(db, login)
    days = _days(wanted.kind, wanted.day)
    items = gather(db, reader, owner, days, zone, profile=wanted.profile, now=now)
    return Diary(owner, items, working_calendar(db, *days), wanted.profile)


def _days(kind: SheetKind, day: date) -> tuple[date, date]:
    if kind is SheetKind.DAY:
        return day, day
    if kind is SheetKind.WEEK:
        monday = monday_of(day)
        return monday, monday + (7 + 7 * KEY_WEEKS) * DAY
    weeks = weeks_of(day.replace(day=1))
    return weeks[0], weeks[-1]
