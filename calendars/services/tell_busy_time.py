"""When several people are busy, told to somebody who looks for a common hour (SEC-5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from calendars.kernel.audit import Deed, Result, Target
from calendars.kernel.database import Db
from calendars.model.budget import Budget
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.free_busy import BusyInterval, merge
from calendars.model.principal import Principal, Privilege
from calendars.model.window import Window
from calendars.services.authorize import access_to
from calendars.services.find_busy_time import COUNTED, MAX_WINDOW
from calendars.services.list_occurrences import WindowTooLong
from calendars.services.query_objects import find_instances
from calendars.storage import audit, collections, principals

GRAIN = 15 * 60
"""Who may not read the diary itself learns of its periods no closer than that."""


class BusyPerson(NamedTuple):
    """One who was asked about; None where nothing may be told, or there is nobody."""

    login: str
    busy: list[BusyInterval] | None


def tell_busy_time(
    db: Db, actor: Principal, logins: Sequence[str], window: Window, *, now: int
) -> list[BusyPerson]:
    """The merged busy time of each login; an unknown one looks like one that may not be told.

    Raises WindowTooLong, TooManyInstances.
    """
    if window.end - window.start > MAX_WINDOW:
        raise WindowTooLong("free-busy is told for a year at most")
    budget = Budget()
    found = [BusyPerson(login, None) for login in dict.fromkeys(logins)]
    for number, asked in enumerate(found):
        person = principals.find(db, asked.login)
        if person is None or person.disabled:
            continue
        busy = _busy(db, actor, asked.login, window, budget, now=now)
        found[number] = BusyPerson(asked.login, busy)
        if person.id != actor.id:
            result = Result.REFUSED if busy is None else Result.DONE
            audit.record(db, actor, Deed.READ_BUSY, Target(person.id), now=now, result=result)
    return found


def _busy(
    db: Db, actor: Principal, login: str, window: Window, budget: Budget, *, now: int
) -> list[BusyInterval] | None:
    found: list[BusyInterval] = []
    grain = None
    for collection in collections.list_of(db, login):
        privileges = access_to(db, actor, collection, now=now).privileges
        if not collection.is_calendar or Privilege.READ_FREE_BUSY not in privileges:
            continue
        grain = 1 if Privilege.READ in privileges else GRAIN
        if not collection.transparent:
            found.extend(_of_collection(db, collection, window, budget))
    return None if grain is None else merge(found, window, grain)


def _of_collection(
    db: Db, collection: CalendarCollection, window: Window, budget: Budget
) -> Iterator[BusyInterval]:
    for component in COUNTED:
        if component in collection.components:
            rows = find_instances(db, collection, component, window, budget).values()
            for instances in rows:
                yield from (BusyInterval(r.starts_at, r.ends_at, r.busy) for r in instances)
