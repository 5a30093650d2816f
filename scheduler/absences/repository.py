"""The shelf of absences."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update

from calendars.kernel.database import Db
from scheduler.absences.model import Kept
from scheduler.absences.tables import absences

_A = absences.c
_COLUMNS = (_A.id, _A.owner_id, _A.uid, _A.source, _A.reference)


def add(db: Db, owner_id: int, uid: str, source: str, reference: str, *, now: int) -> Kept:
    """A new one."""
    row = {"owner_id": owner_id, "uid": uid, "source": source, "reference": reference}
    made = insert(absences).values(**row, made_at=now).returning(_A.id)
    return Kept(int(db.execute(made).scalar_one()), owner_id, uid, source, reference)


def set_reference(db: Db, number: int, reference: str) -> None:
    """The number that the list gives it now."""
    db.execute(update(absences).where(_A.id == number).values(reference=reference))


def remove(db: Db, number: int) -> None:
    """It is none any more."""
    db.execute(delete(absences).where(_A.id == number))


def find(db: Db, owner_id: int, number: int) -> Kept | None:
    """One of somebody's."""
    row = db.execute(select(*_COLUMNS).where(_A.owner_id == owner_id, _A.id == number)).first()
    return None if row is None else Kept(*row)


def list_of(db: Db, owner_id: int) -> list[Kept]:
    """Somebody's."""
    query = select(*_COLUMNS).where(_A.owner_id == owner_id).order_by(_A.id)
    return [Kept(*row) for row in db.execute(query)]


def list_of_source(db: Db, source: str) -> list[Kept]:
    """Those that came from one list."""
    query = select(*_COLUMNS).where(_A.source == source).order_by(_A.id)
    return [Kept(*row) for row in db.execute(query)]
