"""Where the components of an import file stand: the first pass of `split`.

It reads physical lines and looks closer only at those that can be BEGIN, END, UID, TZID or part
of the head. Nothing is kept of a component but its place, so that the size of a file counts by
its number of components alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from calendars.model.invalid import InvalidCalendarData

_CHUNK = 256 * 1024
"""What is read of one line; the rest of a longer one is skipped."""
_DEEPEST = 16
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_NAMES = b"BEGIN|END|UID|TZID|VERSION|PRODID|CALSCALE"
_MARKED = re.compile(rb"(?:" + _NAMES + rb")[;:]", re.IGNORECASE)
_FIRST_LETTERS = frozenset(b"BbEeUuTtVvPpCc")
_BLANKS = frozenset(b" \t")
_LINE = re.compile(rb'([^;:"]*)[^:"]*(?:"[^"]*"[^:"]*)*:(.*)', re.DOTALL)
_FOLD = re.compile(rb"\r?\n[ \t]")
_ESCAPED = re.compile(rb"\\([\\,;])")


class Place(NamedTuple):
    """Where one component stands, and in which VCALENDAR of the file."""

    calendar: int
    start: int
    end: int
    line: int


@dataclass(slots=True)
class CalendarShare:
    """What the objects of one VCALENDAR share."""

    head: bytes = b""
    """VERSION, PRODID and CALSCALE; METHOD, names and colours speak of the file as a whole."""
    zones: dict[bytes, Place] = field(default_factory=dict)


@dataclass(slots=True)
class SplitIndex:
    """The components of a file by name and UID, in the order of their first appearance."""

    calendars: list[CalendarShare] = field(default_factory=list)
    groups: dict[tuple[bytes, bytes], list[Place]] = field(default_factory=dict)


def index_of(stream: BinaryIO) -> SplitIndex:
    """Read a stream to its end. Raises InvalidCalendarData where components do not fit."""
    builder = _Builder()
    end = 0
    for line in _marked_lines(stream):
        builder.take(line)
        end = line.end
    return builder.finish(end)


class _MarkedLine(NamedTuple):
    """A content line of interest with its folds, and its place in the file."""

    raw: bytes
    start: int
    end: int
    number: int


def _marked_lines(stream: BinaryIO) -> Iterator[_MarkedLine]:
    kept: bytearray | None = None
    kept_start = kept_number = 0
    offset = number = 0
    whole = True
    while chunk := stream.readline(_CHUNK):
        if whole:
            number += 1
            if number == 1 and chunk.startswith(_BYTE_ORDER_MARK):
                offset += len(_BYTE_ORDER_MARK)
                chunk = chunk[len(_BYTE_ORDER_MARK) :]
            first = chunk[0] if chunk else 0
            if first not in _BLANKS:
                if kept is not None:
                    yield _MarkedLine(bytes(kept), kept_start, offset, kept_number)
                    kept = None
                if first in _FIRST_LETTERS and _is_marked(chunk):
                    kept, kept_start, kept_number = bytearray(chunk), offset, number
            elif kept is not None and len(kept) < _CHUNK:
                kept += chunk
        whole = chunk.endswith(b"\n")
        offset += len(chunk)
    if kept is not None:
        yield _MarkedLine(bytes(kept), kept_start, offset, kept_number)


def _is_marked(chunk: bytes) -> bool:
    # A name may itself be folded: what has no colon yet is looked at when it is whole.
    return _MARKED.match(chunk) is not None or (b":" not in chunk and b";" not in chunk)


class _Builder:
    """Follows BEGIN and END."""

    def __init__(self) -> None:
        self._index = SplitIndex()
        self._open: list[bytes] = []
        self._start = self._line = self._alone = 0
        self._uid: bytes | None = None
        self._tzid: bytes | None = None

    def take(self, line: _MarkedLine) -> None:
        """One marked line; what only looks like one is passed over."""
        matched = _LINE.fullmatch(_FOLD.sub(b"", line.raw).rstrip(b"\r\n"))
        if matched is None:
            return
        name, value = matched[1].upper(), matched[2]
        if name == b"BEGIN":
            self._begin(value.strip().upper(), line)
        elif name == b"END":
            self._end(value.strip().upper(), line)
        elif len(self._open) == 1 and name in (b"VERSION", b"PRODID", b"CALSCALE"):
            self._index.calendars[-1].head += line.raw.rstrip(b"\r\n") + b"\r\n"
        elif len(self._open) == 2 and name == b"UID" and self._uid is None:
            self._uid = value
        elif len(self._open) == 2 and name == b"TZID" and self._tzid is None:
            self._tzid = zone_key(value)

    def _begin(self, name: bytes, line: _MarkedLine) -> None:
        depth = len(self._open)
        if (depth == 0) is not (name == b"VCALENDAR") or depth > _DEEPEST:
            raise InvalidCalendarData(f"line {line.number}: a component out of its place")
        if depth == 0:
            self._index.calendars.append(CalendarShare())
        elif depth == 1:
            self._start, self._line = line.start, line.number
            self._uid = self._tzid = None
        self._open.append(name)

    def _end(self, name: bytes, line: _MarkedLine) -> None:
        if not self._open or self._open.pop() != name:
            raise InvalidCalendarData(f"line {line.number}: END does not fit its BEGIN")
        if len(self._open) != 1:
            return
        place = Place(len(self._index.calendars) - 1, self._start, line.end, self._line)
        if name == b"VTIMEZONE":
            self._index.calendars[-1].zones.setdefault(self._tzid or b"", place)
            return
        key = (name, self._uid or b"")
        if not key[1].strip():  # each stands alone; no UID has a line end
            self._alone += 1
            key = (name, b"\n%d" % self._alone)
        self._index.groups.setdefault(key, []).append(place)

    def finish(self, end: int) -> SplitIndex:
        """The index, once the file has been read."""
        if self._open:
            name = self._open[-1].decode("ascii", "replace")[:40]
            raise InvalidCalendarData(f"END:{name} is missing after octet {end}: cut off")
        if not self._index.calendars:
            raise InvalidCalendarData("no BEGIN:VCALENDAR: this is not iCalendar")
        return self._index


def zone_key(tzid: bytes) -> bytes:
    """A TZID as property (escaped) and as parameter (quoted) are to be the same."""
    return _ESCAPED.sub(rb"\1", tzid).strip(b' "')
