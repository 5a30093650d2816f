"""The shelf of messages that a mass deletion would have sent, and of what shows it to be one."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import delete, func, insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, HeldId, PrincipalId, VersionId
from calendars.storage.tables import deletions_told, held_messages

_H = held_messages.c
_D = deletions_told.c


class Held(NamedTuple):
    """The messages of one deleted object."""

    id: HeldId
    owner_id: PrincipalId
    actor_id: PrincipalId | None
    collection_id: CollectionId
    name: str
    uid: str
    version_id: VersionId | None
    visibility: str
    messages: bytes
    held_at: int


class NewHeld(NamedTuple):
    """What is held, and where it came from."""

    owner_id: PrincipalId
    actor_id: PrincipalId
    collection_id: CollectionId
    name: str
    uid: str
    version_id: VersionId | None
    visibility: str
    messages: bytes


_COLUMNS = tuple(_H[name] for name in Held._fields)


def count_told(db: Db, owner: PrincipalId, *, since: int) -> int:
    """How often the owner's calendar told others of a deletion since then."""
    counted = select(func.count()).where(_D.owner_id == owner, _D.at > since)
    return int(db.execute(counted).scalar_one())


def note_told(db: Db, owner: PrincipalId, *, at: int) -> None:
    """One more deletion that others were told of, or would have been."""
    db.execute(insert(deletions_told).values(owner_id=owner, at=at))


def forget_told(db: Db, *, before: int) -> int:
    """Deletions that are too long ago to be part of a mass."""
    return db.execute(delete(deletions_told).where(_D.at < before)).rowcount


def add(db: Db, held: NewHeld, *, now: int) -> None:
    """Keep the messages of one deletion."""
    db.execute(insert(held_messages).values(**held._asdict(), held_at=now, state="HELD"))


def list_of(db: Db, owner: PrincipalId) -> list[Held]:
    """What waits for a decision in the owner's name, oldest first."""
    query = select(*_COLUMNS).where(_H.owner_id == owner, _H.state == "HELD").order_by(_H.id)
    return [Held(*row) for row in db.execute(query)]


def find(db: Db, held: HeldId) -> Held | None:
    """One that waits, locked until the transaction ends: two people may decide at once."""
    query = select(*_COLUMNS).where(_H.id == held, _H.state == "HELD").with_for_update()
    row = db.execute(query).first()
    return None if row is None else Held(*row)


def decide(db: Db, held: HeldId, state: str, *, by: PrincipalId, now: int) -> None:
    """RELEASED or UNDONE; what it would have said is not kept."""
    db.execute(
        update(held_messages)
        .where(_H.id == held)
        .values(state=state, decided_at=now, decided_by=by, messages=b"")
    )
