"""Reminders of dates that must not be missed, some working days before, at eight (DLN-1, TIM-11).

After an outage only the nearest is sent, and none once the day is over; never one twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from calendars.kernel.database import Database, Db
from calendars.model.language import Language
from calendars.model.wall_clock import epoch_to_local, local_to_epoch
from calendars.services.find_principals import get_principal_by_id
from scheduler.deadlines import repository
from scheduler.deadlines.letters import News, Notice, tell
from scheduler.deadlines.model import DeadlineId, DeadlineState
from scheduler.deadlines.service import current
from scheduler.reminders.wishes import Wishes, list_wishes
from scheduler.working_time.rules import WorkingDays
from scheduler.working_time.service import working_calendar

_AT = time(8)
_DAY = timedelta(days=1)
_AHEAD = timedelta(days=150)
"""More than sixty working days."""


class Post(NamedTuple):
    """By which clocks, and in which language unless its reader has chosen."""

    zone: tzinfo
    language: Language


def remind_of_deadlines(database: Database, post: Post, *, now: int) -> int:
    """Letters that are due; how many were queued."""
    today = epoch_to_local(now, post.zone).date()
    with database.reading() as db:
        days = working_calendar(db, today - _AHEAD, today + 2 * _AHEAD).days
        due = [
            (one.id, before)
            for one in repository.list_due(db, today, today + _AHEAD)
            if (before := nearest(one.due, one.reminders, days, post.zone, now)) is not None
        ]
    queued = 0
    for number, before in due:
        with database.transaction() as db:
            queued += _remind(db, number, before, post, now=now)
    return queued


def nearest(
    due: date, reminders: Sequence[int], working: WorkingDays, zone: tzinfo, now: int
) -> int | None:
    """The reminder whose morning has come last; None before the first, and once it is over."""
    if now >= local_to_epoch(datetime.combine(due + _DAY, time()), zone):
        return None
    come = [one for one in reminders if _morning(due, one, working, zone) <= now]
    return min(come, default=None)


def _morning(due: date, before: int, working: WorkingDays, zone: tzinfo) -> int:
    day = working.last_until(due).day
    for _ in range(before):
        day = working.last_until(day - _DAY).day
    return local_to_epoch(datetime.combine(day, _AT), zone)


def _remind(db: Db, number: DeadlineId, before: int, post: Post, *, now: int) -> bool:
    found = repository.find(db, number)
    if found is None or current(db, [found], now=now)[0].state is not DeadlineState.OPEN:
        return False
    owner = get_principal_by_id(db, found.owner_id)
    if owner.disabled or not list_wishes(db, [owner.id]).get(owner.id, Wishes()).policies:
        return False
    news = News(Notice.DUE, owner, found.due)
    occasion = f"{found.due}/{before}"
    return tell(db, owner, found, news, occasion, default=post.language, now=now)
