"""Days that are closed after a series was made: who keeps it finds which meetings stand on them.

Nobody was asked for another date yet, and people have said that they come: nothing moves by itself,
and nothing is passed over in silence (TIM-10).
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from calendars.kernel.audit import JOB
from calendars.kernel.database import Db
from calendars.model.principal import Principal
from calendars.model.typeset import typeset
from calendars.model.wall_clock import epoch_to_local
from calendars.services.find_principals import get_principal_by_id, list_people
from calendars.services.open_task import Task, close_task, open_task
from scheduler.meetings import repository, series_repository
from scheduler.meetings.invitation import read_event
from scheduler.meetings.series_event import SeriesWriting
from scheduler.meetings.series_model import MeetingSeries, SeriesDate
from scheduler.working_time.rules import ClosedDay
from scheduler.working_time.service import working_calendar
from scheduler.working_time.wording import because_closed


class _OnClosed(NamedTuple):
    """A date of the series, and why nobody works on it."""

    date: SeriesDate
    closed: ClosedDay


def tell_of_closed_days(
    db: Db, series: MeetingSeries, writing: SeriesWriting, today: date, *, now: int
) -> int:
    """Looked at once for each new version of the days; how many meetings stand on closed ones."""
    version = working_calendar(db, today, today).version
    dates = series_repository.list_dates(db, series.id, today)
    outdated = [one for one in dates if one.version != version]
    if not outdated:
        return 0
    found = _on_closed(db, writing, dates, today)
    for one in outdated:
        one.version = version
        series_repository.save_date(db, one)
    keeper, uid = _keeper(db, series), f"niaouli-series-{series.id}-days"
    if not found:
        close_task(db, keeper.acting(JOB), keeper, uid, now=now)
        return 0
    task = Task(uid, _summary(series, len(found)), _lines(db, found))
    open_task(db, keeper.acting(JOB), keeper, task, now=now)
    return len(found)


def _on_closed(
    db: Db, writing: SeriesWriting, dates: list[SeriesDate], today: date
) -> list[_OnClosed]:
    """Those that stand where the service has put them: who chose a closed day himself knows."""
    days = [one.day for one in dates if one.day is not None and one.day >= today]
    if not days:
        return []
    working = working_calendar(db, min(days), max(days)).days
    found = []
    for one in dates:
        closed = None if one.day is None or one.day < today else working.closed(one.day)
        if closed is not None and _stands(writing, one):
            found.append(_OnClosed(one, closed))
    return found


def _stands(writing: SeriesWriting, one: SeriesDate) -> bool:
    event = read_event(writing.calendar, one.original, writing.zone)
    if event is None or event.cancelled:
        return False
    return epoch_to_local(event.starts_at, writing.zone).date() == one.day


def _keeper(db: Db, series: MeetingSeries) -> Principal:
    """The secretary, where there is one who still works here; else in whose name it is."""
    secretary = series.secretary and list_people(db, [series.secretary]).get(series.secretary)
    if secretary and not secretary.disabled:
        return secretary
    return get_principal_by_id(db, series.owner_id)


def _summary(series: MeetingSeries, number: int) -> str:
    meetings = "1 réunion" if number == 1 else f"{number} réunions"
    return typeset(f"Série {series.code} : {meetings} sur un jour fermé")


def _lines(db: Db, found: list[_OnClosed]) -> str:
    numbers = {one.date.meeting_id for one in found if one.date.meeting_id is not None}
    there = repository.list_by_id(db, numbers)
    lines = []
    for one in found:
        meeting = there.get(one.date.meeting_id or 0)
        ref = "" if meeting is None else f" ({meeting.ref})"
        said = because_closed(one.closed)
        lines.append(f"{said[:1].upper()}{said[1:]}{ref}.")
    lines.append("Rien n'a été déplacé : déplacez ces réunions, annulez-les ou maintenez-les.")
    return typeset("\n".join(lines))
