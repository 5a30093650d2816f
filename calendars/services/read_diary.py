"""What somebody's diary holds between two instants, as one reader sees it: each thing once.

What was cancelled, and what its owner does not go to, is not in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from calendars.kernel.database import Db
from calendars.model.calendar_user_address import addresses_of, calendar_user_address
from calendars.model.principal import Principal
from calendars.model.window import Window
from calendars.services.list_calendars import list_calendars
from calendars.services.list_occurrences import Occurrence, OccurrenceQuery, list_occurrences

_AWAY = frozenset(("DECLINED", "DELEGATED"))


def read_diary(
    db: Db, reader: Principal, owner: Principal, window: Window, *, most: int, now: int
) -> Iterator[Occurrence]:
    """Events of all calendars of the diary that he may read, of each calendar `most`.

    Raises NotFound where he may read none, and what `list_occurrences` raises.
    """
    query = OccurrenceQuery(window, ["VEVENT"], most)
    seen: set[tuple[str, int, int]] = set()
    for calendar, _ in list_calendars(db, reader, owner.login, now=now):
        for one in list_occurrences(db, reader, calendar.path, query, now=now).occurrences:
            key = (one.found.uid, one.position.starts_at, one.position.recurrence_id)
            if key not in seen and not _is_off(one, owner):
                seen.add(key)
                yield one


def _is_off(one: Occurrence, owner: Principal) -> bool:
    entry = one.said.entry
    mine = set(addresses_of(owner))
    return entry.status == "CANCELLED" or any(
        each.status in _AWAY and calendar_user_address(each.address) in mine
        for each in entry.attendees
    )
