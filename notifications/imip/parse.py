"""The scheduling message in a mail, whatever shape it has (RFC 6047).

Exchange leaves out the organizer, some send the calendar at the top level, as base64 or as an
attachment, others twice. What is no scheduling message is said to be none, never guessed at.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from calendars.kernel.errors import InvalidInput
from calendars.model.component import Component, ContentLine, parse
from calendars.model.invalid import InvalidCalendarData
from calendars.model.limits import LIMITS
from notifications.imip.mail import Mail, Part, payload_of
from notifications.imip.winmail import calendars_in, is_winmail

_TYPES = frozenset({"text/calendar", "application/ics", "text/x-vcalendar"})
_LOOSE = frozenset({"application/octet-stream", "text/plain", "application/x-unknown"})
_TOLD = ("UID", "RECURRENCE-ID", "DTSTART", "DTEND", "SEQUENCE", "STATUS", "ORGANIZER")


class NoScheduling(InvalidInput):
    """A mail that holds no scheduling message: for people to read."""


class MethodMismatch(InvalidInput):
    """The type says one method, the calendar another (RFC 6047 §2.4)."""


class SeveralCalendars(InvalidInput):
    """Two calendars that say different things."""


@dataclass(frozen=True, slots=True)
class Found:
    """The calendar of a mail, and the message that it stands in."""

    calendar: Component
    carrier: Message


def find_calendar(mail: Mail) -> Found:
    """The calendar with a method. Raises NoScheduling, MethodMismatch, SeveralCalendars."""
    found = list(_calendars(mail.parts)) or list(_in_winmail(mail))
    if not found:
        raise NoScheduling("no calendar in it says what it wants")
    if len({_said(one.calendar) for one in found}) > 1:
        raise SeveralCalendars("two calendars in it say different things")
    return found[0]


def _calendars(parts: list[Part]) -> Iterator[Found]:
    methods: list[str] = []
    bare: list[Found] = []
    for part in parts:
        if not _may_be_calendar(part.message):
            continue
        payload = payload_of(part.message, most=LIMITS.max_resource_size)
        calendar = None if payload is None else _read(part.message, payload)
        if calendar is None:
            continue
        if (method := _method(part.message, calendar)) is None:
            bare.append(Found(calendar, part.carrier))
            continue
        methods.append(method)
        yield Found(_with_method(calendar, method), part.carrier)
    # The attachment beside a calendar is the same one; some leave out the method there.
    for one in bare if methods else ():
        yield Found(_with_method(one.calendar, methods[0]), one.carrier)


def _in_winmail(mail: Mail) -> Iterator[Found]:
    """What Outlook wraps in a way of its own; looked at once, where nothing else says anything."""
    for part in [one for one in mail.parts if is_winmail(one.message)][:1]:
        for calendar in calendars_in(part.message, mail.sender):
            if calendar.value("METHOD") is not None:
                yield Found(calendar, part.carrier)


def _may_be_calendar(part: Message) -> bool:
    kind = part.get_content_type()
    if kind in _TYPES:
        return True
    try:
        name = part.get_filename() or ""
    except (LookupError, ValueError, TypeError):
        return False
    return kind in _LOOSE and name.lower().endswith((".ics", ".ical", ".ifb", ".vcs"))


def _method(part: Message, calendar: Component) -> str | None:
    """METHOD, or that of the type where only it tells (RFC 6047 §2.4). Raises MethodMismatch."""
    said = (calendar.value("METHOD") or "").strip().upper()
    told = _parameter(part, "method").upper()
    if said and told and said != told:
        raise MethodMismatch("the type says another method than the calendar")
    return said or told or None


def _parameter(part: Message, name: str) -> str:
    try:
        value = part.get_param(name)
    except (LookupError, ValueError, TypeError):
        return ""
    return value.strip() if isinstance(value, str) else ""


def _with_method(calendar: Component, method: str) -> Component:
    if calendar.value("METHOD") is not None:
        return calendar
    lines = [*calendar.lines, ContentLine("METHOD", "", method)]
    return Component(calendar.name, lines, calendar.components)


def _read(part: Message, payload: bytes) -> Component | None:
    for text in _texts(part, payload):
        try:
            return parse(text)
        except InvalidCalendarData:
            continue
    return None


def _texts(part: Message, payload: bytes) -> Iterator[str]:
    """As the part says that it is encoded, and as programs that say it wrongly have it."""
    told = _parameter(part, "charset") or "utf-8"
    if payload[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        told = "utf-16"
    for name in dict.fromkeys((told.lower(), "utf-8-sig", "cp1252")):
        try:
            if not codecs.lookup(name)._is_text_encoding:
                continue
            yield payload.decode(name)
        except (LookupError, ValueError):
            continue


def _said(calendar: Component) -> tuple[object, ...]:
    """What tells two calendars apart, however each is folded and ordered."""
    parts = [part for part in calendar.components if part.name != "VTIMEZONE"]
    return (
        (calendar.value("METHOD") or "").upper(),
        *sorted(
            (
                part.name,
                *(part.value(name) or "" for name in _TOLD),
                *sorted(
                    (line.value.lower(), (line.parameter("PARTSTAT") or "").upper())
                    for line in part.all("ATTENDEE")
                ),
            )
            for part in parts
        ),
    )
