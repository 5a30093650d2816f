"""The shape of invitations, read back from a real SMTP session, by what each program wants."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import pytest
from icalendar import Calendar

from calendars.kernel.clock import FixedClock
from calendars.kernel.database import Database
from calendars.model.principal import Principal
from notifications.compose import Composers
from notifications.delivery import PostOffice, deliver_due
from tests.builders import NOUMEA, START
from tests.notifications.test_mail_leaves import JUDGE, House, relay
from tests.stores import a_person

SERVICE = "agenda@dpass.example.org"
ONE_ENGINE = pytest.mark.parametrize("engine", ["sqlite"])
PDF = b"%PDF-1.7 letter"


@pytest.fixture
def anne(database: Database) -> Principal:
    with database.transaction() as db:
        return a_person(db, "anne")


@dataclass
class Invitation:
    """A mail as the relay got it, and its calendar."""

    mail: EmailMessage

    @property
    def calendar_part(self) -> EmailMessage:
        [part] = [one for one in self.mail.walk() if one.get_content_type() == "text/calendar"]
        assert isinstance(part, EmailMessage)
        return part

    @property
    def octets(self) -> bytes:
        payload = self.calendar_part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        return payload

    @property
    def text(self) -> str:
        return self.octets.decode().replace("\r\n ", "")

    @property
    def sender(self) -> str:
        found: str = self.mail["From"].addresses[0].addr_spec
        return found

    @property
    def tree(self) -> list[str]:
        return [one.get_content_type() for one in self.mail.walk()]

    @property
    def attached(self) -> bytes:
        """The calendar as a file."""
        [part] = [one for one in self.mail.iter_attachments() if "ics" in one.get_content_type()]
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        return payload


@contextmanager
def sent(
    database: Database, anne: Principal, *, real: bool = False
) -> Iterator[Callable[..., Invitation]]:
    """Invite by a relay, and look at what it took."""
    with relay() as (handler, smtp):
        house = House(database, anne, smtp)

        def invited(*, cancel: bool = False, **parts: object) -> Invitation:
            house.now += 600
            house.cancel() if cancel else house.invite(**parts)
            house.now += 60
            office = PostOffice(
                database, FixedClock(datetime.fromtimestamp(house.now, UTC)), smtp,
                Composers(NOUMEA, "DPASS"), SERVICE, NOUMEA,
            )  # fmt: skip
            assert deliver_due(replace(office, organizer_is_real=real)) == 1
            return Invitation(handler.taken[-1].mail)

        yield invited


TREE = [
    "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar",
    "application/ics",
]  # fmt: skip


def _once(name: str) -> Callable[[Invitation], bool]:
    return lambda one: len(re.findall(rf"^{name}[;:]", one.text, re.MULTILINE)) == 1


# What must hold, and who says so.
RULES: dict[str, tuple[str, Callable[[Invitation], bool]]] = {
    "tree": (
        "Outlook: the calendar in the first child of multipart/mixed; Gmail, webmail: the file",
        lambda one: one.tree == TREE,
    ),
    "plain first, calendar last": (
        "RFC 2046 §5.1.4: the richest last; nextcloud/server#12885: Outlook 2010 wants it inside",
        lambda one: one.tree[2:5] == ["text/plain", "text/html", "text/calendar"],
    ),
    "method of the type": (
        "RFC 6047 §2.4; Exchange refuses a mismatch",
        lambda one: (
            one.calendar_part.get_param("method") == "REQUEST"
            and one.calendar_part.get_content_charset() == "utf-8"
            and "\r\nMETHOD:REQUEST\r\n" in one.text
        ),
    ),
    "same file": (
        "RFC 6047 §2.4; a reader that takes both must find one thing",
        lambda one: one.attached == one.octets,
    ),
    "seven bits": (
        "RFC 5322 §2.3 and relays that change eight bits",
        lambda one: one.mail.as_bytes().isascii(),
    ),
    "lines": (
        "RFC 5545 §3.1: CRLF, 75 octets, cut between characters; Outlook wants no BOM",
        lambda one: (
            one.octets.startswith(b"BEGIN:VCALENDAR\r\n")
            and b"\n" not in one.octets.replace(b"\r\n", b"")
            and all(len(line) <= 75 and line.decode() for line in one.octets.split(b"\r\n")[:-1])
        ),
    ),
    "organizer is From": (
        "Outlook shows no buttons where ORGANIZER is another than From",
        lambda one: (
            f":mailto:{one.sender}\r\n" in one.text
            and f"ORGANIZER;CN=Anne:mailto:{one.sender}" in one.text
        ),
    ),
    "asked": (
        "nextcloud/server#21189: no buttons without RSVP=TRUE; Apple Mail: the reader is ATTENDEE",
        lambda one: (
            re.search(rf"ATTENDEE;[^\r]*RSVP=TRUE[^\r]*:mailto:{JUDGE}", one.text) is not None
        ),
    ),
    "one meeting": (
        "RFC 5546 §3.2.2: one UID; Outlook opens the first alone",
        lambda one: one.text.count("BEGIN:VEVENT") == 1 and _once("UID")(one),
    ),
    "ranks": (
        "MS-OXCICAL §2.1.3.1.1.20: Exchange ranks its own sequence first",
        lambda one: _once("SEQUENCE")(one) and _once("X-MICROSOFT-CDO-APPT-SEQUENCE")(one),
    ),
    "zone": (
        "TIM-2; Outlook squeezes a zone into one yearly rule",
        lambda one: (
            one.text.count("BEGIN:STANDARD") == 1
            and "DTSTART:19700101T000000\r\nTZOFFSETFROM:+1100\r\nTZOFFSETTO:+1100\r\n" in one.text
            and "RDATE" not in one.text
        ),
    ),
    "no alarms": (
        "Outlook refuses ACTION:EMAIL; alarms are everybody's own",
        lambda one: "VALARM" not in one.text,
    ),
    "nobody answers by itself": (
        "RFC 3834 §5",
        lambda one: one.mail["Auto-Submitted"] == "auto-generated",
    ),
    "one reader": (
        "SEC-6",
        lambda one: (
            len(one.mail["To"].addresses) == 1 and not one.mail["Cc"] and not one.mail["Bcc"]
        ),
    ),
}


@ONE_ENGINE
@pytest.mark.rfc("6047 §2.4")
def test_an_invitation_keeps_every_rule(database: Database, anne: Principal) -> None:
    alarm = "BEGIN:VALARM\r\nACTION:EMAIL\r\nTRIGGER:-PT1H\r\nEND:VALARM\r\n"
    with sent(database, anne) as invited:
        one = invited(
            summary="Réunion d’équipe " + "é" * 90, location="Salle à côté", alarms=[alarm]
        )

    broken = [f"{name}: {source}" for name, (source, holds) in RULES.items() if not holds(one)]
    assert broken == []
    parsed = Calendar.from_ical(one.octets)
    [event] = parsed.walk("VEVENT")
    assert event.decoded("DTSTART") == START
    assert event["SUMMARY"] == "Réunion d’équipe " + "é" * 90


@ONE_ENGINE
@pytest.mark.rfc("6047 §2.4")
def test_update_and_cancellation_replace_it(database: Database, anne: Principal) -> None:
    with sent(database, anne) as invited:
        first = invited()
        moved = invited(start=START + timedelta(days=1), sequence=1)
        gone = invited(cancel=True)

    for one, method in ((moved, "REQUEST"), (gone, "CANCEL")):
        assert one.tree == TREE
        assert one.calendar_part.get_param("method") == method
        assert one.sender == first.sender
        assert one.attached == one.octets
    events = [Calendar.from_ical(one.octets).walk("VEVENT")[0] for one in (first, moved, gone)]
    assert len({str(event["UID"]) for event in events}) == 1
    sequences = [int(str(event["SEQUENCE"])) for event in events]
    assert sequences == sorted(set(sequences))
    assert [int(str(event["X-MICROSOFT-CDO-APPT-SEQUENCE"])) for event in events] == sequences
    stamps = [event.decoded("DTSTAMP") for event in events]
    assert stamps == sorted(set(stamps))
    assert events[2]["STATUS"] == "CANCELLED"


@ONE_ENGINE
def test_days_are_told_as_outlook_reads_them(database: Database, anne: Principal) -> None:
    with sent(database, anne) as invited:
        one = invited(start=date(2026, 4, 6), end=date(2026, 4, 11), duration=None)

    assert "DTSTART;VALUE=DATE:20260406" in one.text
    assert "DTEND;VALUE=DATE:20260411" in one.text
    assert "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE" in one.text
    body = one.mail.get_body(("plain",))
    assert body is not None
    assert "du lundi 6 au vendredi 10 avril 2026" in body.get_content()


@ONE_ENGINE
def test_the_organizers_own_address_by_setting(database: Database, anne: Principal) -> None:
    """From and ORGANIZER are hers, Sender is the service, words that are answered come to us."""
    with sent(database, anne, real=True) as invited:
        one = invited()

    assert one.sender == "anne@example.org"
    assert one.mail["From"].addresses[0].display_name == "Anne (DPASS)"
    assert "ORGANIZER;CN=Anne:mailto:anne@example.org" in one.text
    assert one.mail["Sender"].address.addr_spec == SERVICE
    assert one.mail["Reply-To"].addresses[0].addr_spec.startswith("agenda+")


@ONE_ENGINE
@pytest.mark.rule("SEC-6")
@pytest.mark.parametrize(("visibility", "kept"), [("PUBLIC", 1), ("CONFIDENTIAL", 0)])
def test_a_file_in_the_calendar_goes_beside_it_and_a_confidential_one_not_at_all(
    database: Database, anne: Principal, visibility: str, kept: int
) -> None:
    inline = base64.b64encode(PDF).decode()
    line = (
        f"ATTACH;VALUE=BINARY;ENCODING=BASE64;FMTTYPE=application/pdf;FILENAME=lettre.pdf:{inline}"
    )
    with sent(database, anne) as invited:
        one = invited(visibility=visibility, extra=[line])

    assert "ATTACH" not in one.text
    assert one.tree == TREE + ["application/pdf"] * kept
    papers = [part for part in one.mail.iter_attachments() if part.get_filename() == "lettre.pdf"]
    assert [part.get_payload(decode=True) for part in papers] == [PDF] * kept
