"""What the server owns in an organizer's text, put right (RFC 6638 §3.2.5, §3.2.8, §3.2.9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from calendars.itip.answers import (
    answered,
    asked_again,
    own_answer,
    own_answers,
    with_rsvp,
)
from calendars.itip.changes import Weight, is_cancelled, weigh
from calendars.itip.copy import Copy, Key, rebuilt
from calendars.itip.kept_answers import Kept, kept_answers, with_kept
from calendars.itip.people import (
    ANSWERED,
    SENT,
    Version,
    address_of,
    attendees,
    by_server,
    part_stat,
    sequence_of,
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


@dataclass(slots=True)
class _Change:
    """From one version of a meeting to the next."""

    before: Copy
    after: Copy
    mine: frozenset[str]
    now: int
    amended: Amended

    @property
    def moved(self) -> bool:
        """The series as a whole is at another time, or on again: everybody is asked again."""
        return self.amended.weights.get(None) is Weight.RESCHEDULED

    def version(self, part: Component) -> Version:
        """Of what is said now of a component."""
        return Version(sequence_of(part), utc_text(self.now))


def amend(before: Copy | None, after: Copy, mine: frozenset[str], now: int) -> Amended:
    """SEQUENCE, PARTSTAT, RSVP, SCHEDULE-STATUS and the notes of the server."""
    amended = Amended(after.calendar)
    if before is None:
        parts = [_first(part, mine, amended) for part in after.parts]
    else:
        change = _Change(before, after, mine, now, amended)
        _weigh(change)
        parts = [_amended(change, part) for part in after.parts]
        kept = {} if change.moved else _kept(before, mine)
        parts += _restored(change, parts, kept)
    if len(parts) > len(after.parts) or any(
        new is not old for new, old in zip(parts, after.parts, strict=True)
    ):
        amended.calendar = rebuilt(after.calendar, parts)
    if before is not None:
        frame = Copy(amended.calendar, after.zones.default)
        left = {place: kept[place] for place in kept if frame.at(place[0]) is None}
        amended.calendar = with_kept(amended.calendar, left)
    return amended


def _weigh(change: _Change) -> None:
    before, after = change.before, change.after
    revived = before.master is not None and is_cancelled(before.master)
    for key, part in after.components().items():
        was = before.at(key)
        if was is None:
            continue
        weight = weigh(before, was, after, _with_people(change, part))
        if key is None:
            revived = revived and not is_cancelled(part)
        elif revived and not is_cancelled(part):
            weight = Weight.RESCHEDULED
        change.amended.weights[key] = weight


def _key(after: Copy, part: Component) -> Key:
    line = part.line("RECURRENCE-ID")
    return None if line is None else after.key_of(line)


def _first(part: Component, mine: frozenset[str], amended: Amended) -> Component:
    """A component of a new meeting."""
    lines = [_unforced(line, amended.forced) for line in part.lines]
    for place, line in enumerate(lines):
        if line[0] == "ATTENDEE":
            lines[place] = _known(line, None, own=address_of(line) in mine)
            if address_of(line) not in mine and by_server(line):
                lines[place] = with_rsvp(lines[place])
    return part if lines == part.lines else Component(part.name, lines, list(part.components))


def _amended(change: _Change, part: Component) -> Component:
    key = _key(change.after, part)
    was = change.before.at(key)
    weight = change.amended.weights.get(key, Weight.NOTHING)
    new = with_sequence(_with_people(change, part), was, weight)
    if key is None:
        new = _beyond_overrides(new, change.before, change.after)
    old = {} if was is None else attendees(was)
    version = change.version(new)
    lines: list[ContentLine] = []
    for line in new.lines:
        if line[0] in _PEOPLE:
            line = _unforced(line, change.amended.forced)  # noqa: PLW2901
        if line[0] == "ORGANIZER":
            line = _with_sent(line, was)  # noqa: PLW2901
        if line[0] == "ATTENDEE":
            prior = old.get(address_of(line))
            line = _known(line, prior, own=address_of(line) in change.mine)  # noqa: PLW2901
            if address_of(line) not in change.mine and by_server(line):
                line = _asked(change, key, line, prior, version)  # noqa: PLW2901
        lines.append(line)
    return part if lines == part.lines else Component(part.name, lines, list(part.components))


def _unforced(line: ContentLine, forced: set[str]) -> ContentLine:
    """SCHEDULE-FORCE-SEND is obeyed once, and goes (RFC 6638 §7.2)."""
    if line[0] not in _PEOPLE or (force := line.parameter("SCHEDULE-FORCE-SEND")) is None:
        return line
    if line[0] == "ATTENDEE" and force.strip().upper() == "REQUEST":
        forced.add(address_of(line))
    return with_parameter(line, "SCHEDULE-FORCE-SEND", None)


def _with_sent(line: ContentLine, was: Component | None) -> ContentLine:
    organizer = None if was is None else was.line("ORGANIZER")
    sent = None if organizer is None else organizer.parameter(SENT)
    return line if line.parameter(SENT) == sent else with_parameter(line, SENT, sent)


def sent_at(calendar: Component, now: int) -> Component:
    """The organizer's text after messages were written."""
    parts = [
        Component(
            part.name,
            [
                with_parameter(line, SENT, utc_text(now)) if line[0] == "ORGANIZER" else line
                for line in part.lines
            ],
            part.components,
        )
        for part in calendar.components
    ]
    return Component(calendar.name, list(calendar.lines), parts)


