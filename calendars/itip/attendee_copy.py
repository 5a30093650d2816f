"""An attendee's copy on its way from one state to the next, with the notes that order messages.

Every component remembers the version of the organizer's message that it comes from, and so does
every EXDATE that a CANCEL has made. Thus a message can be told to be late wherever it arrives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from calendars.itip.answers import own_answers
from calendars.itip.applied import UNCHANGED, Applied, Effect
from calendars.itip.changes import Changed, changed_names, is_cancelled
from calendars.itip.copy import Copy, Key, rebuilt
from calendars.itip.kept_answers import KEPT, Kept, kept_answers, kept_lines
from calendars.itip.people import (
    GONE,
    SEEN,
    Version,
    attendee,
    attendees,
    part_stat,
    version_in,
    version_of,
    with_parameter,
)
from calendars.model.component import Component, ContentLine

OFF = "X-NIAOULI-OFF"
"""On a calendar without the series: occurrences that were called off before anybody told of them,
each with the version of the message that did."""

_OFF = re.compile(r"(-?[0-9]{1,12})/([0-9]{1,10})-([0-9]{8}T[0-9]{6}Z)")


@dataclass(slots=True)
class AttendeeCopy:
    """What is to become of a copy when a message has been heeded."""

    old: Copy
    sent: Copy
    mine: frozenset[str]
    parts: dict[Key, Component] = field(default_factory=dict)
    holes: dict[int, ContentLine] = field(default_factory=dict)
    """EXDATE lines that the series of `parts` does not bring itself."""
    renewed: bool = False
    """The series is the one that the message brings."""
    gone: Version | None = None
    """The version that took the series away, where only occurrences are left."""
    off: dict[int, Version] = field(default_factory=dict)
    """Occurrences that were called off before they were known."""
    kept: Kept = field(default_factory=dict)
    """The owner's answers for occurrences that are not there."""

    @classmethod
    def of(cls, old: Copy, sent: Copy, mine: frozenset[str]) -> AttendeeCopy:
        """The copy as it is."""
        copy = cls(old, sent, mine, old.components(), dict(old.holes))
        marks = [version_in(part.line("ORGANIZER"), GONE) for part in old.parts]
        copy.gone = max((mark for mark in marks if mark is not None), default=None)
        for line in old.calendar.all(OFF):
            for key, sequence, stamp in _OFF.findall(line.value):
                copy.off[int(key)] = Version(int(sequence), stamp)
        copy.kept = kept_answers(old.calendar)
        return copy

    def own(self, part: Component | None) -> ContentLine | None:
        """The line of the copy's owner."""
        return None if part is None else attendee(part, self.mine)

    @property
    def series_stamp(self) -> str:
        """When the organizer last spoke of the whole; empty if never."""
        master = self.old.master
        known = [] if master is None else [seen(master).stamp]
        return max([*known, *([] if self.gone is None else [self.gone.stamp])], default="")

    @property
    def over(self) -> bool:
        """The whole was cancelled."""
        return self.old.master is not None and is_cancelled(self.old.master)

    def outcome(self, effect: Effect) -> Applied:
        """The new text, if it says another thing than the old one."""
        parts = [_with_gone(part, self.gone) for part in self._listed()]
        frame = self._frame()
        same = _unordered(parts) == _unordered(self.old.parts)
        if same and frame is self.old.calendar:
            return UNCHANGED
        calendar = rebuilt(frame, parts)
        changed = tuple(_changed(self.old, Copy(calendar, self.old.zones.default)))
        if effect is Effect.CANCELLED and not changed:
            effect = Effect.UPDATED
        return Applied(effect, calendar, changed)

    def _listed(self) -> list[Component]:
        """The components, the series first and with all its exceptions."""
        parts = dict(self.parts)
        master = parts.pop(None, None)
        found = [part for _, part in sorted(parts.items(), key=lambda item: item[0] or 0)]
        if master is None:
            return found
        rest = [line for line in master.lines if line[0] != "EXDATE"]
        known = list(self._known_holes(master))
        old = {} if self.renewed else self.old.holes
        more = [line for key, line in self.holes.items() if line != old.get(key)]
        return [Component(master.name, [*rest, *known, *more], list(master.components)), *found]

    def _known_holes(self, master: Component) -> Iterator[ContentLine]:
        """The exceptions of the series itself, without those that are to be told otherwise."""
        reader = self.sent if self.renewed else self.old
        for line in master.all("EXDATE"):
            keys = {
                text: reader.key_of(line._replace(value=text)) for text in line.value.split(",")
            }
            if self.renewed:
                values = [text for text, key in keys.items() if key not in self.holes]
            else:
                old = self.old.holes
                values = [text for text, key in keys.items() if self.holes.get(key) == old[key]]
            if values:
                yield line._replace(value=",".join(values))

    def _answers_kept(self) -> Kept:
        found = {**self.kept, **own_answers(self.old, self.mine)}
        return {place: answer for place, answer in found.items() if place[0] not in self.parts}

    def _frame(self) -> Component:
        """The copy's frame, with the time zones that the message brings along."""
        old = self.old.calendar
        known = {zone.value("TZID") for zone in old.children("VTIMEZONE")}
        zones = self.sent.calendar.children("VTIMEZONE")
        new = [zone for zone in zones if zone.value("TZID") not in known]
        lines = [line for line in old.lines if line[0] not in (OFF, KEPT)]
        if self.off and None not in self.parts:
            value = ",".join(f"{key}/{version}" for key, version in sorted(self.off.items()))
            lines.append(ContentLine(OFF, "", value))
        lines += kept_lines(self._answers_kept())
        if not new and lines == old.lines:
            return old
        return Component(old.name, lines, [*new, *old.components])


def _unordered(parts: list[Component]) -> list[list[ContentLine]]:
    return sorted(sorted(part.lines) for part in parts)


def seen(part: Component) -> Version:
    """The version of the organizer's message that a component of a copy comes from."""
    return version_in(part.line("ORGANIZER"), SEEN) or version_of(part)


def marked(part: Component, version: Version) -> Component:
    """The component with that version on its ORGANIZER."""
    lines = [
        with_parameter(line, SEEN, str(version)) if line[0] == "ORGANIZER" else line
        for line in part.lines
    ]
    return Component(part.name, lines, list(part.components))


def _with_gone(part: Component, gone: Version | None) -> Component:
    told = None if gone is None else str(gone)
    lines = [
        with_parameter(line, GONE, told) if line[0] == "ORGANIZER" else line for line in part.lines
    ]
    return part if lines == part.lines else Component(part.name, lines, list(part.components))


def _changed(old: Copy, new: Copy) -> Iterator[Changed]:
    """What is different, per instance."""
    for key in dict.fromkeys([*old.components(), *new.components(), *old.holes, *new.holes]):
        was, now = old.at(key), new.at(key)
        if was is not None and now is not None:
            names = changed_names(old, was, new, now)
            if key is not None:
                names -= {"RECURRENCE-ID"}
            if names:
                yield Changed(key, names, _answers(was, now))
        elif (part := was or now) is not None:
            yield Changed(key, frozenset(line[0] for line in part.lines))


def _answers(was: Component, now: Component) -> frozenset[str]:
    old = attendees(was)
    return frozenset(
        address
        for address, line in attendees(now).items()
        if address in old and part_stat(old[address]) != part_stat(line)
    )
