"""What may go wrong with another server; light to import, for those who only word it."""

from __future__ import annotations

from calendars.kernel.errors import Conflict, InvalidInput, NotFound, ServiceError


class InsecureServer(InvalidInput):
    """A password would travel in the clear, or to somebody else's machine."""


class BadAddress(InvalidInput):
    """Not the address of a server."""


class ServerRefuses(ServiceError):
    """The other server does not take the login and the password."""


class ServerUnreachable(ServiceError):
    """No answer, a broken one, or a certificate that cannot be verified."""


class NoCalendars(NotFound):
    """No calendars are found below that address."""


class NotDelivered(ServiceError):
    """The server lists an object and does not hand it out."""


class DuplicateUid(Conflict):
    """The other server keeps two objects with one UID in one calendar."""
