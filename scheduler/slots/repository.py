"""The shelf of where events are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    bindparam,
    delete,
    false,
    insert,
    select,
    true,
    union_all,
    update,
)

from calendars.kernel.database import Db
from calendars.kernel.prepared import PreparedForMany
from calendars.model.window import Window
from scheduler.directory.model import Place
from scheduler.slots.tables import event_places, places_followed

_P, _F = event_places.c, places_followed.c
_CHUNK = 256
LONG = 31 * 86_400


class Whereabouts(NamedTuple):
    """What is known of an event besides its time."""

    place: Place | None
    absent: bool
    immovable: bool


class PlaceRow(NamedTuple):
    """One row: of an object, or of one of its occurrences."""

    object_id: int
    starts_at: int
    owner_id: int
    whereabouts: Whereabouts
    first_at: int
    ends_at: int


Known = dict[tuple[int, int], Whereabouts]
"""By object and start of the occurrence; 0 stands for all the others."""


def _in_window(owners: Sequence[BindParameter[Any]]) -> CompoundSelect[Any]:
    """What is short ends soon after the window, if it is in it: years to come are not read."""
    columns = (_P.object_id, _P.starts_at, _P.commune, _P.spot, _P.absent, _P.immovable)
    theirs = (
        _P.owner_id.in_(owners),
        _P.ends_at > bindparam("start"),
        _P.first_at < bindparam("end"),
    )
    return union_all(
        select(*columns).where(*theirs, _P.long == false(), _P.ends_at < bindparam("latest")),
        select(*columns).where(*theirs, _P.long == true()),
    )


_IN_WINDOW = PreparedForMany(_in_window)


def list_whereabouts(db: Db, owners: Sequence[int], window: Window) -> Known:
    """What is known of these people's events that may have occurrences in a window."""
    found: Known = {}
    # Thousands of events are at a few dozen places.
    shared: dict[tuple[Any, ...], Whereabouts] = {}
    values = {"start": window.start, "end": window.end, "latest": window.end + LONG}
    for first in range(0, len(owners), _CHUNK):
        for row in _IN_WINDOW.rows(db, owners[first : first + _CHUNK], values):
            key = row[2:]
            about = shared.get(key)
            if about is None:
                commune, spot, absent, immovable = key
                place = Place(commune, spot) if commune else None
                about = shared[key] = Whereabouts(place, bool(absent), bool(immovable))
            found[row[0], row[1]] = about
    return found


def replace(db: Db, objects: Iterable[int], rows: Sequence[PlaceRow]) -> None:
    """These rows and no others tell of these objects."""
    gone = list(objects)
    for first in range(0, len(gone), _CHUNK):
        db.execute(delete(event_places).where(_P.object_id.in_(gone[first : first + _CHUNK])))
    values = [
        {
            "object_id": row.object_id,
            "starts_at": row.starts_at,
            "owner_id": row.owner_id,
            "commune": row.whereabouts.place.commune if row.whereabouts.place else "",
            "spot": row.whereabouts.place.spot if row.whereabouts.place else "",
            "absent": row.whereabouts.absent,
            "immovable": row.whereabouts.immovable,
            "first_at": row.first_at,
            "ends_at": row.ends_at,
            "long": row.ends_at - row.first_at > LONG,
        }
        for row in rows
    ]
    if values:
        db.execute(insert(event_places), values)


def positions(db: Db) -> dict[int, tuple[int, str]]:
    """How far each calendar was followed, and by which fingerprint."""
    rows = db.execute(select(_F.collection_id, _F.position, _F.fingerprint))
    return {number: (position, fingerprint) for number, position, fingerprint in rows}


def set_position(db: Db, collection: int, position: int, fingerprint: str) -> None:
    """How far a calendar was followed; a second process that follows it too waits here."""
    values = {"position": position, "fingerprint": fingerprint}
    found = db.execute(update(places_followed).where(_F.collection_id == collection).values(values))
    if not found.rowcount:
        db.execute(insert(places_followed).values(collection_id=collection, **values))
