"""The one door out: whatever leaves the service is a row here first (NOT-1)."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import bindparam, exists, insert, select

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from notifications.tables import outbox

_O = outbox.c
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