def _known(line: ContentLine, was: ContentLine | None, *, own: bool) -> ContentLine:
    """One attendee's line with what the server knows of him and the client may have lost."""
    for name in ("SCHEDULE-STATUS", ANSWERED):
        known = None if was is None or own else was.parameter(name)
        if line.parameter(name) != known:
            line = with_parameter(line, name, known)
    return line


def _asked(
    change: _Change, key: Key, line: ContentLine, was: ContentLine | None, version: Version
) -> ContentLine:
    """Who is asked anew, and whose answer somebody else has noted."""
    weight = change.amended.weights.get(key, Weight.NOTHING)
    if was is not None and weight is Weight.RESCHEDULED and part_stat(line) != "DELEGATED":
        line = asked_again(line, version)
    elif was is None or part_stat(line) != part_stat(was):
        # He is invited later than others, or his answer came by another way.
        line = with_parameter(line, ANSWERED, str(version))
    elif key is not None and change.moved and not own_answer(change.before, was):
        # The series moved and this occurrence did not: what was said of it is said of it alone.
        line = with_parameter(line, ANSWERED, str(version))
    return with_rsvp(line)


def with_sequence(part: Component, was: Component | None, weight: Weight) -> Component:
    """SEQUENCE never falls, and rises where people must think again (RFC 5546 §2.1.4)."""
    if was is None:
        return part
    old, new = sequence_of(was), sequence_of(part)
    wanted = max(new, old + 1) if weight >= Weight.SIGNIFICANT else max(new, old)
    return part if wanted == new else _put_sequence(part, wanted)


def _beyond_overrides(part: Component, before: Copy, after: Copy) -> Component:
    """The series is newer than the overrides that it takes the place of."""
    gone = before.overrides.keys() - after.overrides.keys()
    least = max((sequence_of(before.overrides[key]) + 1 for key in gone), default=0)
    if least <= 1 or sequence_of(part) >= least:
        return part
    return _put_sequence(part, least)


def _put_sequence(part: Component, number: int) -> Component:
    changed = Component(part.name, list(part.lines), list(part.components))
    put_value(changed, "SEQUENCE", str(number))
    return changed


def _with_people(change: _Change, part: Component) -> Component:
    """The people of before, where a client that cannot map them left out everybody."""
    before, after = change.before, change.after
    if _REWRITES_PEOPLE not in (after.calendar.value("PRODID") or "").lower():
        return part
    if any(line[0] in _PEOPLE for other in after.parts for line in other.lines):
        return part
    was = before.at(_key(after, part)) or before.master
    people = [] if was is None else [line for line in was.lines if line[0] in _PEOPLE]
    return Component(part.name, [*part.lines, *people], list(part.components))


def _kept(before: Copy, mine: frozenset[str]) -> Kept:
    """The answers for single occurrences that are known, whether they are on or called off."""
    everybody = {address for part in before.parts for address in attendees(part)} - mine
    return {**kept_answers(before.calendar), **own_answers(before, frozenset(everybody))}


def _restored(change: _Change, parts: list[Component], kept: Kept) -> Iterator[Component]:
    """Overrides that the client left out although they hold answers of others.

    Who answered for one occurrence has answered, whatever the organizer's client remembers of it.
    """
    before, after = change.before, change.after
    if after.master is None or change.moved:
        return
    master = next(part for part in parts if part.line("RECURRENCE-ID") is None)
    frame = Copy(rebuilt(after.calendar, [master]), after.zones.default)
    for key in dict.fromkeys([*before.overrides, *(place[0] for place in kept)]):
        if key in after.overrides or not frame.occurs(key):
            continue
        found = _with_answers(change, frame, key, kept)
        if found is not None:
            old = before.at(key)
            if old is not None:
                change.amended.weights[key] = weigh(before, old, frame, found)
            yield found


def _with_answers(change: _Change, frame: Copy, key: int, kept: Kept) -> Component | None:
    old, plain = change.before.at(key), frame.occurrence(key)
    weight = Weight.NOTHING if old is None else weigh(change.before, old, frame, plain)
    plain = with_sequence(plain, old, weight)
    version, moved = change.version(plain), weight is Weight.RESCHEDULED
    if not moved and not any(place[0] == key for place in kept):
        return None
    lines: list[ContentLine] = []
    for line in plain.lines:
        if line[0] == "ATTENDEE" and by_server(line):
            answer = kept.get((key, address_of(line)))
            if moved and address_of(line) not in change.mine:
                line = asked_again(line, version)  # noqa: PLW2901
            elif answer is not None:
                line = answered(line, *answer)  # noqa: PLW2901
            if address_of(line) not in change.mine:
                line = with_rsvp(line)  # noqa: PLW2901
        lines.append(line)
    return Component(plain.name, lines, [])
