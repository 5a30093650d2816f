"""A scheduling message: what one calendar user tells another (RFC 5546)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from calendars.model.component import Component


class ItipMethod(StrEnum):
    """RFC 5546 §1.4."""

    REQUEST = "REQUEST"
    REPLY = "REPLY"
    CANCEL = "CANCEL"
    ADD = "ADD"
    REFRESH = "REFRESH"
    COUNTER = "COUNTER"
    DECLINECOUNTER = "DECLINECOUNTER"


@dataclass(frozen=True, slots=True)
class ItipMessage:
    """One message to one recipient.

    `calendar` is the VCALENDAR with its METHOD, as this recipient may see it: only what he is
    invited to, no SCHEDULE-AGENT, SCHEDULE-STATUS and SCHEDULE-FORCE-SEND, no alarms of others.
    """

    method: ItipMethod
    uid: str
    sender: str
    """The calendar user address of the organizer, or of the attendee who answers: `mailto:…`,
    in lower case."""
    recipient: str
    calendar: Component
    significant: bool = True
    """Time, place or existence changed: people must think again (RFC 5546 §2.1.4)."""
    sent_by: str | None = None
    """Who acts for the sender (SENT-BY)."""
    outside: bool = False
    """Another service wrote it: its stamps may all be of one instant."""


class ScheduleStatus(StrEnum):
    """RFC 6638 §3.2.9 and RFC 5546 §3.6: what became of a message."""

    PENDING = "1.0"
    SENT = "1.1"
    DELIVERED = "1.2"
    SUCCESS = "2.0"
    UNKNOWN_USER = "3.7"
    NO_AUTHORITY = "3.8"
    NOT_DELIVERED = "5.1"
    NO_WAY = "5.2"
    REJECTED = "5.3"
