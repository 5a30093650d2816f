"""A message from outside: who speaks in it, and whether he may (RFC 5546 §3, RFC 6047 §3).

Whoever carries it, a mail or an upload, says who sent it. Only the attendee answers for himself,
only the organizer changes a meeting, each also by the one who acts for him (SENT-BY).
"""

from __future__ import annotations

from calendars.itip.message import ItipMessage, ItipMethod
from calendars.itip.people import address_of, organizer_of
from calendars.kernel.errors import Forbidden, InvalidInput
from calendars.model.component import Component, ContentLine, unescape

_BY_ATTENDEE = frozenset({ItipMethod.REPLY, ItipMethod.COUNTER, ItipMethod.REFRESH})
_SCHEDULED = frozenset({"VEVENT", "VTODO"})


class NotAMessage(InvalidInput):
    """The calendar says nothing that could be applied: no method, or nothing it is about."""


class WrongSender(Forbidden):
    """Somebody else speaks than the one whose word it would be."""


def incoming(calendar: Component, *, sender: str, recipient: str) -> ItipMessage:
    """The message in a VCALENDAR that `sender` has sent, both as normal addresses.

    Programs that leave out the organizer of a REPLY, and write MAILTO in capitals, are understood.
    Raises NotAMessage, WrongSender.
    """
    method = _method(calendar)
    parts = [part for part in calendar.components if part.name in _SCHEDULED]
    uids = {unescape(part.value("UID") or "") for part in parts}
    if len(uids) != 1 or "" in uids:
        raise NotAMessage("a message is about one event or task")
    speaker, sent_by = _speaker(parts, method, sender)
    return ItipMessage(
        method, uids.pop(), speaker, recipient, calendar, sent_by=sent_by, outside=True
    )


def _method(calendar: Component) -> ItipMethod:
    value = (calendar.value("METHOD") or "").strip().upper()
    try:
        return ItipMethod(value)
    except ValueError:
        raise NotAMessage(f"METHOD {value[:20] or 'is missing'}") from None


def _speaker(parts: list[Component], method: ItipMethod, sender: str) -> tuple[str, str | None]:
    """In whose name the message speaks, and who speaks for him."""
    lines = _attendees(parts) if method in _BY_ATTENDEE else _organizers(parts)
    for line in lines:
        if address_of(line) == sender:
            return sender, None
    for line in lines:
        if (line.parameter("SENT-BY") or "").strip().lower() == sender:
            return address_of(line), sender
    raise WrongSender("the sender is not the one in whose name this is written")


def _attendees(parts: list[Component]) -> list[ContentLine]:
    return [line for part in parts for line in part.all("ATTENDEE")]


def _organizers(parts: list[Component]) -> list[ContentLine]:
    organizers = {organizer_of(part) for part in parts}
    if len(organizers) != 1:
        raise NotAMessage("a message has one organizer")
    return [line for part in parts for line in part.all("ORGANIZER")]
