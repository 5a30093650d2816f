"""What an attendee's change tells the organizer (RFC 6638 §3.2.2, RFC 5546 §3.2.3, §3.4.3)."""

from __future__ import annotations

from calendars.itip.amend_attendee import answer_of, delegates_of, put_right
from calendars.itip.answers import answered, own_answer
from calendars.itip.changes import is_cancelled
from calendars.itip.copy import Copy, Key, rebuilt
from calendars.itip.message import ItipMessage
from calendars.itip.people import (
    ANSWERED,
    OLDEST,
    Version,
    attendees,
    by_server,
    part_stat,
    sequence_of,
    version_in,
    with_parameter,
)
from calendars.itip.replies import Answers, declined_part, exchanged, replies
from calendars.itip.rules import AttendeeChangeNotAllowed
from calendars.model.component import Component, ContentLine

_PROGRESS = ("STATUS", "COMPLETED", "PERCENT-COMPLETE")


def attendee_messages(
    before: Copy | None, after: Copy, mine: frozenset[str], *, now: int
) -> tuple[Component, tuple[ItipMessage, ...]]:
    """What is to be stored, and what is told. Raises AttendeeChangeNotAllowed."""
    answers = Answers(before, mine, now)
    if before is None:
        _first(answers, after)
    else:
        _compare(answers, before, after)
    parts = list(answers.parts.values())
    same = [part.lines for part in parts] == [part.lines for part in after.parts]
    stored = after.calendar if same else rebuilt(after.calendar, parts)
    forced = any(
        (line.parameter("SCHEDULE-FORCE-SEND") or "").strip().upper() == "REPLY"
        for part in after.parts
        if (line := part.line("ORGANIZER")) is not None
    )
    if forced:
        answers.told |= answers.parts.keys()
    if not answers.told or not _served(after):
        return stored, ()
    return stored, replies(answers, Copy(stored, after.zones.default))


def decline_all(before: Copy, mine: frozenset[str], *, now: int) -> tuple[ItipMessage, ...]:
    """The copy was thrown away: everything in it that is on is declined (RFC 6638 §3.2.2.3)."""
    answers = Answers(before, mine, now)
    for key, part in before.components().items():
        line = answers.own(part)
        if line is None or is_cancelled(part) or before.at(key) is None:
            continue
        if part_stat(line) != "DECLINED":
            answers.parts[key] = declined_part(part, line, answers.stamp)
            answers.told.add(key)
    if not answers.told or not _served(before):
        return ()
    parts = list(answers.parts.values())
    return replies(answers, Copy(rebuilt(before.calendar, parts), before.zones.default))


def _served(copy: Copy) -> bool:
    return all(by_server(part.line("ORGANIZER")) for part in copy.parts)


def _first(answers: Answers, after: Copy) -> None:
    """A copy that no message brought: what it answers is news."""
    for key, part in after.components().items():
        line = answers.own(part)
        new = part
        if line is not None and part_stat(line) != "NEEDS-ACTION":
            answers.told.add(key)
            version = Version(sequence_of(part), answers.stamp)
            new = exchanged(part, line, with_parameter(line, ANSWERED, str(version)))
        answers.parts[key] = _unforced(new)


def _unforced(part: Component) -> Component:
    line = part.line("ORGANIZER")
    if line is None or line.parameter("SCHEDULE-FORCE-SEND") is None:
        return part
    return exchanged(part, line, with_parameter(line, "SCHEDULE-FORCE-SEND", None))


def _compare(answers: Answers, before: Copy, after: Copy) -> None:
    if after.master is not None and before.master is None:
        raise AttendeeChangeNotAllowed("the series is none of his")
    for key, part in after.components().items():
        was = _former(before, key)
        if was is None:
            raise AttendeeChangeNotAllowed("there is no such occurrence")
        new = put_right(before, was, after, part, answers.mine, answers.stamp)
        answers.parts[key] = new
        if _speaks(answers, was, new):
            answers.told.add(key)
    if after.master is None and before.master is not None:
        raise AttendeeChangeNotAllowed("the series stays")
    _exceptions(answers, before, after)
    for key, part in before.overrides.items():
        if key not in after.overrides and key not in answers.declined and key not in after.holes:
            _left_out(answers, before, key, part)
    _follow(answers, before)
    for key, part in list(answers.parts.items()):
        _delegate(answers, key, part)


def _former(before: Copy, key: Key) -> Component | None:
    """What stood there; an occurrence that he himself had taken out may come back."""
    found = before.at(key)
    if found is not None or key is None:
        return found
    hole = before.holes.get(key)
    if version_in(hole, ANSWERED) is None or not before.would_occur(key):
        return before.overrides.get(key)
    return before.occurrence(key)


