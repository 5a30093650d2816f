"""Answers come back by mail, whatever shape they have, and only from whom they may (RFC 6047)."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import pytest

from calendars.kernel.database import Database
from calendars.model.principal import Principal
from calendars.storage import calendar_objects
from notifications.channels.folder import Folder
from notifications.mailbox import decisions
from notifications.mailbox.outcome import Decision
from notifications.mailbox.room import Mailroom
from notifications.mailbox.take_in import take_in
from tests.builders import STAMP, UID
from tests.notifications.test_mail_leaves import (
    DISPATCH,
    JUDGE,
    House,
    mails,
)
from tests.stores import a_person, agenda_of


@pytest.fixture
def anne(database: Database) -> Principal:
    with database.transaction() as db:
        return a_person(db, "anne")


@pytest.fixture
def house(database: Database, anne: Principal, tmp_path: Path) -> House:
    """A meeting to which a judge was invited by mail."""
    house = House(database, anne, Folder(tmp_path / "mail"))
    house.invite()
    house.deliver()
    return house


def address(tmp_path: Path) -> str:
    """To where the judge's program sends the answer."""
    [mail] = mails(tmp_path / "mail")
    found: str = mail["From"].addresses[0].addr_spec
    return found


def reply(
    partstat: str = "ACCEPTED", *, organizer: str = "", attendee: str = JUDGE, extra: str = ""
) -> str:
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:Microsoft Exchange Server 2010", "METHOD:REPLY",
        "BEGIN:VEVENT", f"UID:{UID}", f"ATTENDEE;PARTSTAT={partstat}:MAILTO:{attendee}",
        f"SUMMARY;LANGUAGE=fr-FR:Accepté : Réunion{extra}", "SEQUENCE:0",
        f"DTSTAMP:{STAMP.replace(year=2027):%Y%m%dT%H%M%SZ}", "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    if organizer:
        lines.insert(6, f"ORGANIZER:mailto:{organizer}")
    return "\r\n".join(lines)


def mail(to: str, calendar: str, *, sender: str = JUDGE, nested: bool = True) -> bytes:
    """As Exchange sends it: the calendar last, in base64; or alone at the top."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, "Accepté"
    if nested:
        message.set_content("")
        message.add_alternative(
            calendar.encode(), maintype="text", subtype="calendar", cte="base64",
            params={"method": "REPLY", "charset": "utf-8"},
        )  # fmt: skip
    else:
        message.set_content(
            calendar.encode(), maintype="text", subtype="calendar", cte="base64",
            params={"method": "REPLY", "charset": "utf-8"},
        )  # fmt: skip
    return message.as_bytes()


def take(house: House, tmp_path: Path, octets: bytes) -> Decision:
    room = Mailroom(house.database, DISPATCH, "agenda@dpass.example.org")
    return take_in(room, octets, now=house.now).decision


def answer_of(house: House) -> str:
    with house.database.reading() as db:
        stored = calendar_objects.find(db, agenda_of(db, house.anne).id, "m.ics")
    assert stored is not None
    text = stored.data.decode().replace("\r\n ", "")
    found = re.search(rf"ATTENDEE[^\r\n]*PARTSTAT=([A-Z-]+)[^\r\n]*:mailto:{JUDGE}", text)
    assert found is not None
    return found[1]


@pytest.mark.rfc("6047 §2")
@pytest.mark.parametrize("nested", [True, False], ids=["alternative", "top level"])
@pytest.mark.parametrize("named", [True, False], ids=["organizer named", "as Exchange"])
def test_an_answer_reaches_the_diary(
    house: House, tmp_path: Path, nested: bool, named: bool
) -> None:
    to = address(tmp_path)
    calendar = reply(organizer=to if named else "")

    assert take(house, tmp_path, mail(to, calendar, nested=nested)) is Decision.APPLIED

    assert answer_of(house) == "ACCEPTED"


def test_an_answer_that_comes_twice_counts_once(house: House, tmp_path: Path) -> None:
    octets = mail(address(tmp_path), reply("DECLINED"))

    assert take(house, tmp_path, octets) is Decision.APPLIED
    assert take(house, tmp_path, octets) is Decision.APPLIED

    assert answer_of(house) == "DECLINED"


def test_who_answers_from_another_address_of_his_is_who_was_invited(
    house: House, tmp_path: Path
) -> None:
    other = "juge.perso@example.net"
    octets = mail(address(tmp_path), reply(attendee=other), sender=other)

    assert take(house, tmp_path, octets) is Decision.APPLIED

    assert answer_of(house) == "ACCEPTED"


@pytest.mark.parametrize(
    "to",
    ["agenda@dpass.example.org", "agenda+aaaaaaaaaaaaaaaaaaaaaaaaaa@dpass.example.org"],
    ids=["no mark", "guessed mark"],
)
def test_without_our_mark_nothing_changes_and_nothing_is_lost(
    house: House, tmp_path: Path, to: str
) -> None:
    octets = mail(to, reply())

    assert take(house, tmp_path, octets) is Decision.QUARANTINED

    assert answer_of(house) == "NEEDS-ACTION"
    with house.database.reading() as db:
        [logged] = decisions.list_of(db, None, limit=10)
        assert decisions.get_kept(db, logged.id).octets == octets


@pytest.mark.parametrize(
    ("octets", "decision"),
    [
        (b"", "quarantined"),
        (b"From: a@b.example\r\nSubject: bonjour\r\n\r\nRappelez-moi.", "quarantined"),
        (b"Content-Type: text/calendar; charset=no\r\n\r\nBEGIN:VCALENDAR", "quarantined"),
        (b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n\r\nx\r\n--x--", "bounced"),
        (b"\xff\xfe\x00From: \x80", "quarantined"),
    ],
    ids=["empty", "words", "odd charset", "bounce", "octets"],
)
def test_what_is_no_answer_changes_nothing(
    house: House, tmp_path: Path, octets: bytes, decision: str
) -> None:
    assert take(house, tmp_path, octets) == decision
    assert answer_of(house) == "NEEDS-ACTION"


def test_nobody_cancels_by_answering(house: House, tmp_path: Path) -> None:
    calendar = reply().replace("METHOD:REPLY", "METHOD:CANCEL")

    assert take(house, tmp_path, mail(address(tmp_path), calendar)) is Decision.QUARANTINED

    assert answer_of(house) == "NEEDS-ACTION"


def test_two_processes_that_get_the_same_mail_decide_on_it_once(
    house: House, tmp_path: Path
) -> None:
    octets = mail(address(tmp_path), reply("DECLINED"))

    with ThreadPoolExecutor(4) as pool:
        decided = list(pool.map(lambda _: take(house, tmp_path, octets), range(4)))

    assert decided == [Decision.APPLIED] * 4
    with house.database.reading() as db:
        assert len(decisions.list_of(db, None, limit=10)) == 1
