"""What was sent is not kept for ever (SEC-10): words and papers go first, proofs of sending later.

The words of an invitation are needed while its meeting can still change: the next mail says what is
different. They go so many days after the message was done with and its meeting was over. Of a
series without end the newest message alone is kept.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import NamedTuple

from calendars.kernel.database import Database, Db
from calendars.kernel.errors import ServiceError
from calendars.model.component import parse
from calendars.model.instances import bounds
from calendars.model.window import NEVER_AFTER
from calendars.services.record_mail import record_forgotten
from notifications import bodies, papers
from notifications.bodies import Told

DAY = 86_400
BATCH, MOST_BATCHES = 200, 50
"""So much in a transaction, and so much in a round: nobody waits for it."""


class Retention(NamedTuple):
    """How long what is kept."""

    body_days: int
    proof_days: int
    zone: tzinfo


class Forgotten(NamedTuple):
    """What is gone."""

    messages: int = 0
    papers: int = 0
    proofs: int = 0

    @property
    def total(self) -> int:
        """How many rows that were."""
        return sum(self)


def forget_sent(database: Database, retention: Retention, *, now: int) -> int:
    """What is past its time goes, a few hundred at once; how much it was."""
    gone = 0
    for _ in range(MOST_BATCHES):
        with database.reading() as db:
            if not _is_due(db, retention, now=now):
                break
        with database.transaction() as db:
            seen, forgotten = _forget_some(db, retention, now=now)
        gone += forgotten.total
        if not seen:
            break
    return gone


def _is_due(db: Db, retention: Retention, *, now: int) -> bool:
    """Mostly nothing is, and nobody's write waits for that answer."""
    before = now - retention.body_days * DAY
    return bool(
        bodies.list_due(db, before=before, now=now, limit=1)
        or papers.has_unused(db, before=before)
        or bodies.has_old_proofs(db, before=now - retention.proof_days * DAY)
    )


def _forget_some(db: Db, retention: Retention, *, now: int) -> tuple[int, Forgotten]:
    """How many messages were looked at or removed, and what of them is gone."""
    before = now - retention.body_days * DAY
    with bodies.erasing(db):
        due = bodies.list_due(db, before=before, now=now, limit=BATCH)
        emptied = sum(_forget_one(db, one, retention, now=now) for one in due)
        files = papers.forget(db, before=before, limit=BATCH)
        proofs = bodies.remove_proofs(db, before=now - retention.proof_days * DAY, limit=BATCH)
    forgotten = Forgotten(emptied, files, proofs)
    if forgotten.total:
        record_forgotten(db, forgotten._asdict(), now=now)
    return len(due) + files + proofs, forgotten


def _forget_one(db: Db, told: Told, retention: Retention, *, now: int) -> bool:
    until = _needed_until(db, told, retention)
    if until > now:
        # Of what has no end it is asked again: something newer may have been said by then.
        bodies.keep_until(db, told.id, min(until, now + max(retention.body_days, 1) * DAY))
        return False
    if not bodies.empty(db, told):
        return False
    bodies.close_address(db, told)
    return True


def _needed_until(db: Db, told: Told, retention: Retention) -> int:
    """An instant; 0 where nothing needs it."""
    if told.is_letter or told.method == "CANCEL":
        return 0
    try:
        end = bounds(parse(told.body.decode()), retention.zone).end
    except (ServiceError, ValueError):
        return 0
    if end == NEVER_AFTER:
        return 0 if bodies.is_replaced(db, told) else NEVER_AFTER
    return end + retention.body_days * DAY