def _speaks(answers: Answers, was: Component, part: Component) -> bool:
    old, new = answers.own(was), answers.own(part)
    if new is None:
        return False
    if old is None or answer_of(old) != answer_of(new):
        return True
    names = (*_PROGRESS, "COMMENT") if part.name == "VTODO" else ("COMMENT",)
    changed = any(
        sorted(one.value for one in was.all(name)) != sorted(one.value for one in part.all(name))
        for name in names
    )
    return changed and (part.name == "VTODO" or part_stat(new) != "NEEDS-ACTION")


def _left_out(answers: Answers, before: Copy, key: int, part: Component) -> None:
    """An override that the client dropped: of a series it comes back, else it is declined."""
    if before.master is not None:
        answers.parts[key] = part
        return
    line = answers.own(part)
    if line is not None and part_stat(line) != "DECLINED" and not is_cancelled(part):
        answers.declined[key] = part
        answers.told.add(key)


def _exceptions(answers: Answers, before: Copy, after: Copy) -> None:
    """EXDATE: his own ones decline, the organizer's ones stay."""
    master = answers.parts.get(None)
    if master is None or after.holes.keys() == before.holes.keys() == frozenset():
        return
    lines: list[ContentLine] = []
    for key, hole in sorted({**after.holes, **before.holes}.items()):
        version = version_in(hole, ANSWERED) if key in before.holes else None
        line = before.moment_line("EXDATE", key)
        if line is None:
            continue
        if key in before.holes and (key in after.holes or version is None):
            lines.append(_hole(line, hole))
        elif key in before.holes:
            _taken_back(answers, before, key)
        elif (was := before.at(key)) is not None:
            _decline(answers, key, was)
            version = Version(sequence_of(was), answers.stamp)
            lines.append(with_parameter(line, ANSWERED, str(version)))
        else:
            lines.append(line)
    if sorted(_meaning(before, lines)) != sorted(_meaning(after, master.all("EXDATE"))):
        rest = [line for line in master.lines if line[0] != "EXDATE"]
        answers.parts[None] = Component(master.name, [*rest, *lines], list(master.components))


def _hole(line: ContentLine, known: ContentLine) -> ContentLine:
    for name, values in known.parameters:
        if name.startswith("X-NIAOULI-"):
            line = with_parameter(line, name, values[0])
    return line


def _meaning(copy: Copy, lines: list[ContentLine]) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for line in lines:
        marks = ";".join(f"{n}={v[0]}" for n, v in line.parameters if n.startswith("X-NIAOULI-"))
        for text in line.value.split(","):
            key = copy.key_of(line._replace(value=text))
            found.append((str(key), marks, ""))
    return found


def _decline(answers: Answers, key: int, was: Component) -> None:
    line = answers.own(was)
    answers.parts.pop(key, None)
    if line is not None and part_stat(line) != "DECLINED" and not is_cancelled(was):
        answers.declined[key] = was
        answers.told.add(key)


def _taken_back(answers: Answers, before: Copy, key: int) -> None:
    """An occurrence that he had declined by taking it out is in again."""
    part = answers.parts.get(key) or before.occurrence(key)
    line = answers.own(part)
    if line is not None:
        version = Version(sequence_of(part), answers.stamp)
        answers.parts[key] = exchanged(part, line, answered(line, part_stat(line), version))
        answers.told.add(key)


def _follow(answers: Answers, before: Copy) -> None:
    """Who answers for the series answers for those occurrences that he had no other answer for.

    Programs set PARTSTAT on the series alone, although occurrences have components of their own,
    if only because somebody else answered for one of them.
    """
    old, new = answers.own(before.master), answers.own(answers.parts.get(None))
    if None not in answers.told or old is None or new is None or answer_of(old) == answer_of(new):
        return
    for key, part in list(answers.parts.items()):
        line, was = answers.own(part), answers.own(before.overrides.get(key)) if key else None
        if key is None or key in answers.told or line is None or was is None:
            continue
        if answer_of(was) == answer_of(old) and not own_answer(before, was):
            version = version_in(new, ANSWERED) or OLDEST
            answers.parts[key] = exchanged(part, line, answered(line, part_stat(new), version))
            answers.told.add(key)


def _delegate(answers: Answers, key: Key, part: Component) -> None:
    """The delegate stands in the list as well (RFC 5546 §3.2.2.3)."""
    own = answers.own(part)
    if own is None or part_stat(own) != "DELEGATED":
        return
    known = attendees(part)
    new = [delegate_line(own, one) for one in delegates_of(own) if one not in known]
    if new:
        answers.parts[key] = Component(part.name, [*part.lines, *new], list(part.components))


def delegate_line(own: ContentLine, address: str) -> ContentLine:
    """A line for the one who shall go instead."""
    line = ContentLine("ATTENDEE", "", address)
    line = with_parameter(line, "ROLE", own.parameter("ROLE"))
    line = with_parameter(line, "PARTSTAT", "NEEDS-ACTION")
    line = with_parameter(line, "RSVP", "TRUE")
    return with_parameter(line, "DELEGATED-FROM", own.value.strip())
