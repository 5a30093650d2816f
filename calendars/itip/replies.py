"""A REPLY: one attendee, and what he answers to what (RFC 5546 §3.2.3, §3.4.3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from calendars.itip.amend_attendee import delegates_of
from calendars.itip.answers import answered, own_answer
from calendars.itip.changes import is_cancelled
from calendars.itip.copy import Copy, Key
from calendars.itip.message import ItipMessage, ItipMethod
from calendars.itip.people import (
    ANSWERED,
    FROM,
    Version,
    attendee,
    attendees,
    organizer_of,
    part_stat,
    sequence_of,
    version_in,
    without_parameters,
    without_scheduling,
)
from calendars.itip.views import message_of, outgoing
from calendars.model.component import Component, ContentLine
from calendars.model.line_edit import put_line, put_value
from calendars.model.utc_text import utc_text

_TOLD = frozenset(
    ("UID", "DTSTART", "DTEND", "DUE", "DURATION", "RECURRENCE-ID", "SUMMARY", "SEQUENCE")
) | {"ORGANIZER"}
_PROGRESS = ("STATUS", "COMPLETED", "PERCENT-COMPLETE")


@dataclass(slots=True)
class Answers:
    """What one attendee's new text says that the old one did not."""

    before: Copy | None
    mine: frozenset[str]
    now: int
    parts: dict[Key, Component] = field(default_factory=dict)
    told: set[Key] = field(default_factory=set)
    """The components that have something to tell."""
    declined: dict[int, Component] = field(default_factory=dict)
    """Occurrences that are declined by EXDATE, as they were."""

    @property
    def stamp(self) -> str:
        """Now, as iCalendar writes it."""
        return utc_text(self.now)

    def own(self, part: Component | None) -> ContentLine | None:
        """The line of the copy's owner."""
        return None if part is None else attendee(part, self.mine)


def replies(answers: Answers, copy: Copy) -> tuple[ItipMessage, ...]:
    """The REPLY with all that is told, and the REQUEST to delegates."""
    parts = copy.components()
    told: dict[Key, Component] = {key: parts[key] for key in parts if key in answers.told}
    if None in told:
        told |= _exceptions_told(answers, copy)
    for key, was in answers.declined.items():
        line = answers.own(was)
        if line is not None:
            told[key] = declined_part(was, line, answers.stamp)
    replies = [_reply(answers, part) for _, part in sorted(told.items(), key=_order)]
    first = next(iter(told.values()))
    own = answers.own(first)
    if own is None:
        return ()
    sender, by = attendee_address(own), own.parameter("SENT-BY")
    reply = ItipMessage(
        ItipMethod.REPLY,
        copy.uid,
        sender,
        organizer_of(first) or "",
        message_of(copy.calendar, ItipMethod.REPLY, replies),
        sent_by=None if by is None else by.strip().lower(),
    )
    return reply, *_forwarded(answers, copy, reply)


def _order(item: tuple[Key, Component]) -> tuple[bool, int]:
    return item[0] is not None, item[0] or 0


def attendee_address(line: ContentLine) -> str:
    """Who speaks."""
    return line.value.strip().lower()


def _exceptions_told(answers: Answers, copy: Copy) -> dict[Key, Component]:
    """An answer for the series names the occurrences that were answered otherwise, so that it
    means the same whenever it arrives.
    """
    found: dict[Key, Component] = {}
    for key, part in copy.overrides.items():
        line = answers.own(part)
        if line is not None and own_answer(copy, line) and not is_cancelled(part):
            found[key] = part
    for key, hole in copy.holes.items():
        version = version_in(hole, ANSWERED)
        if version is None or not copy.would_occur(key):
            continue
        part = copy.occurrence(key)
        line = answers.own(part)
        if line is not None:
            found[key] = exchanged(part, line, answered(line, "DECLINED", version))
    return found


def _reply(answers: Answers, part: Component) -> Component:
    """He himself, and what the answer is about."""
    own = answers.own(part)
    lines = [line for line in part.lines if line[0] in _TOLD]
    lines += [
        without_parameters(line, (FROM,))
        for line in part.all("COMMENT")
        if answers.before is None or line.parameter(FROM) is not None
    ]
    reply = Component(part.name, lines, [])
    put_value(reply, "DTSTAMP", answers.stamp)
    organizer = part.line("ORGANIZER")
    if organizer is not None:
        put_line(reply, _bare(organizer))
    if own is not None:
        passed_on = [attendees(part).get(one) for one in delegates_of(own)]
        people = [own, *(line for line in passed_on if line is not None)]
        reply.lines += [
            without_parameters(without_scheduling(one), ("RSVP",)) for one in people[:1]
        ]
        reply.lines += [without_scheduling(one) for one in people[1:]]
    if part.name == "VTODO":
        reply.lines += [line for line in part.lines if line[0] in _PROGRESS]
    put_value(reply, "REQUEST-STATUS", "2.0;Success")
    return reply


def _bare(organizer: ContentLine) -> ContentLine:
    return without_parameters(without_scheduling(organizer), ("X-NIAOULI-SEEN", "X-NIAOULI-GONE"))


def _forwarded(answers: Answers, copy: Copy, reply: ItipMessage) -> list[ItipMessage]:
    """The REQUEST goes on to those who shall go instead (RFC 5546 §3.2.2.3)."""
    wanted: dict[str, list[Component]] = {}
    for key, part in copy.components().items():
        own = answers.own(part)
        if key not in answers.told or own is None or part_stat(own) != "DELEGATED":
            continue
        was = None if answers.before is None else answers.own(answers.before.at(key))
        known = [] if was is None else delegates_of(was)
        for address in delegates_of(own):
            if address not in known:
                wanted.setdefault(address, []).append(_passed_on(part, answers.now))
    return [
        ItipMessage(
            ItipMethod.REQUEST,
            reply.uid,
            reply.sender,
            address,
            message_of(copy.calendar, ItipMethod.REQUEST, parts),
            sent_by=reply.sent_by,
        )
        for address, parts in wanted.items()
    ]


def _passed_on(part: Component, now: int) -> Component:
    new = outgoing(part, now)
    organizer = new.line("ORGANIZER")
    if organizer is not None:
        put_line(new, _bare(organizer))
    return new


def declined_part(part: Component, line: ContentLine, stamp: str) -> Component:
    """The component with his line declining."""
    new = answered(line, "DECLINED", Version(sequence_of(part), stamp))
    lines = [new if one is line else one for one in part.lines]
    return Component(part.name, lines, list(part.components))


def exchanged(part: Component, old: ContentLine, new: ContentLine) -> Component:
    """The component with another line in the place of one."""
    lines = [new if line is old else line for line in part.lines]
    return Component(part.name, lines, list(part.components))
