"""Meetings that somebody may see, as their events stand now."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.model.principal import Principal
from calendars.services.find_principals import get_principal_by_id
from scheduler.meetings import repository
from scheduler.meetings.access import Opened, Part, look_at
from scheduler.meetings.rules import MeetingState

AROUND = 60 * 86_400
"""An event may have moved since it was last looked at: so far around the period is looked."""
MAX_LISTED = 500


def list_meetings(
    db: Db,
    actor: Principal,
    window: tuple[int, int],
    *,
    series: str | None = None,
    state: MeetingState | None = None,
    now: int,
) -> list[Opened]:
    """Those of a period, and those without a date, by date."""
    around = (window[0] - AROUND, window[1] + AROUND)
    found: list[Opened] = []
    for meeting in repository.list_between(db, around, series=series):
        if state is not None and meeting.state is not state:
            continue
        opened = look_at(db, actor, meeting, now=now)
        if opened.part >= Part.READER and _is_in(opened, window):
            found.append(opened)
    found.sort(key=lambda one: (one.starts_at is None, one.starts_at or 0, one.meeting.id))
    return found[:MAX_LISTED]


def _is_in(opened: Opened, window: tuple[int, int]) -> bool:
    start, end = opened.starts_at, opened.ends_at
    return start is None or end is None or (start < window[1] and end > window[0])


def logins_of(db: Db, opened: list[Opened]) -> dict[int, str]:
    """The logins of chairs and secretaries."""
    ids = {one.meeting.chair_id for one in opened} | {one.meeting.secretary_id for one in opened}
    return {one: get_principal_by_id(db, one).login for one in ids if one is not None}
