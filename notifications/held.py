"""The shelf of messages that the guard holds back: why, who was told, who let them go (SEC-6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import delete, insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from notifications.message import State
from notifications.tables import held_mails, outbox

_H, _O = held_mails.c, outbox.c


class HeldMail(NamedTuple):
    """One message that waits, without what it says."""

    id: int
    """Of the message."""
    owner_id: PrincipalId
    actor_id: PrincipalId
    kind: str
    method: str
    recipient: str
    uid: str
    held_at: int
    flaws: tuple[str, ...]
    """`name:summary`, `word:subject`, …"""


def note(db: Db, message: int, flaws: Iterable[object], *, now: int) -> None:
    """The message is held, and nobody knows yet."""
    db.execute(delete(held_mails).where(_H.outbox_id == message))
    said = " ".join(str(one) for one in flaws)
    db.execute(insert(held_mails).values(outbox_id=message, flaws=said, held_at=now))


def was_released(db: Db, message: int) -> bool:
    """Somebody has let it go, in his own name."""
    query = select(_H.outbox_id).where(_H.outbox_id == message, _H.released_at.is_not(None))
    return db.execute(query).first() is not None


def release(db: Db, message: int, *, by: PrincipalId, reason: str, now: int) -> bool:
    """It leaves all the same; False if it is held no more."""
    free = update(outbox).where(_O.id == message, _O.state == State.HELD)
    values = {"state": State.PENDING, "due_at": now, "done_at": None, "answer": None}
    if not db.execute(free.values(**values)).rowcount:
        return False
    told = {"released_by": by, "released_at": now, "reason": reason}
    db.execute(update(held_mails).where(_H.outbox_id == message).values(**told))
    return True


def find(db: Db, message: int) -> HeldMail | None:
    """What is held under that number."""
    return next(iter(_list(db, (_O.id == message,))), None)


def list_all(db: Db) -> list[HeldMail]:
    """All that is held, the oldest first."""
    return _list(db, ())


def list_untold(db: Db) -> list[HeldMail]:
    """What nobody was told of yet."""
    return _list(db, (_H.told_at.is_(None),))


def list_settled(db: Db) -> list[tuple[int, PrincipalId, PrincipalId, str]]:
    """What somebody was told of, and what waits no more: number, owner, author, object."""
    query = (
        select(_O.id, _O.owner_id, _O.actor_id, _O.uid)
        .join(held_mails, _H.outbox_id == _O.id)
        .where(_H.told_at.is_not(None), _H.closed_at.is_(None), _O.state != State.HELD)
    )
    return [(row[0], row[1], row[2], row[3]) for row in db.execute(query)]


def waits_for(db: Db, owner: PrincipalId, uid: str) -> bool:
    """Something about that object is held."""
    query = select(_O.id).where(_O.uid == uid, _O.owner_id == owner, _O.state == State.HELD)
    return db.execute(query).first() is not None


def mark(db: Db, messages: Sequence[int], *, told_at: int | None, closed_at: int | None) -> None:
    """Their tasks were written, or taken away."""
    values = {"told_at": told_at} if closed_at is None else {"closed_at": closed_at}
    if messages:
        db.execute(update(held_mails).where(_H.outbox_id.in_(messages)).values(**values))


def _list(db: Db, conditions: Sequence[object]) -> list[HeldMail]:
    query = (
        select(
            *(_O.id, _O.owner_id, _O.actor_id, _O.kind, _O.method, _O.recipient, _O.uid),
            *(_H.held_at, _H.flaws),
        )
        .join(held_mails, _H.outbox_id == _O.id)
        .where(_O.state == State.HELD, *conditions)  # type: ignore[arg-type]
        .order_by(_O.id)
    )
    return [HeldMail(*row[:-1], tuple(row[-1].split())) for row in db.execute(query)]
