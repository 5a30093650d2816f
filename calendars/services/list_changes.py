"""What changed in a collection since a token (RFC 6578): an integer comparison."""

from __future__ import annotations

from dataclasses import dataclass

from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden
from calendars.model.calendar_collection import SYNC_TOKEN_PREFIX, CalendarCollection
from calendars.model.principal import Access
from calendars.storage import calendar_objects


class InvalidSyncToken(Forbidden):
    """A token that this collection never gave, or has forgotten (DAV:valid-sync-token)."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Names that changed with their entity tags, names that went, and the token to go on from."""

    changed: list[tuple[str, str]]
    gone: list[str]
    token: str
    truncated: bool


def list_changes(
    db: Db, collection: CalendarCollection, access: Access, token: str, *, limit: int | None = None
) -> Changes:
    """Changes since a token, all members for an empty one (RFC 6578 §3.2).

    With a limit, the first changes in the order in which they were made; the token that comes with
    them names the last of them, so that the next call goes on there and nothing is lost (§3.6).
    Raises InvalidSyncToken.
    """
    since = position_of(collection, token)
    if since == collection.modseq:
        return Changes([], [], collection.sync_token, truncated=False)
    rows = calendar_objects.list_changed(
        db, collection.id, since=since, limit=None if limit is None else limit + 1
    )
    truncated = limit is not None and len(rows) > limit
    if truncated:
        rows = rows[:limit]
    position = rows[-1].modseq if truncated else collection.modseq
    changed: list[tuple[str, str]] = []
    gone: list[str] = []
    for _, name, etag, visibility in rows:
        if etag is not None and visibility in access.sees:
            changed.append((name, etag))
        elif since > 0:
            gone.append(name)
    return Changes(changed, gone, _token(collection, position), truncated)


def position_of(collection: CalendarCollection, token: str) -> int:
    """The change that a token names, 0 for an empty one. Raises InvalidSyncToken."""
    if not token:
        return 0
    position = collection.position_of(token)
    if position is None:
        raise InvalidSyncToken("that sync token is not known; synchronise from the beginning")
    return position


def _token(collection: CalendarCollection, position: int) -> str:
    return f"{SYNC_TOKEN_PREFIX}{collection.incarnation}:{position}"
