"""The meeting as a file for one's own calendar (RFC 5546 §3.2.1: PUBLISH, without attendees).

The organizer is the address that stands in the mails: a later mail finds the same meeting.
"""

from __future__ import annotations

from calendars.itip.guest import Guest
from calendars.itip.message import ItipMethod
from calendars.model.component import Component, ContentLine, serialize
from notifications.imip.outgoing import Envelope, outgoing

_LEFT_OUT = frozenset(("ATTENDEE", "COMMENT"))


def own_copy(guest: Guest, answers_to: str, organizer: str) -> bytes:
    """Nobody but the organizer is in it, and of what is not public the time and the place."""
    envelope = Envelope(answers_to, organizer, guest.address)
    sent = outgoing(guest.calendar, ItipMethod.REQUEST, envelope)
    lines = [line for line in sent.lines if line.name != "METHOD"]
    lines.append(ContentLine("METHOD", "", "PUBLISH"))
    parts = [_alone(part) for part in sent.components]
    return serialize(Component(sent.name, lines, parts)).encode()


def _alone(part: Component) -> Component:
    lines = [line for line in part.lines if line.name not in _LEFT_OUT]
    return Component(part.name, lines, list(part.components))
