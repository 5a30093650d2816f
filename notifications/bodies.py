"""The shelf of what messages said, and of what proves later that they were sent (SEC-10)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import delete, exists, or_, select, text, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from notifications.message import State
from notifications.outbox import occurrences_in
from notifications.tables import held_mails, outbox, outbox_papers, reply_addresses

_O, _A, _R = outbox.c, outbox_papers.c, reply_addresses.c
_DONE = (State.SENT, State.FAILED, State.CANCELLED)
_MOST_NEWER = 50


class Told(NamedTuple):
    """A message that waits for nothing any more, and what it said."""

    id: int
    owner_id: PrincipalId
    recipient: str
    uid: str
    kind: str
    method: str
    body: bytes

    @property
    def is_letter(self) -> bool:
        """Worded from facts by a template; else it is about a calendar object."""
        return not self.method


@contextmanager
def erasing(db: Db) -> Iterator[None]:
    """What is removed in the block is overwritten in the file, as PostgreSQL's vacuum does."""
    if db.dialect.name != "sqlite":
        yield
        return
    db.execute(text("PRAGMA secure_delete = ON"))
    try:
        yield
    finally:
        db.execute(text("PRAGMA secure_delete = OFF"))


def list_due(db: Db, *, before: int, now: int, limit: int) -> list[Told]:
    """Messages that were done with before, the oldest first."""
    query = (
        select(_O.id, _O.owner_id, _O.recipient, _O.uid, _O.kind, _O.method, _O.body)
        .where(
            _O.body_digest.is_(None),
            _O.done_at < before,
            _O.state.in_(_DONE),
            or_(_O.forget_at.is_(None), _O.forget_at <= now),
        )
        .order_by(_O.done_at)
        .limit(limit)
    )
    return [Told(*row) for row in db.execute(query)]


def keep_until(db: Db, message: int, forget_at: int) -> None:
    """It is needed until then."""
    db.execute(update(outbox).where(_O.id == message).values(forget_at=forget_at))


def empty(db: Db, told: Told) -> bool:
    """What it said is gone; to whom, when, its digest and the relay's answer remain.

    False where it was posted anew meanwhile.
    """
    values = {"body": b"", "body_digest": sha256(told.body).hexdigest(), "forget_at": None}
    same = (_O.id == told.id, _O.state.in_(_DONE), _O.body_digest.is_(None))
    if not db.execute(update(outbox).where(*same).values(**values)).rowcount:
        return False
    db.execute(update(outbox_papers).where(_A.outbox_id == told.id).values(filename=""))
    return True


def is_replaced(db: Db, told: Told) -> bool:
    """The same reader was told of the whole again since, and that is still kept."""
    newer = select(_O.body).where(
        _O.uid == told.uid,
        _O.recipient == told.recipient,
        _O.owner_id == told.owner_id,
        _O.kind == told.kind,
        _O.id > told.id,
        _O.state == State.SENT,
        _O.body_digest.is_(None),
    )
    found = db.execute(newer.order_by(_O.id.desc()).limit(_MOST_NEWER)).scalars()
    return any(not occurrences_in(body) for body in found)


def close_address(db: Db, told: Told) -> None:
    """Nobody answers any more to what is forgotten: the address for answers goes with the last."""
    thread = (told.owner_id, told.recipient, told.uid)
    kept = exists().where(
        _O.owner_id == told.owner_id,
        _O.recipient == told.recipient,
        _O.uid == told.uid,
        _O.body_digest.is_(None),
    )
    ours = (_R.owner_id, _R.recipient, _R.uid)
    same = [column == value for column, value in zip(ours, thread, strict=True)]
    db.execute(delete(reply_addresses).where(*same, ~kept))


def has_old_proofs(db: Db, *, before: int) -> bool:
    """There are some."""
    old = select(_O.id).where(_O.body_digest.is_not(None), _O.done_at < before).limit(1)
    return db.execute(old).first() is not None


def remove_proofs(db: Db, *, before: int, limit: int) -> int:
    """Proofs of what was done with before are gone; how many that were."""
    old = select(_O.id).where(_O.body_digest.is_not(None), _O.done_at < before).limit(limit)
    numbers = list(db.execute(old).scalars())
    if numbers:
        db.execute(delete(outbox_papers).where(_A.outbox_id.in_(numbers)))
        db.execute(delete(held_mails).where(held_mails.c.outbox_id.in_(numbers)))
        db.execute(delete(outbox).where(_O.id.in_(numbers)))
    return len(numbers)
