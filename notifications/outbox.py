"""The one door out: whatever leaves the service is a row here first (NOT-1)."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import bindparam, exists, insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.services.act_for import may_still_send
from notifications.tables import outbox

_O = outbox.c
_DUE = (
    select(
        _O.id,
        _O.kind,
        _O.owner_id,
        _O.actor_id,
        _O.sender,
        _O.sent_by,
        _O.recipient,
        _O.uid,
        _O.method,
        _O.body,
    )
    .where(_O.state == "PENDING", _O.due_at <= bindparam("now"))
    .order_by(_O.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_KNOWN = select(exists().where(_O.idempotency_key == bindparam("key")))


class Outgoing(NamedTuple):
    """One message to one recipient."""

    kind: str
    owner_id: PrincipalId
    actor_id: PrincipalId
    sender: str
    sent_by: str | None
    recipient: str
    uid: str
    method: str
    body: bytes

    @property
    def idempotency_key(self) -> str:
        """Equal messages to one recipient are one message."""
        parts = (self.kind, self.method, self.sender, self.recipient, self.uid)
        return sha256("\0".join(parts).encode() + b"\0" + self.body).hexdigest()


def add(db: Db, message: Outgoing, *, now: int) -> bool:
    """Queue a message in the transaction that decides it; False where it is queued already."""
    key = message.idempotency_key
    if db.execute(_KNOWN, {"key": key}).scalar_one():
        return False
    row = {"idempotency_key": key, "state": "PENDING", "created_at": now, "due_at": now}
    db.execute(insert(outbox).values(**message._asdict(), **row))
    return True


class Claimed(NamedTuple):
    """A message whose turn it is."""

    id: int
    message: Outgoing


def claim_due(db: Db, *, limit: int, now: int) -> list[Claimed]:
    """Messages that are due, the oldest first; nobody else claims them in this transaction.

    Who wrote in another's name is asked for his right now: a message of somebody whose right was
    taken back since is not sent (threats D).
    """
    claimed: list[Claimed] = []
    for identifier, *fields in db.execute(_DUE, {"now": now, "most": limit}).all():
        message = Outgoing(*fields)
        if may_still_send(db, message.actor_id, message.owner_id, now=now):
            claimed.append(Claimed(identifier, message))
        else:
            db.execute(update(outbox).where(_O.id == identifier).values(state="CANCELLED"))
    return claimed
