"""An attendee's text with what is the organizer's put back (RFC 6638 §3.2.2.1).

Time, place, title and the list of people are refused; whatever else an attendee's client changed
of the organizer's properties, or lost, is put back without a word.
"""

from __future__ import annotations

from calendars.itip.changes import PERSONAL, changed_names, is_own
from calendars.itip.copy import Copy
from calendars.itip.people import (
    ANSWERED,
    FROM,
    GONE,
    SEEN,
    Version,
    address_of,
    attendee,
    attendees,
    part_stat,
    sequence_of,
    with_parameter,
)
from calendars.itip.rules import AttendeeChangeNotAllowed
from calendars.model.component import Component, ContentLine

_REFUSED = frozenset(
    ("DTSTART", "DTEND", "DUE", "DURATION", "RECURRENCE-ID", "RRULE", "RDATE", "EXRULE")
)
_REFUSED_TEXTS = frozenset(("SUMMARY", "LOCATION"))
_PROGRESS = frozenset(("STATUS", "COMPLETED", "PERCENT-COMPLETE"))
"""Of a task everybody tells how far he is (RFC 5546 §3.4.3)."""
_OF_ORGANIZER = ("ROLE", "CUTYPE", "MEMBER", "DELEGATED-FROM")
_NOTES = ("SCHEDULE-STATUS", SEEN, GONE)


def put_right(
    before: Copy, was: Component, after: Copy, part: Component, mine: frozenset[str], stamp: str
) -> Component:
    """One component of the text. Raises AttendeeChangeNotAllowed.

    `was` is what stood there before; of an override that the client made, the occurrence of the
    series.
    """
    names = set(changed_names(before, was, after, part)) - PERSONAL - {"EXDATE"}
    if part.name == "VTODO":
        names -= _PROGRESS
    if names & (_REFUSED | _REFUSED_TEXTS):
        raise AttendeeChangeNotAllowed("time, place and title are the organizer's")
    lines: list[ContentLine] = []
    for line in part.lines:
        name = line[0]
        if name == "SEQUENCE" or (name in names and name not in ("ATTENDEE", "ORGANIZER")):
            continue
        if name == "COMMENT":
            lines.append(_comment(was, line, mine))
        elif name not in ("ATTENDEE", "ORGANIZER", "EXDATE"):
            lines.append(line)
    head = _of_organizer(was, part, names)
    people = _people(was, part, mine, stamp)
    exceptions = part.all("EXDATE")
    wanted = [*lines, *head, *people, *exceptions]
    if sorted(wanted) == sorted(part.lines):
        return part
    return Component(part.name, wanted, list(part.components))


def _comment(was: Component, line: ContentLine, mine: frozenset[str]) -> ContentLine:
    """What he writes beside his answer is told apart from what the organizer wrote."""
    for known in was.all("COMMENT"):
        if known.value == line.value:
            return with_parameter(line, FROM, known.parameter(FROM))
    own = attendee(was, mine)
    return line if own is None else with_parameter(line, FROM, address_of(own))


def _of_organizer(was: Component, part: Component, names: set[str]) -> list[ContentLine]:
    """What was changed although it is the organizer's, and SEQUENCE."""
    put_back = [
        line
        for line in was.lines
        if line[0] in names and line[0] not in ("ATTENDEE", "ORGANIZER") and not is_own(line[0])
    ]
    mine, theirs = part.line("SEQUENCE"), was.line("SEQUENCE")
    if mine is not None and sequence_of(part) == sequence_of(was):
        put_back.append(mine)
    elif theirs is not None:
        put_back.append(theirs)
    return put_back


def _people(was: Component, part: Component, mine: frozenset[str], stamp: str) -> list[ContentLine]:
    known, sent = attendees(was), attendees(part)
    delegates = {
        address
        for address, line in sent.items()
        if address in mine
        for address in delegates_of(line)
    }
    strangers = sent.keys() - known.keys() - delegates - mine
    missing = known.keys() - sent.keys() - mine
    if sent and (strangers or missing):
        raise AttendeeChangeNotAllowed("who is invited is the organizer's affair")
    people = [_organizer(was.line("ORGANIZER"), part.line("ORGANIZER"))]
    for address, line in (sent or known).items():
        prior = known.get(address)
        if address in mine:
            people.append(own_line(prior, line, sequence_of(was), stamp))
        else:
            people.append(prior or line)
    people += [
        line for address, line in known.items() if address in mine and sent and address not in sent
    ]
    return [line for line in people if line is not None]


def own_line(was: ContentLine | None, line: ContentLine, sequence: int, stamp: str) -> ContentLine:
    """The line of the copy's owner: the answer is his, his role is not."""
    for name in _OF_ORGANIZER if was is not None else ():
        known = was.parameter(name) if was is not None else None
        if line.parameter(name) != known:
            line = with_parameter(line, name, known)
    if was is None or answer_of(was) != answer_of(line):
        return with_parameter(line, ANSWERED, str(Version(sequence, stamp)))
    known = was.parameter(ANSWERED)
    return line if line.parameter(ANSWERED) == known else with_parameter(line, ANSWERED, known)


def _organizer(was: ContentLine | None, line: ContentLine | None) -> ContentLine | None:
    if was is None or line is None:
        return was or line
    if address_of(was) != address_of(line):
        raise AttendeeChangeNotAllowed("the organizer stays")
    for name in _NOTES:
        if line.parameter(name) != was.parameter(name):
            line = with_parameter(line, name, was.parameter(name))
    return with_parameter(line, "SCHEDULE-FORCE-SEND", None)


def delegates_of(line: ContentLine) -> list[str]:
    """To whom he has passed it on, in lower case."""
    for name, values in line.parameters:
        if name == "DELEGATED-TO":
            return [value.strip().lower() for value in values]
    return []


def answer_of(line: ContentLine) -> tuple[str, tuple[str, ...]]:
    """PARTSTAT, and whom it was passed on to."""
    return part_stat(line), tuple(sorted(delegates_of(line)))
