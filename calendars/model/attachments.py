"""Managed attachments in a calendar object: the lines that name them (RFC 8607 §4).

The server keeps the octets, the object bears `ATTACH;MANAGED-ID=…`. A recurring object may bear an
attachment on all that it says, or on single occurrences.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from calendars.kernel.errors import InvalidInput
from calendars.kernel.identifiers import PrincipalId
from calendars.model.component import Component, ContentLine
from calendars.model.entry import entries_of, moment_of
from calendars.model.event_draft import NoSuchOccurrence
from calendars.model.event_times import Place
from calendars.model.event_writing import new_override, override_at
from calendars.model.line_edit import stamp

MASTER = "M"
_NAME = "ATTACH"
_ID = "MANAGED-ID"
_RID = re.compile(r"\d{8}(T\d{6}Z?)?")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"/\\]')


class BadRecurrenceId(InvalidInput):
    """`rid` names no occurrence of the object (CALDAV:valid-rid-parameter, RFC 8607 §3.11)."""


class NoSuchAttachment(InvalidInput):
    """`managed-id` names no attachment of the object (CALDAV:valid-managed-id-parameter)."""


class TooManyAttachments(InvalidInput):
    """The object bears as many as it may (CALDAV:max-attachments-per-resource)."""


class Managed(NamedTuple):
    """One managed attachment as the line of an object tells it."""

    managed_id: str
    url: str
    filename: str
    media_type: str
    size: int

    def line(self) -> ContentLine:
        """RFC 8607 §4.1 to §4.3."""
        name = f';FILENAME="{self.filename}"' if self.filename else ""
        given = f";{_ID}={self.managed_id};FMTTYPE={self.media_type};SIZE={self.size}{name}"
        return ContentLine(_NAME, given, self.url)


class StoredAttachment(NamedTuple):
    """One attachment with its octets."""

    filename: str
    media_type: str
    data: bytes
    made_by: PrincipalId


class Described(NamedTuple):
    """One attachment without its octets."""

    managed_id: str
    filename: str
    media_type: str
    size: int
    digest: str
    first_id: str
    made_by: PrincipalId
    made_at: int


def safe_filename(text: str) -> str:
    """A file name that can stand between quotes; what could lead elsewhere is left out."""
    return _UNSAFE.sub("", text).strip().strip(".")[:150]


def managed_in(part: Component) -> tuple[str, ...]:
    """The managed attachments that one component bears, in their order."""
    return tuple(found for line in part.all(_NAME) if (found := line.parameter(_ID)))


def change_part(part: Component, gone: Collection[str], new: Sequence[Managed]) -> None:
    """One component bears those no more, and these behind what it bears."""
    left = [line for line in part.lines if not (line.name == _NAME and line.parameter(_ID) in gone)]
    part.lines[:] = [*left, *(one.line() for one in new)]


def managed_ids(calendar: Component) -> frozenset[str]:
    """The managed attachments that the object bears anywhere."""
    return frozenset(found for part in entries_of(calendar) for found in managed_in(part))


def rids_in(text: str | None) -> tuple[str, ...] | None:
    """The `rid` of a request; None for the whole object. Raises BadRecurrenceId."""
    if text is None:
        return None
    found = tuple(part.strip().upper() for part in text.split(","))
    if not all(one == MASTER or _RID.fullmatch(one) for one in found):
        raise BadRecurrenceId("rid holds M or recurrence ids")
    return found


def add(
    calendar: Component, added: Managed, rids: Sequence[str] | None, place: Place, *, now: int
) -> None:
    """The object bears it, where `rids` names occurrences in them alone. Raises BadRecurrenceId."""
    for part in _parts(calendar, rids, place):
        part.lines.append(added.line())
        stamp(part, now, revised=False)


def update(calendar: Component, managed_id: str, now_is: Managed, *, now: int) -> None:
    """Wherever the object bears the one it bears the other (RFC 8607 §3.5). Raises
    NoSuchAttachment.
    """
    found = False
    for part in entries_of(calendar):
        lines = [now_is.line() if _bears(line, managed_id) else line for line in part.lines]
        if lines != part.lines:
            part.lines[:], found = lines, True
            stamp(part, now, revised=False)
    if not found:
        raise NoSuchAttachment("the object has no attachment of that id")


def remove(
    calendar: Component, managed_id: str, rids: Sequence[str] | None, place: Place, *, now: int
) -> None:
    """The object bears it no more (RFC 8607 §3.6). Raises NoSuchAttachment, BadRecurrenceId."""
    if managed_id not in managed_ids(calendar):
        raise NoSuchAttachment("the object has no attachment of that id")
    for part in _parts(calendar, rids, place):
        lines = [line for line in part.lines if not _bears(line, managed_id)]
        if lines != part.lines:
            part.lines[:] = lines
            stamp(part, now, revised=False)


def _bears(line: ContentLine, managed_id: str) -> bool:
    return line.name == _NAME and line.parameter(_ID) == managed_id


def _parts(calendar: Component, rids: Sequence[str] | None, place: Place) -> list[Component]:
    """The components that are meant; an occurrence that the series words gets its own."""
    entries = entries_of(calendar)
    if rids is None:
        return entries
    master = entries[0]
    parts = []
    for rid in rids:
        if rid == MASTER:
            if master.line("RECURRENCE-ID") is not None:
                raise BadRecurrenceId("the object has no master")
            parts.append(master)
        else:
            parts.append(_occurrence(calendar, _moment(rid, master, place), place))
    return parts


def _occurrence(calendar: Component, at: date | int, place: Place) -> Component:
    part = override_at(calendar, at, place)
    if part is not None:
        return part
    try:
        part = new_override(calendar, at, place)
    except NoSuchOccurrence:
        raise BadRecurrenceId("the object has no such occurrence") from None
    calendar.components.append(part)
    return part


def _moment(rid: str, master: Component, place: Place) -> date | int:
    """A recurrence id without its parameters is in the zone of the series."""
    start = master.line("DTSTART") or master.line("DUE")
    tzid = None if start is None or rid.endswith("Z") else start.parameter("TZID")
    line = ContentLine("RECURRENCE-ID", f';TZID="{tzid}"' if tzid else "", rid)
    moment = moment_of(line, place.zones)
    if moment is None:
        raise BadRecurrenceId("rid holds M or recurrence ids")
    return moment
