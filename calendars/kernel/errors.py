"""What can go wrong, said in words a user can act on; no error here knows HTTP."""

from __future__ import annotations


class ServiceError(Exception):
    """A request that cannot be done; every face has one table from these to its answers."""


class NotFound(ServiceError):
    """There is no such thing, or the asker may not know that there is (SEC-5)."""


class Forbidden(ServiceError):
    """The asker may see the thing but lacks the privilege for the deed."""


class Conflict(ServiceError):
    """The present state does not allow the deed."""


class PreconditionFailed(ServiceError):
    """If-Match, If-None-Match or If-Schedule-Tag-Match does not hold (RFC 9110 §13)."""


class InvalidInput(ServiceError):
    """What was sent breaks a rule that the message names."""
