"""The one door out: whatever leaves the service is a row here first (NOT-1).

A row is written in the transaction that decides it. It waits a moment before it goes, so that
several edits become one message: what a newer row says takes the place of what was not sent yet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, insert, or_, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.services.act_for import may_still_send
from notifications.message import Fate, State
from notifications.tables import outbox

LEASE_SECONDS = 120
"""Who claims a message and is not heard of again loses it: another sends it, under the same id."""
GIVE_UP_SECONDS = 3 * 86_400
FIRST_RETRY, LAST_RETRY = 60, 4 * 3600

_O = outbox.c
_KNOWN = select(exists().where(_O.idempotency_key == bindparam("key")))
_DUE = (
    select(
        *(_O[name] for name in ("id", "idempotency_key", "created_at", "attempts")),
        *(_O[name] for name in ("kind", "owner_id", "actor_id", "sender", "sent_by")),
        *(_O[name] for name in ("recipient", "uid", "method", "body")),
    )
    .where(
        _O.state == "PENDING",
        _O.due_at <= bindparam("now"),
        or_(_O.lease_until.is_(None), _O.lease_until < bindparam("now")),
    )
    .order_by(_O.due_at, _O.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_RECURRENCE = re.compile(rb"^RECURRENCE-ID[^:\r\n]*:([^\r\n]+)", re.MULTILINE)


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

    @property
    def about(self) -> frozenset[bytes]:
        """The single occurrences that it is about; empty where it is about the whole."""
        return occurrences_in(self.body)


class Claimed(NamedTuple):
    """A message that is ours to send until the lease ends."""

    id: int
    key: str
    created_at: int
    attempts: int
    message: Outgoing


def occurrences_in(body: bytes) -> frozenset[bytes]:
    """The RECURRENCE-IDs of a message without a master; empty where it has one."""
    found = _RECURRENCE.findall(body)
    whole = len(found) < body.count(b"BEGIN:VEVENT") + body.count(b"BEGIN:VTODO")
    return frozenset() if whole else frozenset(found)


def add(db: Db, message: Outgoing, *, now: int, delay: int = 0) -> bool:
    """Queue a message in the transaction that decides it; False where nothing need be sent.

    Rows that it makes obsolete, and that did not leave yet, are cancelled. A cancellation of what
    the recipient never heard of is not sent either (NOT-3).
    """
    key = message.idempotency_key
    if db.execute(_KNOWN, {"key": key}).scalar_one():
        return False
    waiting = _waiting_for(db, message)
    obsolete = [row.id for row in waiting if _covers(message, row.body)]
    _set(db, obsolete, state=State.CANCELLED, done_at=now)
    if _is_end(message) and waiting and not _was_told(db, message):
        return False
    row = {"idempotency_key": key, "state": State.PENDING, "created_at": now}
    db.execute(insert(outbox).values(**message._asdict(), **row, due_at=now + delay))
    return True


class _Waiting(NamedTuple):
    id: int
    body: bytes


def _waiting_for(db: Db, message: Outgoing) -> list[_Waiting]:
    query = select(_O.id, _O.body).where(
        *_same_thread(message), _O.state == State.PENDING, _O.lease_until.is_(None)
    )
    return [_Waiting(*row) for row in db.execute(query)]


def _is_end(message: Outgoing) -> bool:
    return message.method == "CANCEL" and not message.about


def _same_thread(message: Outgoing) -> tuple[ColumnElement[bool], ...]:
    return (
        _O.kind == message.kind,
        _O.uid == message.uid,
        _O.recipient == message.recipient,
        _O.owner_id == message.owner_id,
    )


def _covers(message: Outgoing, earlier: bytes) -> bool:
    """Whoever reads the newer message needs not read the earlier one."""
    about = message.about
    return not about or (bool(was := occurrences_in(earlier)) and was <= about)


def _was_told(db: Db, message: Outgoing) -> bool:
    told = exists().where(*_same_thread(message), _O.state == State.SENT)
    return bool(db.execute(select(told)).scalar_one())


def claim_due(db: Db, *, now: int, limit: int) -> list[Claimed]:
    """Messages that are due, and ours for a while: two who claim at once get different ones.

    Who wrote in another's name is asked for his right now: a message of somebody whose right was
    taken back since is not sent (threats D).
    """
    claimed: list[Claimed] = []
    gone: list[int] = []
    for id_, key, created_at, attempts, *fields in db.execute(_DUE, {"now": now, "most": limit}):
        message = Outgoing(*fields)
        if may_still_send(db, message.actor_id, message.owner_id, now=now):
            claimed.append(Claimed(id_, key, created_at, attempts + 1, message))
        else:
            gone.append(id_)
    _set(db, gone, state=State.CANCELLED, done_at=now, answer="the right to send was taken back")
    _set(db, [one.id for one in claimed], lease_until=now + LEASE_SECONDS, attempts=_O.attempts + 1)
    return claimed


def _set(db: Db, ids: Sequence[int], **values: object) -> None:
    if ids:
        db.execute(update(outbox).where(_O.id.in_(ids)).values(**values))


def mark(db: Db, claimed: Claimed, fate: Fate, *, now: int) -> State:
    """What became of it; a carrier that says "later" is asked again, for three days."""
    state = fate.state
    if state is State.PENDING and now - claimed.created_at > GIVE_UP_SECONDS:
        state = State.FAILED
    values: dict[str, object] = {"state": state, "lease_until": None, "answer": fate.answer[:500]}
    if state is State.PENDING:
        values["due_at"] = now + min(FIRST_RETRY * 2 ** (claimed.attempts - 1), LAST_RETRY)
    else:
        values["done_at"] = now
    db.execute(update(outbox).where(_O.id == claimed.id).values(**values))
    return state


def last_sent(db: Db, message: Outgoing) -> bytes | None:
    """What the recipient was told last about the same thing."""
    query = select(_O.body).where(*_same_thread(message), _O.state == State.SENT)
    found: bytes | None = db.execute(query.order_by(_O.id.desc()).limit(1)).scalar()
    return found
