"""Keep somebody out, or let him in again; his diary stays as it is (DIR-1)."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.model.principal import Principal
from calendars.storage import principals


def disable_account(db: Db, login: str, *, now: int) -> Principal:
    """From now on nobody signs in with that login, whatever is open. Raises NotFound."""
    principal = principals.get(db, login)
    principals.set_disabled(db, principal.id, now)
    return principal


def enable_account(db: Db, login: str) -> Principal:
    """The login is good again, with the passwords it had. Raises NotFound."""
    principal = principals.get(db, login)
    principals.set_disabled(db, principal.id, None)
    return principal
