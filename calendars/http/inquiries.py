"""Who may ask when people are busy, and of how many in a minute (threats G: free-busy)."""

from __future__ import annotations

from threading import Lock

from calendars.kernel.errors import ServiceError
from calendars.kernel.identifiers import PrincipalId
from calendars.services.tell_busy_time import FreeBusyPolicy

MINUTE = 60
PER_MINUTE = 1_200
"""Thunderbird asks of each attendee anew whenever the view moves: thirty people, forty moves."""
REMEMBERED = 10_000


class TooManyInquiries(ServiceError):
    """Of more people than a meeting needs: whoever goes on maps the house (429)."""

    retry_after = MINUTE


class Inquiries:
    """One for both faces of a process."""

    def __init__(
        self, policy: FreeBusyPolicy = FreeBusyPolicy.EVERYBODY, per_minute: int = PER_MINUTE
    ) -> None:
        self.policy = policy
        self._per_minute = per_minute
        self._asked: dict[PrincipalId, tuple[int, int]] = {}
        self._lock = Lock()

    def charge(self, who: PrincipalId, people: int, *, now: int) -> None:
        """Somebody asks of that many people. Raises TooManyInquiries."""
        minute = now // MINUTE
        with self._lock:
            began, count = self._asked.get(who, (minute, 0))
            count = people if began != minute else count + people
            if count > self._per_minute:
                raise TooManyInquiries("too many questions about busy time; wait a minute")
            if len(self._asked) >= REMEMBERED:
                self._asked.clear()
            self._asked[who] = minute, count
