"""Claim, send, mark: whoever crashes in between sends again, under the same id (NOT-1)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from calendars.kernel.database import Database, Db
from scheduler.webhooks import repository
from scheduler.webhooks.model import Claimed, Fate
from scheduler.webhooks.rules import DeliveryState, delay_after
from scheduler.webhooks.send import Sender

BATCH = 20

log = logging.getLogger(__name__)


def deliver_due(database: Database, sender: Sender, clock: Callable[[], int]) -> int:
    """Try what is due until nothing is; how many arrived. Nothing is locked while others answer."""
    arrived = 0
    while True:
        with database.transaction() as db:
            claimed = repository.claim_due(db, now=clock(), limit=BATCH)
        if not claimed:
            return arrived
        fates = asyncio.run(_try_all(sender, claimed, now=clock()))
        with database.transaction() as db:
            for one, fate in zip(claimed, fates, strict=True):
                arrived += _mark(db, one, fate, now=clock())


async def _try_all(sender: Sender, claimed: Sequence[Claimed], *, now: int) -> list[Fate]:
    """Side by side: one that is slow keeps no other waiting for long."""
    return await asyncio.gather(*(sender.send(one, now=now) for one in claimed))


def _mark(db: Db, claimed: Claimed, fate: Fate, *, now: int) -> int:
    tries = claimed.attempts + 1
    delay = None if fate.final else delay_after(tries)
    if fate.delivered:
        values: dict[str, object] = {"state": DeliveryState.DELIVERED, "done_at": now}
    elif delay is None:
        values = {"state": DeliveryState.FAILED, "done_at": now}
        log.warning("webhook.failed", extra={"delivery_id": claimed.id, "answer": fate.answer})
    else:
        values = {"due_at": now + delay}
    repository.note(db, claimed.id, attempts=tries, answer=fate.answer, **values)
    return int(fate.delivered)
