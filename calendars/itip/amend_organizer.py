"""What the server owns in an organizer's text, put right (RFC 6638 §3.2.5, §3.2.8, §3.2.9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from calendars.itip.changes import Weight, weigh
from calendars.itip.copy import Copy, Key, rebuilt
from calendars.itip.people import (
    ANSWERED,
    OLDEST,
    Version,
    address_of,
    attendees,
    by_server,
    part_stat,
    sequence_of,
    version_in,
    with_parameter,
)
from calendars.model.component import Component, ContentLine
from calendars.model.line_edit import put_value
from calendars.model.utc_text import utc_text

_PEOPLE = frozenset(("ATTENDEE", "ORGANIZER"))
_REWRITES_PEOPLE = "outlookcaldavsynchronizer"
"""In its PRODID. With "map attendees" off it leaves out all people (protocol.md O11)."""


@dataclass(slots=True)
class Amended:
    """An organizer's text as it is to be stored, and what was found on the way."""

    calendar: Component
    weights: dict[Key, Weight] = field(default_factory=dict)
    """What each component means to those who are invited to it; new ones are not there."""
    forced: set[str] = field(default_factory=set)
    """SCHEDULE-FORCE-SEND=REQUEST (RFC 6638 §3.2.7)."""


def amend(before: Copy | None, after: Copy, mine: frozenset[str], now: int) -> Amended:
    """SEQUENCE, PARTSTAT, RSVP, SCHEDULE-STATUS and the notes of the server."""
    amended = Amended(after.calendar)
    parts: list[Component] = []
    for part in after.parts:
        line = part.line("RECURRENCE-ID")
        key = None if line is None else after.key_of(line)
        new = _with_people(before, after, part) if before is not None else part
        was = None if before is None else before.at(key)
        weight = Weight.NOTHING
        if before is not None and was is not None:
            weight = amended.weights[key] = weigh(before, was, after, new)
        new = with_sequence(new, was, weight)
        parts.append(_people(new, was, weight, mine, now, amended.forced))
    parts += list(_restored(before, after, parts, amended, now))
    if [part.lines for part in parts] != [part.lines for part in after.parts]:
        amended.calendar = rebuilt(after.calendar, parts)
    return amended


def with_sequence(part: Component, was: Component | None, weight: Weight) -> Component:
    """SEQUENCE never falls, and rises where people must think again (RFC 5546 §2.1.4)."""
    if was is None:
        return part
    old, new = sequence_of(was), sequence_of(part)
    wanted = max(new, old + 1) if weight >= Weight.SIGNIFICANT else max(new, old)
    return part if wanted == new else _put_sequence(part, wanted)


def _put_sequence(part: Component, number: int) -> Component:
    changed = Component(part.name, list(part.lines), list(part.components))
    put_value(changed, "SEQUENCE", str(number))
    return changed


def _people(
    part: Component,
    was: Component | None,
    weight: Weight,
    mine: frozenset[str],
    now: int,
    forced: set[str],
) -> Component:
    old = {} if was is None else attendees(was)
    version = Version(sequence_of(part), utc_text(now))
    lines: list[ContentLine] = []
    for line in part.lines:
        if line[0] not in _PEOPLE:
            lines.append(line)
            continue
        force = line.parameter("SCHEDULE-FORCE-SEND")
        if force is not None:
            line = with_parameter(line, "SCHEDULE-FORCE-SEND", None)  # noqa: PLW2901
        if line[0] == "ATTENDEE":
            address = address_of(line)
            if (force or "").strip().upper() == "REQUEST":
                forced.add(address)
            line = _attendee(  # noqa: PLW2901
                line, old.get(address), weight, version, own=address in mine
            )
        lines.append(line)
    return part if lines == part.lines else Component(part.name, lines, list(part.components))


