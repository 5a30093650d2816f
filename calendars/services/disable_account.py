"""Keep somebody out, or let him in again; his diary stays as it is (DIR-1)."""

from __future__ import annotations

from calendars.kernel.audit import Deed, Target
from calendars.kernel.database import Db
from calendars.model.principal import Principal
from calendars.storage import audit, principals
from calendars.storage.audit import Acting


def disable_account(db: Db, login: str, *, by: Acting, now: int) -> Principal:
    """From now on nobody signs in with that login, whatever is open. Raises NotFound."""
    principal = principals.get(db, login)
    principals.set_disabled(db, principal.id, now)
    audit.record(db, by, Deed.DISABLE_ACCOUNT, Target(principal.id), now=now)
    return principal


def enable_account(db: Db, login: str, *, by: Acting, now: int) -> Principal:
    """The login is good again, with the passwords it had. Raises NotFound."""
    principal = principals.get(db, login)
    principals.set_disabled(db, principal.id, None)
    audit.record(db, by, Deed.ENABLE_ACCOUNT, Target(principal.id), now=now)
    return principal
