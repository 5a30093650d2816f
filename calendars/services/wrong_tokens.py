"""Who tries the tokens of secret links is slowed down; whoever has a right one never is (SEC-7)."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound, ServiceError
from calendars.storage import feeds

FAILURE_WINDOW = 15 * 60
MAX_FAILURES = 20
"""From one address."""
MAX_ALL_FAILURES = 1_000
"""From all addresses together: whoever has many of them gets no further, and fills no table."""


class WrongToken(NotFound):
    """No link, or none that is good any more (404)."""

    def __init__(self) -> None:
        super().__init__("there is nothing here")


class TooManyWrongTokens(ServiceError):
    """Somebody tries tokens (429)."""

    retry_after = FAILURE_WINDOW


def record_wrong_token(db: Db, address: str, *, now: int) -> bool:
    """One more wrong token from an address; whether there were too many.

    A right one is never held up: programs that still ask for a revoked link come from the same
    addresses of a cloud as those that ask for a good one.
    """
    since = now - FAILURE_WINDOW
    if feeds.count_failures(db, address, since=since) >= MAX_FAILURES:
        return True
    if feeds.count_all_failures(db, since=since) >= MAX_ALL_FAILURES:
        return True
    feeds.record_failure(db, address, now=now)
    return False
