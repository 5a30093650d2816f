"""Forget what was kept for a time only: failed sign-ins, deletions all clients know of, calendars
that were removed, attachments that no object bears."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.services.sign_in import WINDOW
from calendars.storage import (
    attachments,
    credentials,
    feeds,
    object_masks,
    octets,
    removed_calendars,
    tombstones,
)

# A client that was away for longer starts over with a full synchronisation.
TOMBSTONE_SECONDS = 400 * 86_400


def forget_old(db: Db, *, removed_days: int, now: int) -> int:
    """Remove what is past its time; how many rows that were.

    Calendars that their owners removed can be brought back for so many days.
    """
    failures = credentials.forget_failures(db, before=now - 2 * WINDOW)
    calendars = removed_calendars.forget(db, before=now - removed_days * 86_400)
    failures += feeds.forget_failures(db, before=now - 2 * WINDOW)
    unused = attachments.forget(db, before=now - removed_days * 86_400)
    octets.forget(db, before=now - removed_days * 86_400)
    before = now - TOMBSTONE_SECONDS
    masks = object_masks.prune(db, before=before)
    return failures + calendars + unused + masks + tombstones.prune(db, before=before)
