"""What the service does for requests by itself: they follow their meetings, and end with the
appointment (DIA-2, MTG-1).
"""

from __future__ import annotations

from calendars.kernel.database import Database, Db
from calendars.model.component import decode, parse
from calendars.model.instances import bounds
from calendars.model.principal import Principal
from calendars.services.collection_zone import zone_of
from calendars.services.deliver_itip import Dispatch
from calendars.services.find_principals import get_principal
from scheduler.diary_requests import repository, with_meeting
from scheduler.diary_requests.model import DiaryRequest, DiaryRequestId
from scheduler.diary_requests.service import free_options, standing_of

_BATCH = 100


def close_past(db: Db, *, now: int) -> int:
    """Appointments that are over have taken place; one that was removed from the diary has not.

    The diary says when: it may have been moved in any program since.
    """
    closed, last = 0, DiaryRequestId(0)
    while batch := repository.list_planned(db, after=last, limit=_BATCH):
        last = batch[-1].id
        for one in batch:
            closed += _close(db, one, now=now)
    return closed


def follow_meetings(database: Database, dispatch: Dispatch, *, now: int) -> int:
    """Those whose meeting was given a date, put off or called off by who keeps the meeting: what
    was held for them is free again. Each in a transaction of its own; how many there were.
    """
    with database.reading() as db:
        due = [
            one for one in repository.list_of_meetings(db) if with_meeting.follow_meeting(db, one)
        ]
    followed = 0
    for one in due:
        with database.transaction() as db:
            followed += _follow(db, one.owner, one.ref, dispatch, now=now)
    return followed


def _follow(db: Db, login: str, ref: str, dispatch: Dispatch, *, now: int) -> bool:
    found = repository.find(db, login, ref, lock=True)
    if found is None or not with_meeting.follow_meeting(db, found):
        return False
    owner = get_principal(db, login)
    free_options(db, owner, found, dispatch=dispatch, now=now)
    repository.save(db, found, by=login, now=now)
    return True


def _close(db: Db, found: DiaryRequest, *, now: int) -> bool:
    owner = get_principal(db, found.owner)
    ends_at = _end_of(db, owner, found)
    if ends_at is None:
        found.end_without_event()
    elif ends_at <= now:
        found.took_place()
    else:
        return False
    repository.save(db, found, by=owner.login, now=now)
    return True


def _end_of(db: Db, owner: Principal, found: DiaryRequest) -> int | None:
    standing = standing_of(db, owner, found)
    if standing is None:
        return None
    return bounds(parse(decode(standing.stored.data)), zone_of(standing.collection)).end
