"""An import file cut into calendar objects: one VCALENDAR for each UID (RFC 4791 §4.1).

Two passes over the octets: the first notes where the components of each UID stand, the second
reads them UID by UID. So a file may be far larger than what may be held in memory, and a series
and its overrides may stand far apart, even in several VCALENDARs of one file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from typing import BinaryIO, NamedTuple

from calendars.model.component import unescape
from calendars.model.limits import LIMITS
from calendars.model.split_index import Place, SplitIndex, index_of, zone_key

_TZID = re.compile(rb';TZID=("[^"\r\n]*"|[^;:,\r\n]*)', re.IGNORECASE)
_FOLD = re.compile(rb"\r?\n[ \t]")
_ZONES_KEPT = 64


class SplitObject(NamedTuple):
    """What an import file says of one UID, as a calendar object resource."""

    uid: str
    """Empty if it has none: such a component stands alone, and is refused when it is parsed."""
    component: str
    """VEVENT, VTODO, ..."""
    line: int
    """Where its first component begins in the file, counted from 1."""
    body: bytes
    """As CalendarObject.parse takes it. Whatever is larger than `most` is cut off, and refused
    for its size."""

    @property
    def text(self) -> str:
        """The body as text, whatever octets it holds."""
        return self.body.decode("utf-8", "replace")


def split_by_uid(text: str) -> list[SplitObject]:
    """All the objects of a text. Raises InvalidCalendarData where BEGIN and END do not fit."""
    return list(split_stream(BytesIO(text.encode())))


def split_stream(
    stream: BinaryIO, *, most: int = LIMITS.max_resource_size
) -> Iterator[SplitObject]:
    """The objects of a stream that can be sought in, in the order of their first component.

    An object bears the VTIMEZONEs that it names, and no METHOD. Nothing is checked that is not
    needed to cut: each object is parsed by itself, so that one bad object spoils no other.
    Raises InvalidCalendarData, before the first object, where BEGIN and END do not fit.
    """
    stream.seek(0)
    index = index_of(stream)
    reader = _Reader(stream, index, most)
    for (component, uid), places in index.groups.items():
        yield SplitObject(
            "" if uid.startswith(b"\n") else unescape(uid.decode("utf-8", "replace")),
            component.decode("ascii", "replace"),
            places[0].line,
            reader.body_of(places),
        )


class _Reader:
    """The second pass."""

    def __init__(self, stream: BinaryIO, index: SplitIndex, most: int) -> None:
        self._stream, self._index, self._most = stream, index, most
        self._zone = lru_cache(maxsize=_ZONES_KEPT)(self._read)

    def body_of(self, places: list[Place]) -> bytes:
        """One VCALENDAR around the components at these places."""
        parts: list[bytes] = []
        left = self._most + 1
        for place in places:
            if left > 0:
                parts.append(self._read(place)[:left])
                left -= len(parts[-1])
        head = self._index.calendars[places[0].calendar].head
        zones = [self._zone(zone) for zone in self._zones_of(parts, places)]
        return b"".join((b"BEGIN:VCALENDAR\r\n", head, *zones, *parts, b"END:VCALENDAR\r\n"))

    def _zones_of(self, parts: list[bytes], places: list[Place]) -> list[Place]:
        """The definitions of the zones that the components name, each name once."""
        found: dict[bytes, Place] = {}
        for part, place in zip(parts, places, strict=False):
            zones = self._index.calendars[place.calendar].zones
            for written in _TZID.findall(_FOLD.sub(b"", part)):
                tzid = zone_key(written)
                if tzid in zones and tzid not in found:
                    found[tzid] = zones[tzid]
        return list(found.values())

    def _read(self, place: Place) -> bytes:
        self._stream.seek(place.start)
        octets = self._stream.read(min(place.end - place.start, self._most + 1))
        return octets if octets.endswith(b"\n") else octets + b"\r\n"
