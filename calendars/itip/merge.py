"""Stale writes made harmless: a text that others' answers have overtaken is merged by meaning.

A client that edits a meeting while answers come in has not seen them, and does not mean to take
them back. Whatever else was stored meanwhile is a true conflict, for a person to decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo

from calendars.itip.copy import Copy, Key, rebuilt
from calendars.itip.people import (
    ANSWERED,
    FROM,
    GONE,
    SEEN,
    SENT,
    address_of,
    attendees,
    part_stat,
    with_parameter,
    without_parameters,
)
from calendars.model.component import Component, ContentLine

_UNCOUNTED = frozenset(("DTSTAMP", "LAST-MODIFIED", "REQUEST-STATUS"))
_PROGRESS = frozenset(("STATUS", "COMPLETED", "PERCENT-COMPLETE"))
_ANSWER = ("PARTSTAT", "DELEGATED-TO", "SENT-BY", "RSVP", ANSWERED)
_SERVERS = ("SCHEDULE-STATUS", SEEN, GONE, SENT)


def merge(
    base: Component,
    current: Component,
    sent: Component,
    mine: frozenset[str],
    *,
    zone: tzinfo = UTC,
) -> Component | None:
    """What to store where a client edited `base`, and `current` is stored by now.

    `sent` itself if there is nothing to carry over; None: a true conflict. An answer of the owner's
    own (`mine`) that was given meanwhile is kept too, unless the client sent another one.
    Raises InvalidCalendarData, TooManyInstances.
    """
    one, two, three = Copy(base, zone), Copy(current, zone), Copy(sent, zone)
    if not _only_answers(one, two) or not three.parts:
        return None
    parts: list[Component] = []
    for part in three.parts:
        line = part.line("RECURRENCE-ID")
        key = None if line is None else three.key_of(line)
        was, now = one.at(key), two.at(key)
        if was is None or now is None:
            parts.append(part)
            continue
        merged = _merged(was, now, part, mine)
        if merged is None:
            return None
        parts.append(merged)
    if all(new is old for new, old in zip(parts, three.parts, strict=True)):
        return sent
    return rebuilt(sent, parts)


def _only_answers(base: Copy, current: Copy) -> bool:
    """Nothing was stored meanwhile but answers, and what the server notes of them."""
    old, new = base.components(), current.components()
    if not old.keys() <= new.keys() or _frame(base) != _frame(current):
        return False
    return all(_same_meeting(base, key, part) for key, part in new.items())


def _frame(copy: Copy) -> list[ContentLine]:
    """What else stands in the calendar: names, colours."""
    return sorted(
        line
        for line in copy.calendar.lines
        if line[0] not in _UNCOUNTED and not line[0].startswith("X-NIAOULI-")
    )


def _same_meeting(base: Copy, key: Key, part: Component) -> bool:
    was = base.components().get(key)
    made = was is None
    if was is None:
        # Somebody answered for one occurrence: it has a component of its own from then on.
        was = None if key is None or not base.occurs(key) else base.occurrence(key)
    if was is None:
        return False
    inner = [] if made and not part.components else part.components
    if inner and not _same_inside(was.components, inner):
        return False
    return _without_answers(was) == _without_answers(part)


def _same_inside(old: list[Component], new: list[Component]) -> bool:
    return [list(_all_lines(one)) for one in old] == [list(_all_lines(one)) for one in new]


def _all_lines(component: Component) -> Iterator[ContentLine]:
    for part in component.walk():
        yield ContentLine("BEGIN", "", part.name)
        yield from part.lines


def _without_answers(part: Component) -> list[tuple[str, list[tuple[str, tuple[str, ...]]], str]]:
    """The lines of a component as they would be had nobody answered."""
    found: list[tuple[str, list[tuple[str, tuple[str, ...]]], str]] = []
    for line in part.lines:
        name = line[0]
        if name in _UNCOUNTED or (part.name == "VTODO" and name in _PROGRESS):
            continue
        if name == "COMMENT" and line.parameter(FROM) is not None:
            continue
        if name == "ATTENDEE" and line.parameter("DELEGATED-FROM") is not None:
            continue
        value = line.value
        if name in ("ATTENDEE", "ORGANIZER"):
            line = without_parameters(line, (*_ANSWER, *_SERVERS))  # noqa: PLW2901
            value = address_of(line)
        elif name == "EXDATE":
            line = without_parameters(line, (ANSWERED, SEEN))  # noqa: PLW2901
        elif name == "SEQUENCE" and not value.strip("0 "):
            continue
        found.append((name, sorted(line.parameters), value))
    return sorted(found)


def _merged(
    was: Component, now: Component, part: Component, mine: frozenset[str]
) -> Component | None:
    """The component that was sent, with the answers that came meanwhile."""
    base, current, sent = attendees(was), attendees(now), attendees(part)
    lines: list[ContentLine] = []
    for line in part.lines:
        if line[0] != "ATTENDEE" or sent.get(address_of(line)) is not line:
            lines.append(line)
            continue
        address = address_of(line)
        old, new = base.get(address), current.get(address)
        if old is None or new is None or _answer(old) == _answer(new):
            lines.append(line)
        elif part_stat(line) == part_stat(old):
            lines.append(_with_answer(line, new))
        elif address in mine and part_stat(line) != part_stat(new):
            return None
        else:
            lines.append(line)
    lines += [
        line
        for address, line in current.items()
        if address not in base and address not in sent and line.parameter("DELEGATED-FROM")
    ]
    lines = _with_comments(lines, now)
    if part.name == "VTODO":
        lines = _with_progress(lines, was, now, part)
    return part if lines == part.lines else Component(part.name, lines, list(part.components))


def _answer(line: ContentLine) -> tuple[str | None, ...]:
    return (part_stat(line), *(line.parameter(name) for name in _ANSWER[1:]))


def _with_answer(line: ContentLine, known: ContentLine) -> ContentLine:
    for name in _ANSWER:
        if line.parameter(name) != known.parameter(name):
            line = with_parameter(line, name, known.parameter(name))
    return line


def _with_comments(lines: list[ContentLine], now: Component) -> list[ContentLine]:
    known = [line for line in now.all("COMMENT") if line.parameter(FROM) is not None]
    if not known:
        return lines
    values = {line.value for line in known}
    had = [line for line in lines if line[0] == "COMMENT" and line.value in values]
    if sorted(had) == sorted(known):
        return lines
    kept = [
        line
        for line in lines
        if line[0] != "COMMENT" or (line.parameter(FROM) is None and line.value not in values)
    ]
    return kept + known


def _with_progress(
    lines: list[ContentLine], was: Component, now: Component, part: Component
) -> list[ContentLine]:
    """How far a task has come, where the client did not say it anew."""
    for name in _PROGRESS:
        if now.value(name) != was.value(name) and part.value(name) == was.value(name):
            lines = [line for line in lines if line[0] != name] + now.all(name)
    return lines
