"""Messages of partners and their effect on the diaries of the directorate (acceptance 4)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.utils import parseaddr
from pathlib import Path

import pytest

from calendars.itip.incoming import WrongSender, incoming
from calendars.itip.message import ItipMessage, ItipMethod, ScheduleStatus
from calendars.kernel.database import Database, Db
from calendars.model.calendar_user_address import mailto
from calendars.model.component import parse
from calendars.services.receive_itip import receive
from calendars.storage import calendar_objects, principals
from scheduler.demonstration.directorate import Directorate
from scheduler.demonstration.load import load

# What a message does to a text is the same on both engines, and the directorate takes a while.
pytestmark = pytest.mark.parametrize("engine", ["sqlite"])

MAILS = Path(__file__).parents[1] / "data" / "dpass" / "imip"
NOW = int(time.time())
CONVENTION = "20260908-ext-0001@partenaires.example.org"
OPTION = "option-vr-2@dpass.example.org"


@pytest.fixture(scope="module")
def directorate() -> Directorate:
    return Directorate()


@pytest.fixture
def house(database: Database, directorate: Directorate) -> Iterator[Db]:
    load(database, directorate, timezone_id="Pacific/Noumea", now=NOW, watch=lambda *_: None)
    with database.transaction() as db:
        yield db


def read(name: str) -> ItipMessage:
    """The message of a mail, as if it came from whom the mail says."""
    [path] = MAILS.glob(f"{name}-*.eml")
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    [part] = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    sender, recipient = parseaddr(mail["From"])[1], parseaddr(mail["To"])[1]
    text = part.get_content()
    return incoming(parse(text), sender=mailto(sender), recipient=mailto(recipient))


def take_in(db: Db, name: str) -> ScheduleStatus:
    message = read(name)
    recipient = principals.find_by_address(db, message.recipient)
    assert recipient is not None
    return receive(db, recipient, recipient, message, now=NOW).status


def diary(db: Db, uid: str, login: str = "aurelien.cagou") -> str:
    """What stands in a person's diary under a UID, unfolded."""
    [held] = calendar_objects.list_of_person(db, principals.get(db, login).id, uid)
    return held.data.decode().replace("\r\n ", "").replace("\r\n", "\n")


@pytest.mark.rule("DIA-1")
def test_an_invitation_its_update_and_its_end(house: Db) -> None:
    assert take_in(house, "01") is ScheduleStatus.DELIVERED
    assert "DTSTART;TZID=Central Pacific Standard Time:20260908T090000" in diary(house, CONVENTION)
    assert "PARTSTAT=NEEDS-ACTION" in diary(house, CONVENTION)

    take_in(house, "02")
    assert ":20260909T140000" in diary(house, CONVENTION)

    take_in(house, "03")
    assert "STATUS:CANCELLED" in diary(house, CONVENTION)

    take_in(house, "04")  # an old update, late
    assert "STATUS:CANCELLED" in diary(house, CONVENTION)
    assert ":20260909T140000" in diary(house, CONVENTION)


def test_an_answer_is_taken_once_and_with_its_words(house: Db) -> None:
    assert take_in(house, "06") is ScheduleStatus.SUCCESS
    once = diary(house, OPTION)
    assert "PARTSTAT=DECLINED" in once
    assert "Indisponible\\, séminaire à Koné" in once

    take_in(house, "06")

    assert diary(house, OPTION) == once


def test_an_answer_for_one_occurrence_leaves_the_series(house: Db) -> None:
    take_in(house, "07")

    series = diary(house, "codir@dpass.example.org")

    [occurrence] = [
        part for part in series.split("BEGIN:VEVENT") if "RECURRENCE-ID" in part and "907T" in part
    ]
    assert "PARTSTAT=DECLINED" in occurrence
    assert "DTSTART;TZID=Pacific/Noumea:20260907T" in occurrence


def test_a_counter_proposal_changes_nothing_by_itself(house: Db) -> None:
    before = diary(house, OPTION)

    assert read("08").method is ItipMethod.COUNTER
    take_in(house, "08")

    assert "DTSTART;TZID=Pacific/Noumea:20260318T143000" in diary(house, OPTION)
    assert before.count("BEGIN:VEVENT") == diary(house, OPTION).count("BEGIN:VEVENT")


def test_nobody_answers_for_another(house: Db) -> None:
    with pytest.raises(WrongSender):
        read("09")


def test_who_was_not_invited_does_not_get_in_by_answering(house: Db) -> None:
    before = diary(house, OPTION)

    assert take_in(house, "10") is ScheduleStatus.REJECTED

    assert diary(house, OPTION) == before


def test_a_member_sends_somebody_instead(house: Db) -> None:
    uid = "seance-adoption-2026-04@dpass.example.org"
    take_in(house, "12")

    sitting = diary(house, uid, "hortense.niaouli")

    assert "PARTSTAT=DELEGATED" in sitting
    assert "nicole.agate@asso.example.org" in sitting
