"""The shelf of keys that the service made for itself; they never leave it."""

from __future__ import annotations

import secrets

from sqlalchemy import bindparam, select, text

from calendars.kernel.database import Db
from calendars.kernel.prepared import Prepared
from calendars.storage.tables import service_keys

_FIND = Prepared(select(service_keys.c.value).where(service_keys.c.name == bindparam("name")))
# Both engines say it so; two who write at once agree on the first one's key.
_ADD = text(
    "INSERT INTO service_keys (name, value, created_at) VALUES (:name, :value, :now)"
    " ON CONFLICT (name) DO NOTHING"
)


def find(db: Db, name: str) -> bytes | None:
    """The key of that name, None if none was made yet."""
    row = _FIND.first(db, {"name": name})
    return None if row is None else bytes(row[0])


def ensure(db: Db, name: str, *, now: int) -> None:
    """There is a key of that name from now on; in a write transaction."""
    if find(db, name) is None:
        db.execute(_ADD, {"name": name, "value": secrets.token_bytes(32), "now": now})
