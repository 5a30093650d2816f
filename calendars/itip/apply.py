"""From a message to what it does to the recipient's copy (RFC 5546 §3, RFC 6638 §4).

Pure, and indifferent to when a message comes: late, doubled and reordered ones leave the copy as
it would be had everything come once and in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from calendars.itip.applied import REFUSED, UNCHANGED, Applied, Effect
from calendars.itip.apply_to_attendee import apply_cancel, apply_request
from calendars.itip.apply_to_organizer import apply_reply
from calendars.itip.changes import Changed
from calendars.itip.copy import SCHEDULED, Copy
from calendars.itip.message import ItipMessage, ItipMethod, ScheduleStatus
from calendars.itip.people import address_of, with_parameter
from calendars.model.component import Component, ContentLine

__all__ = ["Applied", "Changed", "Effect", "apply", "with_statuses"]


def apply(
    copy: Component | None,
    message: ItipMessage,
    mine: frozenset[str],
    *,
    zone: tzinfo,
    now: int,  # noqa: ARG001 - what is answered may one day depend on it, as in `plan`
) -> Applied:
    """What one message does to the copy that its recipient has, None if he has none.

    `mine` are the recipient's addresses in lower case. Raises InvalidCalendarData,
    TooManyInstances: a message that cannot be read.
    """
    old = None if copy is None else Copy(copy, zone)
    sent = Copy(message.calendar, zone, series=None if old is None else old.set)
    if not sent.parts or (old is not None and old.uid != sent.uid):
        return REFUSED
    if message.method in (ItipMethod.REQUEST, ItipMethod.ADD):
        return apply_request(old, sent, message, mine)
    if message.method is ItipMethod.CANCEL:
        return REFUSED if old is None else apply_cancel(old, sent, mine)
    if message.method is ItipMethod.REPLY:
        return REFUSED if old is None else apply_reply(old, sent, message, mine)
    # COUNTER, DECLINECOUNTER and REFRESH are for a person, or for `counter` to answer.
    return REFUSED if old is None else UNCHANGED


def with_statuses(calendar: Component, statuses: Mapping[str, ScheduleStatus]) -> Component:
    """SCHEDULE-STATUS on the lines of these people, by lower-case address (RFC 6638 §3.2.9)."""
    return Component(
        calendar.name,
        list(calendar.lines),
        [
            _with_statuses(part, statuses) if part.name in SCHEDULED else part
            for part in calendar.components
        ],
    )


def _with_statuses(part: Component, statuses: Mapping[str, ScheduleStatus]) -> Component:
    lines = [_with_status(line, statuses) for line in part.lines]
    return Component(part.name, lines, list(part.components))


def _with_status(line: ContentLine, statuses: Mapping[str, ScheduleStatus]) -> ContentLine:
    if line[0] not in ("ATTENDEE", "ORGANIZER"):
        return line
    status = statuses.get(address_of(line))
    return line if status is None else with_parameter(line, "SCHEDULE-STATUS", status.value)
