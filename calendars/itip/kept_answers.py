"""Answers for occurrences that are called off, should they be on again.

An organizer who takes an occurrence out and puts it back does not ask again; whoever had answered
for it has answered. Organizer and attendee keep the answer alike, so that they agree however their
messages cross.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from calendars.itip.people import Version
from calendars.model.component import Component, ContentLine

KEPT = "X-NIAOULI-KEPT"
"""On a calendar: original start, PARTSTAT, version and calendar user address of one answer."""

_KEPT = re.compile(r"(-?[0-9]{1,12})/([A-Z0-9-]{1,40})/([0-9]{1,10})-([0-9]{8}T[0-9]{6}Z)/(.+)")
_MOST = 500

Kept: TypeAlias = dict[tuple[int, str], tuple[str, Version]]
"""By original start and address: the answer and its version."""


def kept_answers(calendar: Component) -> Kept:
    """What a calendar keeps."""
    found: Kept = {}
    for line in calendar.all(KEPT):
        matched = _KEPT.fullmatch(line.value)
        if matched is not None:
            key, answer, sequence, stamp, address = matched.groups()
            found[int(key), address] = answer, Version(int(sequence), stamp)
    return found


def kept_lines(kept: Mapping[tuple[int, str], tuple[str, Version]]) -> list[ContentLine]:
    """The lines that keep them; of very many only the last ones."""
    return [
        ContentLine(KEPT, "", f"{key}/{answer}/{version}/{address}")
        for (key, address), (answer, version) in sorted(kept.items())[-_MOST:]
    ]


def with_kept(calendar: Component, kept: Kept) -> Component:
    """The calendar with these answers kept, and no others."""
    lines = [line for line in calendar.lines if line[0] != KEPT]
    lines += kept_lines(kept)
    if lines == calendar.lines:
        return calendar
    return Component(calendar.name, lines, list(calendar.components))