def _attendee(
    line: ContentLine, was: ContentLine | None, weight: Weight, version: Version, *, own: bool
) -> ContentLine:
    """One attendee's line, with what the server knows of him and the client may have lost."""
    for name in ("SCHEDULE-STATUS", ANSWERED):
        known = None if was is None or own else was.parameter(name)
        if line.parameter(name) != known:
            line = with_parameter(line, name, known)
    if own or not by_server(line):
        return line
    if was is not None and part_stat(line) != "DELEGATED":
        if weight is Weight.RESCHEDULED:
            line = asked_again(line, version)
        elif part_stat(line) != part_stat(was):
            # Somebody noted an answer that came by another way.
            line = with_parameter(line, ANSWERED, str(version))
    return with_rsvp(line)


def asked_again(line: ContentLine, version: Version) -> ContentLine:
    """PARTSTAT is NEEDS-ACTION from this version on (RFC 6638 §3.2.8)."""
    line = with_parameter(line, "PARTSTAT", "NEEDS-ACTION")
    return with_parameter(line, ANSWERED, str(version))


def with_rsvp(line: ContentLine) -> ContentLine:
    """Who has not answered is asked to: without RSVP many programs show no buttons."""
    if part_stat(line) != "NEEDS-ACTION" or line.parameter("RSVP") is not None:
        return line
    if (line.parameter("ROLE") or "").upper() == "NON-PARTICIPANT":
        return line
    return with_parameter(line, "RSVP", "TRUE")


def _with_people(before: Copy, after: Copy, part: Component) -> Component:
    """The people of before, where a client that cannot map them left out everybody."""
    if _REWRITES_PEOPLE not in (after.calendar.value("PRODID") or "").lower():
        return part
    if any(line[0] in _PEOPLE for other in after.parts for line in other.lines):
        return part
    line = part.line("RECURRENCE-ID")
    was = before.at(None if line is None else after.key_of(line)) or before.master
    people = [] if was is None else [line for line in was.lines if line[0] in _PEOPLE]
    return Component(part.name, [*part.lines, *people], list(part.components))


def _restored(
    before: Copy | None, after: Copy, parts: list[Component], amended: Amended, now: int
) -> Iterator[Component]:
    """Overrides that the client left out although they hold answers of others.

    Who answered for one occurrence has answered, whatever the organizer's client remembers of it.
    """
    if before is None or after.master is None:
        return
    if amended.weights.get(None, Weight.NOTHING) is Weight.RESCHEDULED:
        return
    master = next(part for part in parts if part.line("RECURRENCE-ID") is None)
    frame = Copy(rebuilt(after.calendar, [master]), after.zones.default)
    for key, old in before.overrides.items():
        if key in after.overrides or before.at(key) is None or not frame.occurs(key):
            continue
        found = _with_answers(before, old, frame, key, now)
        if found is not None:
            amended.weights[key] = weigh(before, old, frame, found)
            yield found


def _with_answers(
    before: Copy, old: Component, frame: Copy, key: int, now: int
) -> Component | None:
    plain = frame.occurrence(key)
    weight = weigh(before, old, frame, plain)
    plain = with_sequence(plain, old, weight)
    version = Version(sequence_of(plain), utc_text(now))
    known = {address: line for address, line in attendees(old).items() if own_answer(before, line)}
    moved = weight is Weight.RESCHEDULED
    if not known and not moved:
        return None
    lines: list[ContentLine] = []
    for line in plain.lines:
        if line[0] == "ATTENDEE" and by_server(line):
            answer = known.get(address_of(line))
            if moved:
                line = asked_again(line, version)  # noqa: PLW2901
            elif answer is not None:
                line = answered(line, part_stat(answer), version_in(answer, ANSWERED) or OLDEST)  # noqa: PLW2901
        lines.append(line)
    return Component(plain.name, lines, [])


def own_answer(copy: Copy, line: ContentLine) -> bool:
    """The answer is for this occurrence, and not the one for the series seen again."""
    version = version_in(line, ANSWERED)
    if version is None or copy.master is None:
        return version is not None
    series = version_in(attendees(copy.master).get(address_of(line)), ANSWERED)
    return series is None or series.stamp != version.stamp


def answered(line: ContentLine, answer: str, version: Version) -> ContentLine:
    """A line that tells an answer and which one it was."""
    line = with_parameter(line, "PARTSTAT", answer)
    return with_parameter(line, ANSWERED, str(version))
