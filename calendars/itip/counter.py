"""Another time is proposed: COUNTER, DECLINECOUNTER, and REFRESH (RFC 5546 §3.2.6 to §3.2.8).

A proposal is kept for a person: nothing here moves a meeting by itself. Who accepts it stores
what `accepted` gives, as if he had moved the meeting; everybody hears of it by `plan`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from calendars.itip.copy import Copy, Key, rebuilt, written_like
from calendars.itip.message import ItipMessage, ItipMethod
from calendars.itip.people import address_of, attendee, organizer_of, sequence_of
from calendars.itip.plan_organizer import request_to
from calendars.itip.views import message_of, outgoing
from calendars.kernel.errors import Forbidden, InvalidInput
from calendars.model.component import Component, ContentLine, escape, unescape
from calendars.model.line_edit import drop_lines, put_value
from calendars.model.moments import Form, moment
from calendars.model.time_zones import Zones
from calendars.model.timing import Timing
from calendars.model.utc_text import utc_text

_PROPOSED = frozenset(("DTSTART", "DTEND", "DUE", "DURATION", "LOCATION"))
_TIMES = frozenset(("DTSTART", "DTEND", "DUE"))
_NO_COUNTER = "X-MICROSOFT-DISALLOW-COUNTER"


class NotInvited(Forbidden):
    """Only who is invited proposes another time, or asks how things stand."""


class NoSuchProposal(InvalidInput):
    """A proposal for a meeting, or an occurrence of it, that there is not."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one attendee would rather have."""

    by: str
    """His address."""
    recurrence_id: int | None
    """The occurrence it is about, by its original start; None for the whole."""
    starts_at: int
    ends_at: int
    location: str | None
    """Only if he proposes another place."""
    comment: str | None
    outdated: bool
    """The meeting was moved since he wrote (SEQUENCE)."""


def counter(
    copy: Component, proposed: Component, mine: frozenset[str], *, zone: tzinfo, now: int
) -> ItipMessage:
    """The COUNTER that tells the organizer of an attendee's wish.

    `proposed` is his copy with other times or places in it; it is not stored.
    Raises NotInvited, NoSuchProposal.
    """
    old, new = Copy(copy, zone), Copy(proposed, zone)
    parts: list[Component] = []
    for key, part in new.components().items():
        was = old.at(key)
        if was is None:
            raise NoSuchProposal("there is no such occurrence")
        if any(_said(was, name) != _said(part, name) for name in _PROPOSED):
            parts.append(outgoing(part, now))
    if not parts:
        raise NoSuchProposal("nothing else is proposed")
    sender = _sender(old, mine)
    calendar = message_of(proposed, ItipMethod.COUNTER, parts)
    return ItipMessage(ItipMethod.COUNTER, old.uid, sender, _organizer(old), calendar)


def proposals(copy: Component, message: ItipMessage, *, zone: tzinfo) -> tuple[Proposal, ...]:
    """What a COUNTER proposes, as its organizer's copy understands it.

    Raises NotInvited, NoSuchProposal, InvalidCalendarData.
    """
    old = Copy(copy, zone)
    sent = Copy(message.calendar, zone, series=old.set)
    found: list[Proposal] = []
    for key, part in sent.components().items():
        was = old.at(key)
        if was is None or old.uid != sent.uid:
            raise NoSuchProposal("there is no such meeting")
        if attendee(was, (message.sender,)) is None:
            raise NotInvited("only who is invited proposes another time")
        found.append(_proposal(key, was, part, sent, message.sender))
    return tuple(found)


def accepted(copy: Component, message: ItipMessage, *, zone: tzinfo) -> Component:
    """The organizer's text with the times and places of a proposal in it.

    Raises NotInvited, NoSuchProposal, InvalidCalendarData.
    """
    wanted = proposals(copy, message, zone=zone)
    old = Copy(copy, zone)
    sent = Copy(message.calendar, zone, series=old.set)
    parts = old.components()
    for proposal in wanted:
        key = proposal.recurrence_id
        part, new = old.at(key), sent.components()[key]
        if part is not None:
            parts[key] = _with_proposed(part, _on_clock_of(part, new, old.zones, sent.zones))
    return rebuilt(copy, list(parts.values()))


