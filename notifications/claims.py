"""Messages that are due, claimed by one process at a time, and what became of them (NOT-1)."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, or_, select, update

from calendars.kernel.database import Db
from calendars.services.act_for import may_still_send
from notifications.message import Fate, State
from notifications.outbox import Outgoing
from notifications.post import Post, Urgency
from notifications.tables import outbox

LEASE_SECONDS = 120
"""Who claims a message and is not heard of again loses it: another sends it, under the same id."""
FIRST_RETRY, LAST_RETRY = 60, 4 * 3600
MOST_TRIES = 25
"""At these distances they take three days; a service that was down itself has not used them up."""

_O = outbox.c
_ROW = ("id", "idempotency_key", "attempts", "withdrawn_at", "expires_at")
_SAID = (
    *("kind", "owner_id", "actor_id", "sender", "sent_by", "recipient", "uid", "method", "body"),
    *("template", "language", "urgency", "thread", "reply_to"),
)
_DUE = (
    select(*(_O[name] for name in (*_ROW, *_SAID)))
    .where(
        _O.state == "PENDING",
        _O.due_at <= bindparam("now"),
        or_(_O.lease_until.is_(None), _O.lease_until < bindparam("now")),
    )
    .order_by(_O.urgency, _O.due_at, _O.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)

log = logging.getLogger(__name__)


class Claimed(NamedTuple):
    """A message that is ours to send until the lease ends."""

    id: int
    key: str
    attempts: int
    message: Outgoing | Post


def claim_due(db: Db, *, now: int, limit: int) -> list[Claimed]:
    """Messages that are due, and ours for a while: two who claim at once get different ones.

    Who wrote in another's name is asked for his right now: a message of somebody whose right was
    taken back since is not sent (threats D). Nor is what nobody wants to read any more.
    """
    claimed: list[Claimed] = []
    while not claimed and (rows := db.execute(_DUE, {"now": now, "most": limit}).all()):
        found = (_taken(db, row, now=now) for row in rows)
        claimed = [one for one in found if one is not None]
    ids, lease = [one.id for one in claimed], now + LEASE_SECONDS
    _set(db, ids, lease_until=lease, tried_at=now)
    return claimed


def last_number(db: Db) -> int:
    """The number of the newest message; 0 without any."""
    return db.execute(select(func.max(_O.id))).scalar() or 0


def list_newer(db: Db, number: int) -> list[Claimed]:
    """The messages that were queued after that one and still wait, in their order; not claimed."""
    query = select(*(_O[name] for name in (*_ROW, *_SAID)))
    waiting = query.where(_O.id > number, _O.state == State.PENDING).order_by(_O.id)
    return [
        Claimed(row.id, row.idempotency_key, row.attempts, _message_in(row))
        for row in db.execute(waiting)
    ]


def count_tried(db: Db, *, since: int) -> int:
    """How many messages were claimed from that instant on."""
    query = select(func.count()).select_from(outbox).where(_O.tried_at >= since)
    return db.execute(query).scalar_one()


def renew(db: Db, ids: Collection[int], *, now: int) -> bool:
    """They are still being sent; False if another has taken one of them over meanwhile."""
    ours = update(outbox).where(_O.id.in_(ids), _O.state == State.PENDING, _O.lease_until >= now)
    return db.execute(ours.values(lease_until=now + LEASE_SECONDS)).rowcount == len(ids)


def _taken(db: Db, row: Any, *, now: int) -> Claimed | None:  # noqa: ANN401 - a row
    message = _message_in(row)
    because = _needless(db, row, message, now=now)
    if because is None:
        return Claimed(row.id, row.idempotency_key, row.attempts + 1, message)
    _set(db, [row.id], state=State.CANCELLED, done_at=now, answer=because)
    log.info("message.dropped", extra={"message_id": row.id, "because": because})
    return None


def _needless(db: Db, row: Any, message: Outgoing | Post, *, now: int) -> str | None:  # noqa: ANN401
    """Why a message that is due is not sent after all."""
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.expires_at is not None and row.expires_at <= now:
        return "too late to be of use"
    if not may_still_send(db, message.actor_id, message.owner_id, now=now):
        return "the right to send was taken back"
    return None


def _message_in(row: Any) -> Outgoing | Post:  # noqa: ANN401 - a row
    if row.template is None:
        return Outgoing(*(getattr(row, name) for name in Outgoing._fields))
    return Post(
        row.kind,
        row.template,
        row.language,
        json.loads(row.body),
        row.owner_id,
        row.actor_id,
        row.recipient,
        "",
        row.uid,
        Urgency(row.urgency),
        row.expires_at,
        (),
        row.thread,
        row.reply_to,
    )


def _set(db: Db, ids: Sequence[int], **values: object) -> None:
    if ids:
        db.execute(update(outbox).where(_O.id.in_(ids)).values(**values))


def mark(db: Db, claimed: Claimed, fate: Fate, *, now: int) -> State:
    """What became of it; a carrier that says "later" is asked again, for three days.

    Whatever was withdrawn while it was on its way is not tried again. A carrier that was away says
    nothing of the message: it keeps its turn.
    """
    state, answer = fate.state, fate.answer[:500]
    if state is State.PENDING:
        withdrawn = select(_O.withdrawn_at).where(_O.id == claimed.id)
        if db.execute(withdrawn).scalar() is not None:
            state = State.CANCELLED
        elif not fate.away and claimed.attempts > MOST_TRIES:
            state = State.FAILED
    values: dict[str, object] = {"state": state, "lease_until": None, "answer": answer}
    # A try counts when it is answered: what a crash took along was none.
    values |= {"tried_at": None} if fate.away else {"attempts": claimed.attempts}
    if state is not State.PENDING:
        values["done_at"] = now
    elif not fate.away:
        values["due_at"] = now + min(FIRST_RETRY * 2 ** (claimed.attempts - 1), LAST_RETRY)
    db.execute(update(outbox).where(_O.id == claimed.id).values(**values))
    return state
