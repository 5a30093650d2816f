"""Forget what was kept for a time only: failed sign-ins, and deletions all clients know of."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.services.sign_in import WINDOW
from calendars.storage import credentials, object_masks, tombstones

# A client that was away for longer starts over with a full synchronisation.
TOMBSTONE_SECONDS = 400 * 86_400


def forget_old(db: Db, *, now: int) -> int:
    """Remove what is past its time; how many rows that were."""
    failures = credentials.forget_failures(db, before=now - 2 * WINDOW)
    before = now - TOMBSTONE_SECONDS
    return failures + tombstones.prune(db, before=before) + object_masks.prune(db, before=before)
