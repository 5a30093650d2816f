"""What of a meeting one person may see: only what he is invited to (RFC 6638 §3.2.6, DIA-8)."""

from __future__ import annotations

from dataclasses import dataclass, field

from calendars.itip.changes import is_cancelled
from calendars.itip.copy import SCHEDULED, Copy, Key
from calendars.itip.message import ItipMethod
from calendars.itip.people import FROM, attendees, sequence_of, without_scheduling
from calendars.model.component import Component, ContentLine
from calendars.model.line_edit import put_value
from calendars.model.utc_text import utc_text

PRODID = "-//Niaouli//FR"

_PEOPLE = frozenset(("ATTENDEE", "ORGANIZER"))
_PRIVATE = ("X-MOZ-", "X-NIAOULI-", "X-MICROSOFT-CDO-BUSYSTATUS", "X-LIC-ERROR", "REQUEST-STATUS")


@dataclass(frozen=True, slots=True)
class View:
    """Which components concern one person, and which occurrences of the series do not."""

    whole: bool
    """Invited to the series."""
    keys: frozenset[int]
    """The overrides that show."""
    holes: frozenset[int]
    """Occurrences of the series without him: he is not invited, or they are called off."""

    @property
    def empty(self) -> bool:
        """Not invited at all."""
        return not self.whole and not self.keys


NOTHING = View(whole=False, keys=frozenset(), holes=frozenset())


@dataclass(slots=True)
class Views:
    """The views of one version of a meeting, each component looked at once."""

    copy: Copy
    invited: dict[Key, frozenset[str]] = field(default_factory=dict)
    called_off: frozenset[int] = frozenset()
    over: bool = False
    """The whole is cancelled."""
    _clean: dict[Key, Component] = field(default_factory=dict)

    @classmethod
    def of(cls, copy: Copy) -> Views:
        """Read who is invited to what."""
        parts = copy.components()
        views = cls(copy, {key: frozenset(attendees(part)) for key, part in parts.items()})
        views.over = copy.master is not None and is_cancelled(copy.master)
        views.called_off = frozenset(
            key
            for key, part in copy.overrides.items()
            if is_cancelled(part) or (copy.set is not None and copy.set.excludes(key))
        )
        return views

    def everybody(self) -> list[str]:
        """The addresses that stand somewhere, in the order of the text."""
        found: dict[str, None] = {}
        for part in self.copy.components().values():
            found.update(dict.fromkeys(attendees(part)))
        return list(found)

    def view(self, address: str) -> View:
        """What concerns one address."""
        if self.over:
            return NOTHING
        whole = address in self.invited.get(None, frozenset())
        keys = {key for key in self.copy.overrides if address in self.invited[key]}
        keys -= self.called_off
        if not whole:
            return View(whole=False, keys=frozenset(keys), holes=frozenset())
        holes = (set(self.copy.overrides) - keys) | set(self.copy.holes)
        return View(whole=True, keys=frozenset(keys), holes=frozenset(holes))

    def components(self, view: View, now: int) -> list[Component]:
        """The components of a view as they leave."""
        found = [self._series(view, now)] if view.whole else []
        return [*found, *(self.component(key, now) for key in sorted(view.keys))]

    def component(self, key: Key, now: int) -> Component:
        """A component without what is its owner's alone."""
        found = self._clean.get(key)
        if found is None:
            part = self.copy.master if key is None else self.copy.overrides[key]
            found = self._clean[key] = outgoing(part or Component("VEVENT"), now)
        return found

    def _series(self, view: View, now: int) -> Component:
        clean = self.component(None, now)
        more = sorted(view.holes - set(self.copy.holes))
        if not more:
            return clean
        lines = [self.copy.moment_line("EXDATE", key) for key in more]
        own = [line for line in lines if line is not None]
        return Component(clean.name, [*clean.lines, *own], list(clean.components))


def outgoing(part: Component, now: int) -> Component:
    """A component as it leaves: without alarms, SCHEDULE- parameters and clients' own notes."""
    lines = [
        without_scheduling(line) if line[0] in _PEOPLE else line
        for line in part.lines
        if not line[0].startswith(_PRIVATE) and not _is_told_in_confidence(line)
    ]
    inner = [child for child in part.components if child.name != "VALARM"]
    clean = Component(part.name, lines, inner)
    put_value(clean, "DTSTAMP", utc_text(now))
    if part.line("SEQUENCE") is None:
        put_value(clean, "SEQUENCE", "0")
    return clean


def _is_told_in_confidence(line: ContentLine) -> bool:
    """What an attendee wrote to the organizer beside his answer."""
    return line[0] == "COMMENT" and line.parameter(FROM) is not None


def called_off(part: Component, now: int, *, cancelled: bool, sequence: int) -> Component:
    """A component of a CANCEL: STATUS only where the meeting itself is off (RFC 5546 §3.2.5)."""
    clean = outgoing(part, now)
    put_value(clean, "SEQUENCE", str(max(sequence, sequence_of(part))))
    put_value(clean, "STATUS", "CANCELLED" if cancelled else None)
    return clean


def message_of(frame: Component, method: ItipMethod, parts: list[Component]) -> Component:
    """A VCALENDAR with METHOD around components, and the time zones of the frame."""
    head = [
        ContentLine("VERSION", "", "2.0"),
        ContentLine("PRODID", "", PRODID),
        ContentLine("CALSCALE", "", "GREGORIAN"),
        ContentLine("METHOD", "", method.value),
    ]
    zones = frame.children("VTIMEZONE")
    return Component("VCALENDAR", head, [*zones, *parts])


def has_meeting(calendar: Component) -> bool:
    """It holds something that is scheduled."""
    return any(part.name in SCHEDULED for part in calendar.components)
