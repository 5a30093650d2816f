"""The outbox as people see it: what was queued, for whom, what became of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, select, update

from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict, NotFound
from calendars.kernel.identifiers import PrincipalId
from notifications.message import State
from notifications.tables import outbox

_O = outbox.c
_FIELDS = (
    *("id", "idempotency_key", "state", "kind", "method", "owner_id", "actor_id", "recipient"),
    *("uid", "urgency", "created_at", "due_at", "done_at", "expires_at", "attempts", "answer"),
)


class NotFailed(Conflict):
    """What did not fail need not be sent again."""


class WordsGone(NotFailed):
    """What it said is no longer kept (SEC-10)."""


class Queued(NamedTuple):
    """One message, without what it says."""

    id: int
    key: str
    state: State
    kind: str
    method: str
    """Of a scheduling message; empty for others."""
    owner_id: PrincipalId
    actor_id: PrincipalId
    recipient: str
    """`mailto:…`"""
    uid: str
    urgency: int
    created_at: int
    due_at: int
    done_at: int | None
    expires_at: int | None
    attempts: int
    answer: str | None
    """What the relay, or a bounce, said last."""


def find(db: Db, message: int) -> Queued | None:
    """The message of that number."""
    return next(iter(_list(db, [_O.id == message], limit=1)), None)


def find_by_message_id(db: Db, message_id: str) -> Queued | None:
    """The message that bears that Message-ID, with or without its brackets."""
    key = message_id.strip().strip("<>").partition("@")[0]
    return next(iter(_list(db, [_O.idempotency_key == key], limit=1)), None)


def list_of(
    db: Db,
    owners: Collection[PrincipalId] | None = None,
    *,
    states: Collection[str] = (),
    before: int | None = None,
    limit: int,
) -> list[Queued]:
    """What was queued in the name of these people, or of everybody, the newest first.

    `before` is the number of a message: those that were queued before it.
    """
    conditions: list[ColumnElement[bool]] = []
    if owners is not None:
        conditions.append(_O.owner_id.in_(owners))
    if states:
        conditions.append(_O.state.in_(states))
    if before is not None:
        conditions.append(_O.id < before)
    return _list(db, conditions, limit=limit)


def retry(db: Db, message: int, *, now: int) -> None:
    """A message that failed is tried again, under the same Message-ID.

    Raises NotFound, NotFailed, WordsGone.

    Its three days of trying begin anew.
    """
    again = {"state": State.PENDING, "due_at": now, "attempts": 0}
    failed = (_O.id == message, _O.state == State.FAILED)
    changed = update(outbox).where(*failed, _O.body_digest.is_(None))
    if db.execute(changed.values(**again, done_at=None, lease_until=None)).rowcount:
        return
    if find(db, message) is None:
        raise NotFound("there is nothing here")
    if db.execute(select(_O.id).where(*failed)).first() is not None:
        raise WordsGone("what it said is no longer kept")
    raise NotFailed("only what failed is sent again")


def fail(db: Db, message: int, why: str, *, now: int) -> bool:
    """It did not arrive, whatever the relay had said; False where that was known."""
    changed = update(outbox).where(_O.id == message, _O.state != State.FAILED)
    values = {"state": State.FAILED, "done_at": now, "lease_until": None, "answer": why[:500]}
    return bool(db.execute(changed.values(**values)).rowcount)


def count_by_state(db: Db) -> dict[State, int]:
    """How many wait, are held back, or have failed: what somebody may have to see to."""
    seen = (State.PENDING, State.HELD, State.FAILED)
    query = select(_O.state, func.count()).where(_O.state.in_(seen)).group_by(_O.state)
    found = {row[0]: row[1] for row in db.execute(query)}
    return {state: found.get(state, 0) for state in seen}


def sentence(counts: Mapping[State, int]) -> str:
    """The same in words."""
    waiting, held, failed = (counts[one] for one in (State.PENDING, State.HELD, State.FAILED))
    said = [f"{waiting} à envoyer"]
    if held:
        said.append(f"{held} retenu(s) par le garde-fou (« niaouli guard held »)")
    if failed:
        said.append(f"{failed} en échec (« niaouli mail list --failed »)")
    return ", ".join(said)


def has_failed(db: Db, owner: PrincipalId, recipient: str, uid: str) -> bool:
    """Something about that object did not reach that recipient."""
    failed = exists().where(
        _O.uid == uid,
        _O.recipient == recipient,
        _O.owner_id == owner,
        _O.state == State.FAILED,
    )
    return bool(db.execute(select(failed)).scalar_one())


def _list(db: Db, conditions: Sequence[ColumnElement[bool]], *, limit: int) -> list[Queued]:
    query = select(*(_O[name] for name in _FIELDS)).where(*conditions)
    rows = db.execute(query.order_by(_O.id.desc()).limit(limit))
    return [Queued(id_, key, State(state), *rest) for id_, key, state, *rest in rows]
