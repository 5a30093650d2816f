"""The scheduling message of a mail, before anybody judges whose it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from calendars.itip.message import ItipMethod
from calendars.kernel.identifiers import PrincipalId
from calendars.model.component import Component, ContentLine, unescape
from notifications.imip.as_received import as_received
from notifications.imip.mail import Mail
from notifications.imip.parse import Found
from notifications.imip.singles import attached
from notifications.mailbox.evidence import people_in
from notifications.mailbox.outcome import Aside, Decision, Taken, Why

_SCHEDULED = frozenset({"VEVENT", "VTODO"})


@dataclass(frozen=True, slots=True)
class Message:
    """What it says, to be believed or not."""

    mail: Mail
    calendar: Component
    method: ItipMethod
    uid: str

    @property
    def organizers(self) -> list[ContentLine]:
        """The ORGANIZER lines of all components."""
        return people_in(self.calendar, "ORGANIZER")

    def taken(self, decision: Decision, why: Why, owner: PrincipalId | None) -> Taken:
        """The outcome, with what it was about."""
        return Taken(decision, why, owner, self.uid, self.method)

    def of_series(self, uid: str) -> Message:
        """What answers a meeting that is an occurrence of ours answers that occurrence."""
        return replace(self, calendar=attached(self.calendar, uid), uid=uid)


def message_in(mail: Mail, found: Found, *, now: int) -> Message:
    """Raises Aside, and the refusals of `calendars.model.invalid`."""
    calendar = as_received(found.calendar, now=now)
    parts = [part for part in calendar.components if part.name in _SCHEDULED]
    uids = {unescape(part.value("UID") or "").strip() for part in parts}
    try:
        method = ItipMethod((calendar.value("METHOD") or "").strip().upper())
    except ValueError:
        raise Aside(Why.OTHER_METHOD) from None
    if len(uids) != 1 or "" in uids:
        raise Aside(Why.INVALID_CALENDAR)
    return Message(mail, calendar, method, uids.pop())
