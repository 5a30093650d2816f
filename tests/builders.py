"""Valid things with the fewest words: a builder takes only what the test is about.

The text is iCalendar as a client sends it: CRLF, folded at 75 octets, times in Nouméa with the
smallest VTIMEZONE. Escaping and folding are done here again, not by the code under test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias, TypedDict, Unpack
from zoneinfo import ZoneInfo

Moment: TypeAlias = datetime | date | str
"""An aware time keeps its zone, a naive one floats, a date is all day; text is taken as it is."""

NOUMEA = ZoneInfo("Pacific/Noumea")
UID = "6b0f8b4e-1d5f-4d0c-9a54-6f1f2c0a7e11@niaouli.test"
STAMP = datetime(2026, 2, 2, 21, 0, tzinfo=UTC)
START = datetime(2026, 3, 3, 14, 30, tzinfo=NOUMEA)
HOUR = timedelta(hours=1)
PRODID = "-//Niaouli//Tests//FR"

_ZONES = {
    "Pacific/Noumea": ["STANDARD 19700101T000000 +1100 +1100 +11"],
    "Europe/Paris": [
        "DAYLIGHT 19700329T020000 +0100 +0200 CEST FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "STANDARD 19701025T030000 +0200 +0100 CET FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    ],
}


class Parts(TypedDict, total=False):
    """What VEVENT, VTODO and VJOURNAL have in common."""

    uid: str
    summary: str
    start: Moment | None
    duration: timedelta | str | None
    rrule: str
    rdates: Sequence[Moment]
    exdates: Sequence[Moment]
    recurrence_id: Moment | None
    description: str
    location: str
    status: str
    visibility: str  # CLASS
    sequence: int
    organizer: str
    attendees: Sequence[str] | Mapping[str, str]  # addresses, or address -> PARTSTAT
    categories: Sequence[str]
    alarms: Sequence[str]
    stamp: datetime
    extra: Sequence[str]  # whole content lines


class EventParts(Parts, total=False):
    """What a VEVENT may say besides."""

    end: Moment | None
    transparency: str


class TodoParts(Parts, total=False):
    """What a VTODO may say besides."""

    due: Moment | None
    completed: Moment | None
    created: Moment | None
    percent: int


def an_event(**parts: Unpack[EventParts]) -> str:
    """An object with one VEVENT: an hour on Tuesday 3 March 2026 at 14:30 in Nouméa."""
    return a_calendar(a_vevent(**parts))


def a_series(*overrides: str, **parts: Unpack[EventParts]) -> str:
    """A weekly series, with its overrides (`a_vevent(recurrence_id=...)`) behind the master."""
    master: EventParts = {"rrule": "FREQ=WEEKLY;COUNT=4", **parts}
    return a_calendar(a_vevent(**master), *overrides)


def a_todo(**parts: Unpack[TodoParts]) -> str:
    """An object with one VTODO without any date."""
    return a_calendar(a_vtodo(**parts))


def a_journal(**parts: Unpack[Parts]) -> str:
    """An object with one VJOURNAL on 3 March 2026."""
    return a_calendar(a_vjournal(**parts))


def a_calendar(*components: str, method: str = "", extra: Sequence[str] = ()) -> str:
    """A VCALENDAR around components, with a VTIMEZONE for each zone that they name."""
    body = "".join(components)
    zones = [_vtimezone(tzid) for tzid in _ZONES if f"TZID={tzid}:" in _unfolded(body)]
    lines = ["VERSION:2.0", f"PRODID:{PRODID}", *extra]
    if method:
        lines.append(f"METHOD:{method}")
    return a_component("VCALENDAR", lines, *zones, body)


def a_vevent(**parts: Unpack[EventParts]) -> str:
    """A VEVENT; it lasts an hour, or the whole day, unless told."""
    start = parts.get("start", START)
    lines = _common(parts, summary="Réunion de service", start=START)
    if "end" in parts:
        lines += _dated("DTEND", parts["end"])
    elif "duration" not in parts and isinstance(start, datetime):
        lines += _dated("DTEND", start + HOUR)
    lines += _worded("TRANSP", parts.get("transparency"))
    return a_component("VEVENT", lines, *parts.get("alarms", ()))


def a_vtodo(**parts: Unpack[TodoParts]) -> str:
    """A VTODO; no date unless told."""
    lines = _common(parts, summary="Répondre au courrier", start=None)
    lines += _dated("DUE", parts.get("due"))
    lines += _dated("COMPLETED", parts.get("completed"))
    lines += _dated("CREATED", parts.get("created"))
    if "percent" in parts:
        lines.append(f"PERCENT-COMPLETE:{parts['percent']}")
    return a_component("VTODO", lines, *parts.get("alarms", ()))


def a_vjournal(**parts: Unpack[Parts]) -> str:
    """A VJOURNAL of one day."""
    lines = _common(parts, summary="Journal d'accueil", start=date(2026, 3, 3))
    return a_component("VJOURNAL", lines, *parts.get("alarms", ()))


def a_valarm(trigger: str = "-PT15M", *, action: str = "DISPLAY", extra: Sequence[str] = ()) -> str:
    """A VALARM a quarter of an hour before."""
    return a_component(
        "VALARM", [f"ACTION:{action}", f"TRIGGER:{trigger}", "DESCRIPTION:Rappel", *extra]
    )


def a_component(name: str, lines: Iterable[str], *inner: str) -> str:
    """Any component from whole content lines, folded here, and from inner components."""
    own = "".join(f"{_folded(line)}\r\n" for line in lines)
    return f"BEGIN:{name}\r\n{own}{''.join(inner)}END:{name}\r\n"


def _common(parts: Parts, *, summary: str, start: Moment | None) -> list[str]:
    lines = [f"UID:{parts.get('uid', UID)}", *_dated("DTSTAMP", parts.get("stamp", STAMP))]
    lines += _dated("DTSTART", parts.get("start", start))
    lines += _dated("RECURRENCE-ID", parts.get("recurrence_id"))
    if duration := parts.get("duration"):
        lines.append(f"DURATION:{_lasting(duration)}")
    lines += _worded("RRULE", parts.get("rrule"))
    for name, moments in (("RDATE", parts.get("rdates")), ("EXDATE", parts.get("exdates"))):
        for moment in moments or ():
            lines += _dated(name, moment)
    lines += _written("SUMMARY", parts.get("summary", summary))
    lines += _written("DESCRIPTION", parts.get("description"))
    lines += _written("LOCATION", parts.get("location"))
    lines += _worded("STATUS", parts.get("status"))
    lines += _worded("CLASS", parts.get("visibility"))
    if "sequence" in parts:
        lines.append(f"SEQUENCE:{parts['sequence']}")
    if categories := parts.get("categories"):
        lines.append(f"CATEGORIES:{','.join(map(_escaped, categories))}")
    return [*lines, *_people(parts), *parts.get("extra", ())]


def _people(parts: Parts) -> list[str]:
    lines = _worded("ORGANIZER", _mailto(parts.get("organizer", "")))
    attendees = parts.get("attendees", ())
    if not isinstance(attendees, Mapping):
        attendees = dict.fromkeys(attendees, "NEEDS-ACTION")
    for address, answer in attendees.items():
        rsvp = ";RSVP=TRUE" if answer == "NEEDS-ACTION" else ""
        lines.append(f"ATTENDEE;PARTSTAT={answer}{rsvp}:{_mailto(address)}")
    return lines


def _mailto(address: str) -> str:
    return address if ":" in address or not address else f"mailto:{address}"


def _dated(name: str, moment: Moment | None) -> list[str]:
    if moment is None:
        return []
    if isinstance(moment, str):
        return [f"{name}:{moment}"]
    if not isinstance(moment, datetime):
        return [f"{name};VALUE=DATE:{moment:%Y%m%d}"]
    wall_clock = f"{moment:%Y%m%dT%H%M%S}"
    if moment.tzinfo is None:
        return [f"{name}:{wall_clock}"]
    if isinstance(moment.tzinfo, ZoneInfo) and moment.tzinfo.key != "UTC":
        return [f"{name};TZID={moment.tzinfo.key}:{wall_clock}"]
    return [f"{name}:{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"]


def _lasting(duration: timedelta | str) -> str:
    if isinstance(duration, str):
        return duration
    days, seconds = divmod(int(duration.total_seconds()), 86_400)
    return f"P{days}DT{seconds}S" if seconds else f"P{days}D"


def _worded(name: str, value: str | None) -> list[str]:
    return [f"{name}:{value}"] if value else []


def _written(name: str, text: str | None) -> list[str]:
    return [] if text is None else [f"{name}:{_escaped(text)}"]


def _escaped(text: str) -> str:
    """RFC 5545 §3.3.11."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _folded(line: str) -> str:
    """Lines of 75 octets at most, cut between characters (RFC 5545 §3.1)."""
    folded, length = "", 0
    for character in line:
        size = len(character.encode())
        if length + size > 75:
            folded, length = f"{folded}\r\n ", 1
        folded, length = folded + character, length + size
    return folded


def _unfolded(text: str) -> str:
    return text.replace("\r\n ", "")


def _vtimezone(tzid: str) -> str:
    inner = []
    for observance in _ZONES[tzid]:
        kind, start, before, after, name, *rule = observance.split(" ")
        lines = [f"DTSTART:{start}", f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}"]
        lines += [f"TZNAME:{name}", *(f"RRULE:{text}" for text in rule)]
        inner.append(a_component(kind, lines))
    return a_component("VTIMEZONE", [f"TZID:{tzid}"], *inner)
