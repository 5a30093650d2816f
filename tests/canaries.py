"""Objects with a canary in every place where a word can stand, to see what leaks (SEC-3).

A canary tells where it sat and in an object of which kind: `canari-private-summary`. Dates and
numbers are canaries too where they are of their own.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping

KINDS = ("public", "private", "confidential", "unknown", "meeting")
"""What a canary says of its object: its class, or that the reader may take part in it."""

CLASSES = {
    "public": "PUBLIC",
    "private": "PRIVATE",
    "confidential": "CONFIDENTIAL",
    "unknown": "X-CANARI-UNKNOWN-CLASS",
    "meeting": "CONFIDENTIAL",
}
COMPONENTS = ("VEVENT", "VTODO", "VJOURNAL", "SERIES")

_CANARY = re.compile(r"canari-([a-z]+)-([a-z0-9-]+)", re.IGNORECASE)
_STAMPS = {kind: f"199{number}0102T030405Z" for number, kind in enumerate(KINDS)}
_PLACES = {kind: f"-22.27134{number};166.43815{number}" for number, kind in enumerate(KINDS)}

# Every property of RFC 5545 §3.8, 7986 §5, 9073 §6, 9074, 9253, 7529 and of others, but those that
# a mask keeps: `*` is the canary.
COMMON: Mapping[str, str] = {
    "SUMMARY": "SUMMARY;X-P=*p;LANGUAGE=fr:*",
    "COMMENT": "COMMENT:*",
    "CONTACT": 'CONTACT;ALTREP="CID:*alt":*',
    "CATEGORIES": "CATEGORIES:*,Urgent",
    "REQUEST-STATUS": "REQUEST-STATUS:2.8;*;*data",
    "URL": "URL:https://example.org/*",
    "ATTACH": "ATTACH;FMTTYPE=text/plain;FILENAME=*.txt:https://example.org/*",
    "ATTACH-BINARY": "ATTACH;ENCODING=BASE64;VALUE=BINARY:{binary}",
    "RELATED-TO": "RELATED-TO;RELTYPE=PARENT:*",
    "IMAGE": "IMAGE;VALUE=URI;DISPLAY=BADGE:https://example.org/*",
    "CONFERENCE": "CONFERENCE;VALUE=URI;LABEL=*label:https://example.org/*",
    "ORGANIZER": 'ORGANIZER;CN=*cn;SENT-BY="mailto:*sb@x.nc":mailto:{organizer}',
    "ATTENDEE": 'ATTENDEE;CN=*cn;MEMBER="mailto:*m@x.nc";PARTSTAT=ACCEPTED:mailto:{attendee}',
    "ATTENDEE-2": "ATTENDEE;CN=*cn:mailto:{other}",
    "STYLED-DESCRIPTION": "STYLED-DESCRIPTION;VALUE=TEXT;FMTTYPE=text/html:<b>*</b>",
    "STRUCTURED-DATA": 'STRUCTURED-DATA;VALUE=TEXT;FMTTYPE=text/plain;SCHEMA="https://x/*":*',
    "CONCEPT": "CONCEPT:https://example.org/*",
    "LINK": 'LINK;LINKREL="*rel";VALUE=URI:https://example.org/*',
    "REFID": "REFID:*",
    "CREATED": "CREATED:{stamp}",
    "LAST-MODIFIED": "LAST-MODIFIED:{stamp}",
    "SOURCE": "SOURCE;VALUE=URI:https://example.org/*",
    "NAME": "NAME:*",
    "X-ALT-DESC": "X-ALT-DESC;FMTTYPE=text/html:<p>*</p>",
    "X-MICROSOFT-CDO": "X-MICROSOFT-CDO-BUSYSTATUS;X-P=*p:BUSY",
    "X-MOZ": "X-MOZ-GENERATION;X-P=*p:1",
    "X-UNKNOWN": 'X-UNKNOWN;X-P="*p":*',
    "IANA-TO-COME": "IANA-TO-COME:*",
}
OF_KIND: Mapping[str, Mapping[str, str]] = {
    "VEVENT": {
        "DESCRIPTION": 'DESCRIPTION;ALTREP="CID:*alt":*',
        "LOCATION": 'LOCATION;ALTREP="https://example.org/*alt":*',
        "GEO": "GEO:{place}",
        "RESOURCES": "RESOURCES:*",
        "PRIORITY": "PRIORITY;X-P=*p:3",
        "COLOR": "COLOR;X-P=*p:turquoise",
        "TRANSP": "TRANSP;X-P=*p:OPAQUE",
    },
    "VTODO": {
        "DESCRIPTION": "DESCRIPTION:*",
        "LOCATION": "LOCATION:*",
        "RESOURCES": "RESOURCES:*",
        "COMPLETED": "COMPLETED:{stamp}",
        "PERCENT-COMPLETE": "PERCENT-COMPLETE;X-P=*p:37",
    },
    "VJOURNAL": {"DESCRIPTION": "DESCRIPTION:*", "SECOND": "DESCRIPTION:*"},
}
# Kept properties whose parameters or values could hold a word.
KEPT = {
    "STATUS": "STATUS;X-P=*p:{status}",
    "SEQUENCE": "SEQUENCE;X-P=*p:4",
    "CLASS": "CLASS;X-P=*p:{class}",
}

_ALARM = """BEGIN:VALARM
UID:*uid
ACTION:EMAIL
TRIGGER;X-P=*p:-PT15M
SUMMARY:*summary
DESCRIPTION:*
ATTENDEE;CN=*cn:mailto:*@x.nc
ATTACH:https://example.org/*
RELATED-TO:*related
X-ALARM:*x
BEGIN:VLOCATION
UID:*lu
NAME:*ln
END:VLOCATION
END:VALARM
"""
_INNER = """BEGIN:PARTICIPANT
UID:*pu
PARTICIPANT-TYPE:SPEAKER
SUMMARY:*
CALENDAR-ADDRESS:mailto:*@x.nc
END:PARTICIPANT
BEGIN:VLOCATION
UID:*lu
NAME:*
URL:https://example.org/*l
END:VLOCATION
BEGIN:VRESOURCE
UID:*ru
NAME:*
END:VRESOURCE
BEGIN:X-COMPONENT
X-INSIDE:*
END:X-COMPONENT
"""
_ZONE = """BEGIN:VTIMEZONE
TZID:*tzid
X-LIC-LOCATION:*lic
TZURL:https://example.org/*url
COMMENT:*comment
BEGIN:STANDARD
DTSTART;X-P=*p:19700101T000000
TZOFFSETFROM:+1100
TZOFFSETTO:+1100
TZNAME:*name
COMMENT:*comment
X-INSIDE:*x
END:STANDARD
END:VTIMEZONE
"""
_OUTER = """PRODID:-//*prodid//FR
X-WR-CALNAME:*calname
NAME:*name
DESCRIPTION:*description
X-OUTER:*outer
"""


def canary(kind: str, where: str) -> str:
    """The word that sits there."""
    return f"canari-{kind}-{where.lower()}"


NOBODY = ("organisatrice@ailleurs.nc", "un@ailleurs.nc", "deux@ailleurs.nc")


def an_object(kind: str, component: str, people: tuple[str, str, str] = NOBODY) -> str:
    """A calendar object with a canary wherever one can sit; its organizer and two attendees."""
    real = "VEVENT" if component == "SERIES" else component
    who = dict(zip(("organizer", "attendee", "other"), people, strict=True))
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        *_marked(_OUTER, kind, "vcalendar"),
        *_marked(_ZONE, kind, "vtimezone"),
        *_component(kind, real, who, recurring=component == "SERIES"),
    ]
    if component == "SERIES":
        lines += _component(kind, real, who, override=True)
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def uid_of(kind: str, component: str) -> str:
    """The UID and name of an object tell something too."""
    return canary(kind, f"uid-{component}")


def found_in(text: str) -> Iterator[tuple[str, str]]:
    """Kind and place of every canary in a text, whatever hides it."""
    for matched in _CANARY.finditer(text):
        yield matched[1].lower(), matched[2].lower()
    for kind in KINDS:
        for what, hidden in (
            ("stamp", _STAMPS[kind].removesuffix("Z")),
            ("stamp", f"199{KINDS.index(kind)}-01-02T03:04:05"),
            ("place", _PLACES[kind].partition(";")[0]),
            ("binary", _binary(kind)[:24]),
        ):
            if hidden in text:
                yield kind, what


def places() -> set[tuple[str, str]]:
    """Every canary that there is, by kind and place."""
    texts = (an_object(k, c) for k in KINDS for c in COMPONENTS)
    return {one for text in texts for one in found_in(text)}


def _component(
    kind: str,
    component: str,
    people: Mapping[str, str],
    *,
    recurring: bool = False,
    override: bool = False,
) -> Iterator[str]:
    where = "override" if override else component
    yield f"BEGIN:{component}"
    yield f"UID:{uid_of(kind, 'SERIES' if recurring or override else component)}"
    yield "DTSTAMP;X-P=*:20260101T000000Z".replace("*", canary(kind, f"{where}-dtstamp"))
    tzid = canary(kind, "vtimezone") + "tzid"
    day = "10" if override else "03"
    yield f"DTSTART;X-P={canary(kind, f'{where}-dtstart')};TZID={tzid}:202603{day}T140000"
    if component == "VEVENT":
        yield f"DTEND;TZID={tzid}:202603{day}T150000"
    if component == "VTODO":
        yield f"DUE;X-P={canary(kind, f'{where}-due')};TZID={tzid}:20260304T150000"
    if recurring:
        yield f"RRULE:FREQ=WEEKLY;COUNT=4;X-CANARI={canary(kind, 'rrule')}"
        yield f"EXDATE;X-P={canary(kind, 'exdate')};TZID={tzid}:20260317T140000"
        yield f"RDATE;X-P={canary(kind, 'rdate')};TZID={tzid}:20260305T140000"
    if override:
        yield f"RECURRENCE-ID;X-P={canary(kind, 'recurrence-id')};TZID={tzid}:20260310T140000"
    rows = {**COMMON, **OF_KIND[component], **KEPT}
    for name, line in rows.items():
        yield _filled(line, kind, f"{where}-{name}", component, people)
    if component != "VJOURNAL":
        yield from _marked(_ALARM, kind, f"{where}-valarm")
    yield from _marked(_INNER, kind, f"{where}-inner")
    yield f"END:{component}"


def _filled(line: str, kind: str, where: str, component: str, people: Mapping[str, str]) -> str:
    status = {"VEVENT": "CONFIRMED", "VTODO": "IN-PROCESS", "VJOURNAL": "DRAFT"}[component]
    facts = {
        **people,
        "stamp": _STAMPS[kind],
        "place": _PLACES[kind],
        "binary": _binary(kind),
        "class": CLASSES[kind],
        "status": status,
    }
    return line.format_map(facts).replace("*", canary(kind, where))


def _marked(text: str, kind: str, where: str) -> list[str]:
    return text.replace("*", canary(kind, where)).splitlines()


def _binary(kind: str) -> str:
    return base64.b64encode(canary(kind, "attachment").encode()).decode()
