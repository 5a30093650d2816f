"""Answers as they stand on ATTENDEE lines, given or asked for again (RFC 6638 §3.2.8)."""

from __future__ import annotations

from calendars.itip.copy import Copy
from calendars.itip.kept_answers import Kept
from calendars.itip.people import (
    ANSWERED,
    Version,
    address_of,
    attendees,
    part_stat,
    version_in,
    with_parameter,
)
from calendars.model.component import ContentLine


def answered(line: ContentLine, answer: str, version: Version) -> ContentLine:
    """A line that tells an answer and which one it was."""
    line = with_parameter(line, "PARTSTAT", answer)
    return with_parameter(line, ANSWERED, str(version))


def asked_again(line: ContentLine, version: Version) -> ContentLine:
    """PARTSTAT is NEEDS-ACTION from this version on."""
    return answered(line, "NEEDS-ACTION", version)


def with_rsvp(line: ContentLine) -> ContentLine:
    """Who has not answered is asked to: without RSVP many programs show no buttons."""
    if part_stat(line) != "NEEDS-ACTION" or line.parameter("RSVP") is not None:
        return line
    if (line.parameter("ROLE") or "").upper() == "NON-PARTICIPANT":
        return line
    return with_parameter(line, "RSVP", "TRUE")


def own_answer(copy: Copy, line: ContentLine) -> bool:
    """The answer is for this occurrence, and not the one for the series seen again."""
    version = version_in(line, ANSWERED)
    if version is None or copy.master is None:
        return version is not None
    series = version_in(attendees(copy.master).get(address_of(line)), ANSWERED)
    return series is None or series.stamp != version.stamp


def own_answers(copy: Copy, whose: frozenset[str]) -> Kept:
    """What these people answered for single occurrences."""
    return {
        (key, address): (part_stat(line), version)
        for key, part in copy.overrides.items()
        for address, line in attendees(part).items()
        if address in whose and own_answer(copy, line)
        if (version := version_in(line, ANSWERED)) is not None
    }
