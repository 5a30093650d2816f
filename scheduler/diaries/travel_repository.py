"""The shelf of travel blocks: which appointments have them."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import delete, insert, select

from calendars.kernel.database import Db
from scheduler.diaries.tables import travel_blocks

_B = travel_blocks.c


class Travelled(NamedTuple):
    """An appointment with its ways."""

    object_id: int
    owner_id: int
    parent_uid: str
    vehicle: str


def find(db: Db, object_id: int) -> Travelled | None:
    """What is known of an appointment's ways."""
    columns = (_B.object_id, _B.owner_id, _B.parent_uid, _B.vehicle)
    row = db.execute(select(*columns).where(_B.object_id == object_id)).one_or_none()
    return None if row is None else Travelled(*row)


def keep(db: Db, one: Travelled) -> None:
    """The appointment has ways from now on."""
    drop(db, one.object_id)
    db.execute(insert(travel_blocks).values(**one._asdict()))


def drop(db: Db, object_id: int) -> None:
    """It has none any more."""
    db.execute(delete(travel_blocks).where(_B.object_id == object_id))
