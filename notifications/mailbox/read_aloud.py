"""What a mail says of itself, as plain words for a person who decides on it."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from typing import NamedTuple

from calendars.kernel.errors import ServiceError
from calendars.model.entry import entries_of, entry_of
from calendars.model.time_zones import Zones
from notifications.imip.mail import Mail, payload_of
from notifications.imip.parse import find_calendar

_MOST_WORDS, _MOST_LINE = 2_000, 300
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_SPACES = re.compile(r"\s+")


class Told(NamedTuple):
    """All of it is claimed, none of it proven."""

    sender: str | None
    subject: str | None
    words: str | None
    title: str | None
    start: str | None


def read_aloud(mail: Mail, zone: tzinfo) -> Told:
    """Text only, short, without signs that would steer a terminal or turn writing round."""
    title, start = _meeting(mail, zone)
    return Told(
        mail.sender or _line(mail.field("from")),
        _line(_decoded(mail.field("subject"))),
        _words(mail),
        _line(title),
        start,
    )


def _line(text: str | None) -> str | None:
    found = _SPACES.sub(" ", _CONTROLS.sub("", text or "")).strip()[:_MOST_LINE]
    return found or None


def _decoded(field: str) -> str:
    """RFC 2047."""
    try:
        return str(make_header(decode_header(field[:4_000])))
    except (HeaderParseError, LookupError, ValueError):
        return field


def _words(mail: Mail) -> str | None:
    for part in mail.parts:
        if part.message.get_content_type() == "text/plain" and part.carrier is mail.message:
            text = _CONTROLS.sub("", _text(part.message)).strip()[:_MOST_WORDS]
            return text or None
    return None


def _text(part: Message) -> str:
    payload = payload_of(part, most=200_000) or b""
    try:
        charset = part.get_content_charset("utf-8") or "utf-8"
        return payload.decode(charset, "replace")
    except (LookupError, ValueError, TypeError):
        return payload.decode("utf-8", "replace")


def _meeting(mail: Mail, zone: tzinfo) -> tuple[str | None, str | None]:
    try:
        calendar = find_calendar(mail).calendar
        entries = entries_of(calendar)
        if not entries:
            return None, None
        entry = entry_of(entries[0], Zones.of(calendar, zone))
    except ServiceError:
        return None, None
    start = entry.times.start
    if isinstance(start, int):
        return entry.title, datetime.fromtimestamp(start, zone).isoformat()
    return entry.title, None if start is None else start.isoformat()
