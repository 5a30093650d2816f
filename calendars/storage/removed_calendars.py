"""The shelf of removed calendars: out of reach and still whole, until their time is over."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import delete, func, select

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, PrincipalId
from calendars.model.principal import CollectionKind
from calendars.storage import collections
from calendars.storage.tables import calendar_objects
from calendars.storage.tables import collections as rows

_REMOVED = rows.c.kind == CollectionKind.REMOVED.value


class RemovedCalendar(NamedTuple):
    """A calendar that its owner removed."""

    id: CollectionId
    name: str
    """What it was called in paths."""
    display_name: str | None
    removed_at: int
    objects: int


_COUNT = (
    select(func.count())
    .where(calendar_objects.c.collection_id == rows.c.id)
    .correlate(rows)
    .scalar_subquery()
)
_ALL = select(rows.c.id, rows.c.former_name, rows.c.display_name, rows.c.removed_at, _COUNT).where(
    _REMOVED
)


def list_of(db: Db, owner: PrincipalId) -> list[RemovedCalendar]:
    """The calendars that somebody removed, the last one first."""
    query = _ALL.where(rows.c.owner_id == owner).order_by(rows.c.removed_at.desc(), rows.c.id)
    return [RemovedCalendar(*row) for row in db.execute(query)]


def find(db: Db, owner: PrincipalId, calendar: CollectionId) -> RemovedCalendar | None:
    """One of them."""
    row = db.execute(_ALL.where(rows.c.owner_id == owner, rows.c.id == calendar)).first()
    return None if row is None else RemovedCalendar(*row)


def bring_back(db: Db, calendar: CollectionId, name: str) -> None:
    """It stands at that name again, which is free."""
    kind = CollectionKind.CALENDAR.value
    values: dict[str, object] = {
        "kind": kind,
        "name": name,
        "former_name": None,
        "removed_at": None,
    }
    collections.set_columns(db, calendar, values)


def forget(db: Db, *, before: int) -> int:
    """Those removed before an instant go with all that is in them; how many they were."""
    return db.execute(delete(rows).where(_REMOVED, rows.c.removed_at < before)).rowcount
