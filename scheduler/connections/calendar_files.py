"""Calendar files, cut into calendar objects while they are read (RFC 5545 §3.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from calendars.model.split import split_stream
from calendars.services.import_objects import Piece


def pieces_of(stream: BinaryIO) -> Iterator[Piece]:
    """Each UID of a file with its overrides, in bounded memory whatever the size.

    Raises InvalidCalendarData where the file is no iCalendar at all.
    """
    for found in split_stream(stream):
        yield Piece(found.uid or f"(ligne {found.line})", found.body)
