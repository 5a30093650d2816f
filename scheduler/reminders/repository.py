"""The shelf of what is watched: one row for each object with a reminder to come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, ObjectId, PrincipalId
from calendars.kernel.prepared import Prepared
from scheduler.reminders.tables import reminder_clock, reminder_followed, reminder_watches

_W, _F, _K = reminder_watches.c, reminder_followed.c, reminder_clock.c
_ONLY = 1
_CHUNK = 500


class Watch(NamedTuple):
    """An object, the instant of its next reminder, and until when all is done."""

    object_id: ObjectId
    collection_id: CollectionId
    owner_id: PrincipalId
    uid: str
    due_at: int
    done_until: int


class Ticked(NamedTuple):
    """What is remembered of all watches together."""

    ticked_at: int
    planned_at: int
    plan: str


_COLUMNS = tuple(_W[name] for name in Watch._fields)
_DUE = (
    select(*_COLUMNS)
    .where(_W.due_at <= bindparam("now"))
    .order_by(_W.due_at, _W.object_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_ADD = Prepared(insert(reminder_watches).values({name: bindparam(name) for name in Watch._fields}))
_SET = Prepared(
    update(reminder_watches)
    .where(_W.object_id == bindparam("watched"))
    .values(due_at=bindparam("due"), done_until=bindparam("done"))
)
_REMOVE = Prepared(delete(reminder_watches).where(_W.object_id == bindparam("watched")))


def _dialect(db: Db) -> ModuleType:
    """Both engines know ON CONFLICT, each by a name of its own."""
    return sqlite if db.dialect.name == "sqlite" else postgresql


def claim_due(db: Db, *, now: int, limit: int) -> list[Watch]:
    """What is due, ours until the transaction ends: another process gets the next ones."""
    return [Watch(*row) for row in db.execute(_DUE, {"now": now, "most": limit})]


def list_watches(db: Db, ids: Sequence[ObjectId]) -> dict[ObjectId, Watch]:
    """Those of the objects that are watched, locked while their plans are made anew."""
    found: dict[ObjectId, Watch] = {}
    for start in range(0, len(ids), _CHUNK):
        query = select(*_COLUMNS).where(_W.object_id.in_(ids[start : start + _CHUNK]))
        for row in db.execute(query.order_by(_W.object_id).with_for_update()):
            found[row.object_id] = Watch(*row)
    return found


def list_upcoming(db: Db, owner: PrincipalId, *, until: int, limit: int) -> list[Watch]:
    """What will remind of something in a diary, the next one first."""
    query = select(*_COLUMNS).where(_W.owner_id == owner, _W.due_at <= until)
    return [Watch(*row) for row in db.execute(query.order_by(_W.due_at, _W.object_id).limit(limit))]


def add(db: Db, watches: Iterable[Watch]) -> None:
    """Objects that were not watched yet."""
    rows = [watch._asdict() for watch in watches]
    if rows:
        _ADD.run_each(db, rows)


def set_due(db: Db, watches: Iterable[Watch]) -> None:
    """New instants of objects that are watched."""
    rows = [
        {"watched": one.object_id, "due": one.due_at, "done": one.done_until} for one in watches
    ]
    if rows:
        _SET.run_each(db, rows)


def remove(db: Db, ids: Iterable[ObjectId]) -> None:
    """Objects that will remind nobody any more."""
    rows = [{"watched": one} for one in ids]
    if rows:
        _REMOVE.run_each(db, rows)


def rewind(db: Db, *, now: int) -> None:
    """The clock went back: what was done beyond it is looked at again."""
    db.execute(
        update(reminder_watches).where(_W.done_until > now).values(done_until=now, due_at=now)
    )


def look_again(db: Db, uid: str, *, since: int, now: int) -> None:
    """Letters about an object were taken back: whoever holds it is looked at again."""
    again = update(reminder_watches).where(_W.uid == uid, _W.done_until > since)
    db.execute(again.values(done_until=since, due_at=now))


# --- calendars that are followed -----------------------------------------------------------------


def list_followed(db: Db) -> dict[CollectionId, int]:
    """The change up to which each calendar was followed."""
    rows = db.execute(select(_F.collection_id, _F.modseq))
    return {CollectionId(one): modseq for one, modseq in rows}


def claim_followed(db: Db, collection: CollectionId) -> int | None:
    """Its position, ours until the transaction ends; None where another process has it."""
    first = _dialect(db).insert(reminder_followed).values(collection_id=collection, modseq=0)
    db.execute(first.on_conflict_do_nothing())
    query = select(_F.modseq).where(_F.collection_id == collection)
    found: int | None = db.execute(query.with_for_update(skip_locked=True)).scalar()
    return found


def set_followed(db: Db, collection: CollectionId, modseq: int) -> None:
    """The calendar was followed up to a change."""
    db.execute(
        update(reminder_followed).where(_F.collection_id == collection).values(modseq=modseq)
    )


def forget_calendar(db: Db, collection: CollectionId) -> list[str]:
    """A calendar that was removed reminds nobody; the UIDs of what was watched in it."""
    uids = list(db.execute(select(_W.uid).where(_W.collection_id == collection)).scalars())
    db.execute(delete(reminder_watches).where(_W.collection_id == collection))
    db.execute(delete(reminder_followed).where(_F.collection_id == collection))
    return uids


def follow_anew(db: Db) -> None:
    """Everything is to be planned again; what is done stays done."""
    db.execute(update(reminder_followed).values(modseq=0))


# --- the clock -----------------------------------------------------------------------------------


def read_clock(db: Db) -> Ticked | None:
    """What the last tick left; None where there was none yet."""
    row = db.execute(select(_K.ticked_at, _K.planned_at, _K.plan)).first()
    return None if row is None else Ticked(*row)


def set_clock(db: Db, ticked: Ticked) -> None:
    """A tick was there."""
    row = _dialect(db).insert(reminder_clock).values(id=_ONLY, **ticked._asdict())
    db.execute(row.on_conflict_do_update(index_elements=[_K.id], set_=ticked._asdict()))
