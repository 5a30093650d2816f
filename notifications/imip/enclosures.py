"""Files inside a calendar object: in a mail they are attachments, not a part of its calendar.

A file in base64 would be there three times, in the calendar, in the calendar's file and, where a
program shows it, nowhere. Outlook drops ATTACH from meetings of others (MS-OXCICAL).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence

from calendars.model.component import Component, ContentLine
from calendars.model.entry import entries_of, visibility_of
from calendars.model.principal import Visibility
from notifications.message import Attachment
from notifications.post import Paper

MOST_OCTETS = 8 * 2**20
"""All files of one mail together: relays refuse larger ones, which are a third more on the way."""

_NAMES = ("FILENAME", "X-FILENAME", "X-APPLE-FILENAME", "X-ORACLE-FILENAME", "X-LABEL")
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,90}")


def is_enclosed(line: ContentLine) -> bool:
    """A file in the calendar itself (RFC 5545 §3.8.1.1)."""
    return line.name == "ATTACH" and (line.parameter("VALUE") or "").upper() == "BINARY"


def is_kept_here(line: ContentLine) -> bool:
    """A managed attachment (RFC 8607): behind a URL that opens for people with an account alone."""
    return line.name == "ATTACH" and line.parameter("MANAGED-ID") is not None


def is_public(calendar: Component) -> bool:
    """Its words and papers may be mailed."""
    return all(visibility_of(part) == Visibility.PUBLIC for part in entries_of(calendar))


def enclosures_of(calendar: Component) -> list[Attachment]:
    """The files in a meeting."""
    return list(_read(entries_of(calendar)[0]))


def attachment_of(paper: Paper) -> Attachment:
    """A paper as a mail has it."""
    maintype, _, subtype = paper.media_type.partition("/")
    return Attachment(paper.filename, paper.octets, maintype, subtype)


def within(files: Sequence[Attachment], most: int) -> list[Attachment]:
    """As many of them, in their order, as are not too large together."""
    found: list[Attachment] = []
    for one in files:
        if len(one.content) <= most:
            most -= len(one.content)
            found.append(one)
    return found


def _read(part: Component) -> Iterator[Attachment]:
    for number, line in enumerate(filter(is_enclosed, part.lines), 1):
        try:
            octets = base64.b64decode(line.value, validate=True)
        except (binascii.Error, ValueError):
            continue
        given = (line.parameter("FMTTYPE") or "").lower()
        kind = given if _TYPE.fullmatch(given) else "application/octet-stream"
        if kind.partition("/")[0] in {"multipart", "message"}:
            kind = "application/octet-stream"
        name = next(filter(None, map(line.parameter, _NAMES)), None) or f"piece-{number}"
        maintype, _, subtype = kind.partition("/")
        yield Attachment(name, octets, maintype, subtype)
