"""All that is due, once: what the service does by itself while it runs."""

from __future__ import annotations

from calendars.kernel.identifiers import ObjectId
from calendars.services.forget_old import forget_old
from calendars.services.index_occurrences import list_to_extend, reindex
from scheduler.app.audit_checkpoints import append_due
from scheduler.app.wiring import Service
from scheduler.diaries.service import expire_holds

BATCH = 200


def do_due_work(service: Service) -> dict[str, int]:
    """How much of each kind was done; a second run right after finds next to nothing."""
    now = int(service.clock.now().timestamp())
    return {
        "extended": _extend_series(service, now),
        "forgotten": _forget(service, now),
        "expired_holds": _expire_holds(service, now),
        "checkpoints": append_due(service.database, service.settings.data, now=now),
    }


def _extend_series(service: Service, now: int) -> int:
    """Short transactions: those who work wait for none of them."""
    extended = 0
    last: ObjectId | None = None
    while True:
        with service.database.transaction() as db:
            due = list_to_extend(db, now=now, limit=BATCH, after=last)
            extended += reindex(db, due, now=now)
        if len(due) < BATCH:
            return extended
        last = due[-1]


def _expire_holds(service: Service, now: int) -> int:
    with service.database.transaction() as db:
        return expire_holds(db, dispatch=service.dispatch, now=now)


def _forget(service: Service, now: int) -> int:
    with service.database.transaction() as db:
        return forget_old(db, removed_days=service.settings.removed_days, now=now)
