"""What can go wrong, said in words a user can act on; no error here knows HTTP."""

from __future__ import annotations


class ServiceError(Exception):
    """A request that cannot be done; every face has one table from these to its answers.

    The message speaks to developers; `words` say it to readers, in French, where the kind of error
    alone would not tell them what to do, and `field` names what of their request is meant.
    """

    words: str | None = None
    field: str | None = None
    named: tuple[str, str] | None = None
    """A code and a French heading of its own, where its kind says too little."""

    def __init__(
        self, message: str = "", *, words: str | None = None, field: str | None = None
    ) -> None:
        super().__init__(message)
        if words is not None:
            self.words = words
        if field is not None:
            self.field = field


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