def decline_counter(
    copy: Component,
    message: ItipMessage,
    mine: frozenset[str],
    *,
    zone: tzinfo,
    now: int,
    comment: str = "",
) -> ItipMessage:
    """The DECLINECOUNTER that answers a proposal. Raises NotInvited, NoSuchProposal."""
    wanted = proposals(copy, message, zone=zone)
    old = Copy(copy, zone)
    if _organizer(old) not in mine:
        raise NotInvited("only the organizer answers a proposal")
    parts: list[Component] = []
    for proposal in wanted:
        part = old.at(proposal.recurrence_id)
        if part is not None:
            new = outgoing(part, now)
            drop_lines(new, "COMMENT")
            if comment:
                new.lines.append(ContentLine("COMMENT", "", escape(comment)))
            parts.append(new)
    calendar = message_of(copy, ItipMethod.DECLINECOUNTER, parts)
    return ItipMessage(
        ItipMethod.DECLINECOUNTER,
        old.uid,
        _organizer(old),
        message.sender,
        calendar,
        significant=False,
    )


def may_counter(copy: Component) -> bool:
    """The organizer takes proposals (X-MICROSOFT-DISALLOW-COUNTER)."""
    return not any(
        (part.value(_NO_COUNTER) or "").strip().upper() == "TRUE" for part in copy.components
    )


def ask_refresh(copy: Component, mine: frozenset[str], *, now: int) -> ItipMessage:
    """A REFRESH: an attendee asks the organizer how things stand. Raises NotInvited."""
    old = Copy(copy, UTC)
    sender = _sender(old, mine)
    parts: list[Component] = []
    for part in old.parts[:1]:
        kept = [line for line in part.lines if line[0] in ("UID", "ORGANIZER")]
        own = attendee(part, (sender,))
        new = Component(part.name, [*kept, *([own] if own is not None else [])], [])
        put_value(new, "DTSTAMP", utc_text(now))
        parts.append(outgoing(new, now))
    calendar = message_of(Component("VCALENDAR"), ItipMethod.REFRESH, parts)
    return ItipMessage(
        ItipMethod.REFRESH, old.uid, sender, _organizer(old), calendar, significant=False
    )


def refreshed(
    copy: Component, message: ItipMessage, mine: frozenset[str], *, zone: tzinfo, now: int
) -> ItipMessage:
    """The REQUEST that answers a REFRESH: all that the asker may see. Raises NotInvited."""
    old = Copy(copy, zone)
    if _organizer(old) not in mine:
        raise NotInvited("only the organizer knows how things stand")
    found = request_to(old, message.sender, now=now)
    if found is None:
        raise NotInvited("only who is invited is told how things stand")
    return found


def _proposal(key: Key, was: Component, part: Component, sent: Copy, by: str) -> Proposal:
    timing = Timing(part, sent.zones)
    if timing.start is None:
        raise NoSuchProposal("a proposal without a time")
    start = timing.start
    end = timing.end(start.wall, start.instant, start.zone, timing.length)
    place, comment = part.value("LOCATION"), part.value("COMMENT")
    other = place is not None and place != was.value("LOCATION")
    return Proposal(
        by,
        key,
        start.instant,
        end,
        unescape(place) if place is not None and other else None,
        unescape(comment).strip() or None if comment is not None else None,
        sequence_of(part) < sequence_of(was),
    )


def _on_clock_of(part: Component, new: Component, mine: Zones, theirs: Zones) -> Component:
    """The proposed times as the meeting writes its own: in its zone, not in that of who proposes,
    whose definition would have to come along.
    """
    own = part.line("DTSTART") or part.line("DUE")
    if own is None:
        return new
    like = moment(own, mine)

    def rewritten(line: ContentLine) -> ContentLine:
        if line.name not in _TIMES:
            return line
        told = moment(line, theirs)
        if (told.form is Form.DATE) != (like.form is Form.DATE):
            return line
        return own._replace(name=line.name, value=written_like(like, told.instant))

    return Component(new.name, [rewritten(line) for line in new.lines], list(new.components))


def _with_proposed(part: Component, new: Component) -> Component:
    names = {line[0] for line in new.lines if line[0] in _PROPOSED}
    if names & {"DTEND", "DURATION"}:
        names |= {"DTEND", "DURATION"}
    kept = [line for line in part.lines if line[0] not in names]
    return Component(
        part.name,
        [*kept, *(line for line in new.lines if line[0] in names)],
        list(part.components),
    )


def _said(part: Component, name: str) -> list[str]:
    return sorted(str(line) for line in part.all(name))


def _sender(copy: Copy, mine: frozenset[str]) -> str:
    for part in copy.parts:
        line = attendee(part, mine)
        if line is not None:
            return address_of(line)
    raise NotInvited("only who is invited has something to say")


def _organizer(copy: Copy) -> str:
    return next((found for part in copy.parts if (found := organizer_of(part))), "")
