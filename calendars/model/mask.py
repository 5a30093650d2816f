"""What somebody sees of an object whose content is not for him: times only (SEC-3).

The mask is written anew from what may be told; nothing of the object's text is copied that could
hold a word. It is the same for every reader but for its UID, whose value stays empty here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC
from hashlib import sha256

from calendars.kernel.identifiers import Etag, etag_of
from calendars.model.calendar_object import CalendarObject
from calendars.model.component import Component, ContentLine, fold, unescape
from calendars.model.principal import PrincipalKind, Visibility
from calendars.model.time_zones import minimal_vtimezone, named_zone

_HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Niaouli//FR\r\n"
_UID = "UID:\r\n"
_STAMP = re.compile(r"DTSTAMP:[^\r\n]*\r\n")

# What is kept, in the order in which it is written; CLASS, SUMMARY and UID come besides.
_DATES = ("DTSTAMP", "DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "RDATE", "EXDATE", "FREEBUSY")
_RULES = ("RRULE", "EXRULE")
_WORDS = {
    "STATUS": frozenset(
        (
            *("TENTATIVE", "CONFIRMED", "CANCELLED"),
            *("NEEDS-ACTION", "COMPLETED", "IN-PROCESS"),
            *("DRAFT", "FINAL"),
        )
    ),
    "TRANSP": frozenset(("OPAQUE", "TRANSPARENT")),
}
_PARAMETERS = {
    "VALUE": frozenset(("DATE", "DATE-TIME", "PERIOD")),
    "RANGE": frozenset(("THISANDFUTURE",)),
    "FBTYPE": frozenset(("FREE", "BUSY", "BUSY-UNAVAILABLE", "BUSY-TENTATIVE")),
}
_DATE_VALUE = re.compile(r"[0-9TZPWDHMS/,+-]+", re.IGNORECASE)
_RULE_PART = re.compile(
    r"(?:FREQ|UNTIL|COUNT|INTERVAL|BYSECOND|BYMINUTE|BYHOUR|BYDAY|BYMONTHDAY|BYYEARDAY|BYWEEKNO"
    r"|BYMONTH|BYSETPOS|WKST|RSCALE|SKIP)=[A-Z0-9,+-]+",
    re.IGNORECASE,
)
_OBSERVANCE = ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE")

_TITLES = {Visibility.PRIVATE: "Privé", Visibility.CONFIDENTIAL: "Occupé"}
_RESERVED = "Réservé"


def title_of(visibility: Visibility, owner: PrincipalKind) -> str:
    """The word that stands for the title: rooms and vehicles are reserved, people are busy."""
    if owner in {PrincipalKind.ROOM, PrincipalKind.RESOURCE}:
        return _RESERVED
    return _TITLES.get(visibility, _TITLES[Visibility.CONFIDENTIAL])


def mask_of(parsed: CalendarObject, owner: PrincipalKind) -> bytes:
    """The mask of an object in the calendar of such an owner; each UID in it is empty."""
    visibility = parsed.visibility
    extra = f"CLASS:{visibility}\r\n" + fold(f"SUMMARY:{title_of(visibility, owner)}")
    zones = _Zones(parsed.calendar)
    parts = [_component(part, extra, zones) for part in parsed.calendar.children(parsed.component)]
    return f"{_HEAD}{zones.definitions}{''.join(parts)}END:VCALENDAR\r\n".encode()


def with_uid(mask: bytes, uid: str) -> bytes:
    """The mask as one reader gets it."""
    return mask.replace(b"\r\nUID:\r\n", f"\r\nUID:{uid}\r\n".encode())


def mask_tag(mask: bytes) -> Etag:
    """Equal tag, nothing new to see: clients renew DTSTAMP whatever it is that they change."""
    return etag_of(_STAMP.sub("", mask.decode()).encode())


def _component(part: Component, extra: str, zones: _Zones) -> str:
    lines = "".join(fold(line) for line in _kept(part.lines, zones))
    inner = "".join(_component(one, extra, zones) for one in part.children("AVAILABLE"))
    return f"BEGIN:{part.name}\r\n{_UID}{lines}{extra}{inner}END:{part.name}\r\n"


def _kept(lines: Iterable[ContentLine], zones: _Zones) -> Iterator[str]:
    """What may be told, with nothing in it that somebody could have written as he liked."""
    for line in lines:
        name, value = line.name, line.value.strip()
        if name in _DATES or name == "DURATION":
            if _DATE_VALUE.fullmatch(value):
                yield f"{name}{_parameters(line, zones)}:{value.upper()}"
        elif name in _RULES:
            yield f"{name}:{_rule(value)}"
        elif name in _WORDS:
            if value.upper() in _WORDS[name]:
                yield f"{name}:{value.upper()}"
        elif name == "SEQUENCE" and value.isascii() and value.isdigit():
            yield f"{name}:{value}"


def _rule(value: str) -> str:
    return ";".join(part.upper() for part in value.split(";") if _RULE_PART.fullmatch(part.strip()))


def _parameters(line: ContentLine, zones: _Zones) -> str:
    kept = ""
    for name, values in line.parameters:
        value = values[0] if values else ""
        if value.upper() in _PARAMETERS.get(name, ()):
            kept += f";{name}={value.upper()}"
        elif name == "TZID" and (tzid := zones.name_of(value)) is not None:
            kept += f";TZID={tzid}"
    return kept


class _Zones:
    """The time zones that a mask needs, under names that say nothing but the zone."""

    def __init__(self, calendar: Component) -> None:
        self._own = {
            unescape(zone.value("TZID") or "").strip(): zone
            for zone in calendar.children("VTIMEZONE")
        }
        self._named: dict[str, str | None] = {}
        self._written: dict[str, str] = {}

    @property
    def definitions(self) -> str:
        """The VTIMEZONEs of all names that were asked for."""
        return "".join(self._written.values())

    def name_of(self, tzid: str) -> str | None:
        """The name to write for a TZID; None if nobody knows it, so that its times float."""
        if tzid not in self._named:
            self._named[tzid] = self._found(tzid)
        return self._named[tzid]

    def _found(self, tzid: str) -> str | None:
        known = named_zone(tzid)
        if known is not None:
            name = "Etc/UTC" if known is UTC else str(getattr(known, "key", known))
            self._written[name] = minimal_vtimezone(name)
            return name
        own = self._own.get(tzid.replace("\\", "").strip())
        if own is None:
            return None
        inner = "".join(_observance(part) for part in own.components)
        name = f"Z-{sha256(inner.encode()).hexdigest()[:12]}"
        self._written[name] = f"BEGIN:VTIMEZONE\r\nTZID:{name}\r\n{inner}END:VTIMEZONE\r\n"
        return name


def _observance(part: Component) -> str:
    if part.name not in {"STANDARD", "DAYLIGHT"}:
        return ""
    lines = ""
    for line in part.lines:
        value = line.value.strip()
        if line.name not in _OBSERVANCE:
            continue
        if line.name == "RRULE":
            lines += fold(f"RRULE:{_rule(value)}")
        elif _DATE_VALUE.fullmatch(value):
            kind = ";VALUE=PERIOD" if "/" in value else ""
            lines += fold(f"{line.name}{kind}:{value.upper()}")
    return f"BEGIN:{part.name}\r\n{lines}END:{part.name}\r\n"
