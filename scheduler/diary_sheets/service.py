"""Sheets of a diary, and who is present: each as its reader may know it (DIA-6, DIA-7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from enum import StrEnum
from typing import NamedTuple

from calendars.kernel.audit import Deed
from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput
from calendars.model.principal import Principal, PrincipalKind
from calendars.model.window import Window
from calendars.services.find_principals import get_principal, list_members
from calendars.services.gather_busy_time import BusyQuestion
from calendars.services.note_deed import note_deed
from calendars.services.tell_busy_time import FreeBusyPolicy, tell_busy_time
from scheduler.diary_sheets.gather import gather
from scheduler.diary_sheets.model import DAY, Away, Profile, away_on, instant_of, monday_of
from scheduler.diary_sheets.printed import KEY_WEEKS, Sheets, weeks_of
from scheduler.working_time.service import working_calendar

MOST_PEOPLE = 300
_AHEAD = 60 * DAY
"""So far an absence is followed to say until when it lasts."""


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
    owner = get_principal(db, login)
    kind, day, profile = wanted
    days = _days(kind, day)
    items = gather(db, reader, owner, days, press.zone, profile=profile, now=now)
    working = working_calendar(db, *days)
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


def _days(kind: SheetKind, day: date) -> tuple[date, date]:
    if kind is SheetKind.DAY:
        return day, day
    if kind is SheetKind.WEEK:
        monday = monday_of(day)
        return monday, monday + (7 + 7 * KEY_WEEKS) * DAY
    weeks = weeks_of(day.replace(day=1))
    return weeks[0], weeks[-1]


class Presence(NamedTuple):
    """Whether somebody is there: nobody is told why he is not (DIA-7)."""

    person: Principal
    known: bool
    """The asker may be told."""
    away: Away | None


def list_presence(
    db: Db,
    actor: Principal,
    logins: Sequence[str],
    day: date,
    zone: tzinfo,
    *,
    policy: FreeBusyPolicy,
    now: int,
) -> list[Presence]:
    """Who of the people and groups named is there on a day; who may ask is as for free-busy.

    Raises NotFound, InvalidInput.
    """
    people = _people(db, logins)
    window = Window(instant_of(day, zone), instant_of(day + DAY, zone))
    told = tell_busy_time(db, actor, people, BusyQuestion(window), policy=policy, now=now)
    return [
        Presence(
            one,
            known := told.get(one.id) is not None,
            _away(db, one, day, zone, now=now) if known else None,
        )
        for one in people
    ]


def _people(db: Db, logins: Sequence[str]) -> list[Principal]:
    found: dict[str, Principal] = {}
    for login in logins:
        one = get_principal(db, login)
        for person in list_members(db, login) if one.kind is PrincipalKind.GROUP else [one]:
            if person.kind is PrincipalKind.INDIVIDUAL and not person.disabled:
                found[person.login] = person
    if len(found) > MOST_PEOPLE:
        raise InvalidInput(f"{MOST_PEOPLE} people are told of at once at most")
    return list(found.values())


def _away(db: Db, person: Principal, day: date, zone: tzinfo, *, now: int) -> Away | None:
    """His own absences; only where there is one, how long it lasts is looked for."""
    today = gather(db, person, person, (day, day), zone, now=now)
    if away_on(today, day, zone) is None:
        return None
    ahead = gather(db, person, person, (day, day + _AHEAD), zone, now=now)
    return away_on(ahead, day, zone)
