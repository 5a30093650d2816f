"""Keys that the service made for itself: what is signed with one comes from here."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.storage import service_keys


def find_service_key(db: Db, name: str) -> bytes | None:
    """The key of that name; None as long as nobody needed it: nothing was signed with it yet."""
    return service_keys.find(db, name)


def service_key(db: Db, name: str, *, now: int) -> bytes:
    """The key of that name, made at its first use; in a write transaction."""
    key = service_keys.find(db, name)
    if key is None:
        service_keys.ensure(db, name, now=now)
        key = service_keys.find(db, name)
    if key is None:
        raise LookupError(name)
    return key
