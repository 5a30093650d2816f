"""The seeded diary: a third recurring, mostly with alarms, French texts, two time zones.

Event number i of a seed is a pure function of both, so that every server is given the same octets.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

CRLF = "\r\n"
PRODID = "PRODID:-//caldav-bench//FR\r\n"
WEEK = ("20270208T000000Z", "20270215T000000Z")
MONTH = ("20270201T000000Z", "20270301T000000Z")

_TIME_ZONES = {
    "Pacific/Noumea": (
        "BEGIN:VTIMEZONE\r\nTZID:Pacific/Noumea\r\nX-LIC-LOCATION:Pacific/Noumea\r\n"
        "BEGIN:STANDARD\r\nTZOFFSETFROM:+1100\r\nTZOFFSETTO:+1100\r\nTZNAME:+11\r\n"
        "DTSTART:19700101T000000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    ),
    "Europe/Paris": (
        "BEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\nX-LIC-LOCATION:Europe/Paris\r\n"
        "BEGIN:DAYLIGHT\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\n"
        "DTSTART:19700329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n"
        "BEGIN:STANDARD\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\n"
        "DTSTART:19701025T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\n"
        "END:VTIMEZONE\r\n"
    ),
}
_SUBJECTS = (
    "Réunion d'équipe",
    "Comité de direction",
    "Point budget",
    "Entretien annuel",
    "Revue de projet",
    "Déjeuner client",
    "Formation sécurité",
    "Audience au tribunal administratif",
    "Visite de chantier",
    "Conseil municipal",
    "Astreinte réseau",
    "Congés",
    "Atelier d'urbanisme",
    "Commission des finances",
    "Point d'avancement hebdomadaire",
    "Rendez-vous notaire",
    "Garde d'enfants",
    "Contrôle technique",
)
_PLACES = (
    "Salle Kagou, 2ᵉ étage",
    "Salle Niaouli",
    "Mairie de Nouméa",
    "Bureau 214",
    "Visioconférence",
    "Centre culturel Tjibaou",
    "12 rue de la République, Nouméa",
    "Tour Montparnasse, Paris",
)
_NAMES = (
    "Léa Martin",
    "Hugo Bernard",
    "Chloé Dubois",
    "Louis Thomas",
    "Émilie Robert",
    "Jules Petit",
    "Inès Durand",
    "Noé Leroy",
    "Zoé Moreau",
    "Raphaël Simon",
    "Aïcha Laurent",
    "Théo Lefèvre",
    "Jeanne Wamytan",
    "Samuel Hnepeune",
    "Marie-Claude Tjibaou",
    "Nicolas Metzdorf",
)
_WORDS = (  # noqa: SIM905 - sentences
    "ordre du jour approbation du compte rendu précédent point sur les marchés publics en cours "
    "préparation du rapport trimestriel validation des congés échange avec les services techniques "
    "calendrier des livraisons arbitrage budgétaire suivi des actions décidées questions diverses "
    "merci d'apporter les pièces justificatives et de confirmer votre présence avant vendredi midi"
).split()
_EPOCH = datetime(2027, 2, 8)  # noqa: DTZ001 - the Monday that the queries ask for, on the wall
_SPAN_DAYS = 3652
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Resource(NamedTuple):
    """One calendar object as it is put."""

    name: str
    body: bytes


class _Event(NamedTuple):
    """What the other draws depend on."""

    uid: str
    tzid: str
    start: datetime
    minutes: int
    all_day: bool


def event(seed: str, number: int, revision: int = 0) -> Resource:
    """Event number i of a seed; another revision has the same name and UID."""
    draw = Random(f"{seed}/{number}")
    one, recurs = _when(draw, seed, number)
    lines, subject = _what(draw, one, number, revision)
    override = ""
    if recurs:
        recurrence, override = _recurrence(draw, one, subject, revision)
        lines += recurrence
    lines += _people(draw, number)
    text = (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{PRODID}CALSCALE:GREGORIAN\r\n"
        f"{_TIME_ZONES[one.tzid]}{_component(lines, _alarm(draw))}{override}END:VCALENDAR\r\n"
    )
    return Resource(f"{one.uid.split('@')[0]}.ics", text.encode())


def _when(draw: Random, seed: str, number: int) -> tuple[_Event, bool]:
    tzid = "Pacific/Noumea" if draw.random() < 0.6 else "Europe/Paris"
    day = _EPOCH + timedelta(days=draw.randrange(_SPAN_DAYS) - 8 * 365)
    if day.weekday() >= 5 and draw.random() < 0.9:
        day -= timedelta(days=day.weekday() - 4)
    start = day + timedelta(minutes=15 * draw.randrange(7 * 4 + 2, 18 * 4))
    minutes = draw.choice((30, 30, 60, 60, 60, 90, 120, 180))
    uid = f"{draw.getrandbits(64):016x}-{number}@{seed}.bench.example"
    all_day = draw.random() < 0.06
    return _Event(uid, tzid, start, minutes, all_day), draw.random() < 0.35


def _what(draw: Random, one: _Event, number: int, revision: int) -> tuple[list[str], str]:
    lines = [
        f"UID:{one.uid}",
        f"DTSTAMP:20270101T{number % 24:02d}{number % 60:02d}00Z",
        f"CREATED:20260{1 + number % 9}10T080000Z",
        f"SEQUENCE:{revision}",
    ]
    if one.all_day:
        end = one.start + timedelta(days=draw.choice((1, 1, 2, 5)))
        lines += [f"DTSTART;VALUE=DATE:{one.start:%Y%m%d}", f"DTEND;VALUE=DATE:{end:%Y%m%d}"]
        lines.append("TRANSP:TRANSPARENT")
    else:
        end = one.start + timedelta(minutes=one.minutes)
        lines += [_timed("DTSTART", one.tzid, one.start), _timed("DTEND", one.tzid, end)]
    service = draw.choice(_SUBJECTS), draw.choice(("", "", "DSI", "RH", "DAF", "province Sud"))
    subject = " ".join(service).strip()
    if revision:
        subject += f" (modifié {revision})"
    lines.append(f"SUMMARY:{subject}")
    lines.append(f"LOCATION:{draw.choice(_PLACES)}".replace(",", "\\,"))
    lines.append(
        "DESCRIPTION:" + " ".join(draw.choice(_WORDS) for _ in range(draw.randrange(15, 90)))
    )
    kinds = ("Travail", "Direction", "Personnel", "Déplacement")
    lines.append(f"CATEGORIES:{draw.choice(kinds)}")
    return lines, subject


def _recurrence(draw: Random, one: _Event, subject: str, revision: int) -> tuple[list[str], str]:
    rule, step = _rule(draw, one)
    lines = [f"RRULE:{rule}"]
    steady = step in (1, 7, 14)
    if draw.random() < 0.12 and steady:
        out = one.start + timedelta(days=2 * step)
        lines.append(
            f"EXDATE;VALUE=DATE:{out:%Y%m%d}" if one.all_day else _timed("EXDATE", one.tzid, out)
        )
    if draw.random() < 0.08 and steady and not one.all_day:
        first = one.start + timedelta(days=step)
        return lines, _override(one, first, subject, revision)
    return lines, ""


def _rule(draw: Random, one: _Event) -> tuple[str, int]:
    """A rule, and the days from one instance to the next."""
    weekday = _DAYS[one.start.weekday()]
    kind = draw.random()
    if kind < 0.60:
        rule, step = f"FREQ=WEEKLY;BYDAY={weekday}", 7
    elif kind < 0.70:
        rule, step = f"FREQ=WEEKLY;INTERVAL=2;BYDAY={weekday}", 14
    elif kind < 0.82:
        rule, step = "FREQ=DAILY", 1
    elif kind < 0.95:
        which = (one.start.day - 1) // 7 + 1 if one.start.day < 29 else -1
        rule, step = f"FREQ=MONTHLY;BYDAY={which}{weekday}", 28
    else:
        rule, step = "FREQ=YEARLY", 365
    end = draw.random()
    if end < 0.45:
        rule += f";COUNT={draw.randrange(4, 26)}"
    elif end < 0.97 or step == 1:
        until = one.start + timedelta(days=draw.randrange(30, 60 if step == 1 else 300))
        rule += f";UNTIL={until:%Y%m%d}" + ("" if one.all_day else "T235900Z")
    return rule, step


def _override(one: _Event, first: datetime, subject: str, revision: int) -> str:
    moved = first + timedelta(hours=1)
    return _component(
        [
            f"UID:{one.uid}",
            "DTSTAMP:20270101T090000Z",
            _timed("RECURRENCE-ID", one.tzid, first),
            _timed("DTSTART", one.tzid, moved),
            _timed("DTEND", one.tzid, moved + timedelta(minutes=one.minutes)),
            f"SUMMARY:{subject} (déplacé)",
            f"SEQUENCE:{revision}",
        ]
    )


def _people(draw: Random, number: int) -> list[str]:
    """A third has attendees; SCHEDULE-AGENT=CLIENT, so that no server starts a delivery."""
    if draw.random() >= 1 / 3:
        return []
    people = draw.sample(_NAMES, min(len(_NAMES), draw.randrange(3, 13)))
    lines = [
        f"ORGANIZER;CN={people[0]};SCHEDULE-AGENT=CLIENT:mailto:{number % 97}.0@partenaire.example"
    ]
    for place, person in enumerate(people):
        answers = ("NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE")
        answer = "ACCEPTED" if place == 0 else draw.choice(answers)
        lines.append(
            f"ATTENDEE;CN={person};CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={answer}"
            f";RSVP=TRUE;SCHEDULE-AGENT=CLIENT:mailto:{number % 97}.{place}@partenaire.example"
        )
    return lines


def _alarm(draw: Random) -> str:
    if draw.random() >= 0.7:
        return ""
    minutes = draw.choice((5, 10, 15, 30, 60))
    return (
        "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Rappel\r\n"
        f"TRIGGER:-PT{minutes}M\r\nEND:VALARM\r\n"
    )


def _timed(name: str, tzid: str, when: datetime) -> str:
    return f"{name};TZID={tzid}:{when:%Y%m%dT%H%M%S}"


def _component(lines: list[str], inner: str = "") -> str:
    return f"BEGIN:VEVENT\r\n{''.join(map(_fold, lines))}{inner}END:VEVENT\r\n"


def _fold(line: str) -> str:
    """75 octets a line (RFC 5545 §3.1)."""
    octets = line.encode()
    pieces: list[str] = []
    limit = 75
    while len(octets) > limit or not pieces:
        cut = min(limit, len(octets))
        while cut < len(octets) and octets[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(octets[:cut].decode())
        octets = octets[cut:]
        limit = 74
    if octets:
        pieces.append(octets.decode())
    return f"{CRLF} ".join(pieces) + CRLF
