"""Before options expire, who has claimed their request is reminded, once (DIA-3)."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.language import Language
from calendars.model.principal import Principal
from calendars.services.act_for import may_still_send
from calendars.services.find_principals import get_principal, list_people
from scheduler.diaries import repository as holds
from scheduler.diaries.messages import tell_of_expiry
from scheduler.diaries.service import dates_of
from scheduler.diary_requests import repository
from scheduler.reminders.rules import FARTHEST_SHIFT, SendingHours

HOUR = 3600
_RUN = FARTHEST_SHIFT * 24 * HOUR
"""No run of closed days is longer."""


def remind_of_options(
    db: Db, hours: SendingHours, *, ahead: int, default: Language, now: int
) -> int:
    """Options that are free again in so many hours, and were not made since; how many letters.

    By night and on closed days nobody is written to: where they end then, the reminder was before.
    """
    if not hours.is_open(now):
        return 0
    told, before = 0, ahead * HOUR
    for group, made_by in holds.list_expiring(db, ahead=before, until=now + before + _RUN, now=now):
        ends = group.expires_at or 0
        if now < hours.for_outsiders(ends - before, ends):
            continue
        try:
            owner = get_principal(db, group.owner)
        except NotFound:
            continue
        holder = repository.claimer_of(db, group.owner, group.ref, now=now) or made_by
        claimer = _holder(db, owner, holder, now=now)
        dates = dates_of(db, claimer, group, now=now)
        told += tell_of_expiry(db, group, dates, (owner, claimer), default=default, now=now)
    return told


def _holder(db: Db, owner: Principal, login: str, *, now: int) -> Principal:
    """Who holds them, if he still keeps the diary; else its owner."""
    found = list_people(db, [login]).get(login)
    if found is None or not may_still_send(db, found.id, owner.id, now=now):
        return owner
    return found
