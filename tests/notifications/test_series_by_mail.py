"""Series by mail: whole where Outlook can hold them, else date by date, and answered so."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from calendars.kernel.database import Database
from calendars.model.calendar_object import CalendarObject
from calendars.model.principal import Principal
from calendars.services.put_object import PutObject, put_object
from calendars.storage import calendar_objects
from notifications.channels.folder import Folder
from notifications.imip import transport
from notifications.mailbox.take_in import take_in
from tests.builders import NOUMEA, STAMP, START, UID, a_series, a_vevent
from tests.mailing import a_mail, a_mailroom
from tests.notifications.test_mail_leaves import (
    DISPATCH,
    JUDGE,
    House,
    calendar_in,
    mails,
    text_of,
)
from tests.stores import a_person, agenda_of, object_path

UNFIT = "FREQ=MONTHLY;BYMONTHDAY=3,17;COUNT=6"
NBSP = "\u00a0"


@pytest.fixture
def anne(database: Database) -> Principal:
    with database.transaction() as db:
        return a_person(db, "anne")


@pytest.fixture
def house(database: Database, anne: Principal, tmp_path: Path) -> House:
    return House(database, anne, Folder(tmp_path / "mail"))


class Sent:
    """What left since it was asked last, as method and lines."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house, self.folder, self.seen = house, folder, 0

    def fresh(self) -> list[EmailMessage]:
        self.house.deliver()
        found = [
            one
            for one in mails(self.folder)
            if any(part.get_content_type() == "text/calendar" for part in one.walk())
        ]
        fresh, self.seen = found[self.seen :], len(found)
        return fresh

    def told(self) -> list[tuple[str, str, str]]:
        """Method, start, and what tells it apart: UID and RECURRENCE-ID behind the series'."""
        found = []
        for mail in self.fresh():
            method, text = calendar_in(mail)
            _, text = text.split("BEGIN:VEVENT")
            start = re.search(r"DTSTART[^:]*:(\S+)", text)
            named = re.search(r"RECURRENCE-ID[^:]*:(\S+)", text)
            uid = re.search(r"UID:(\S+)", text)
            assert start is not None
            assert uid is not None
            which = named[1] if named else uid[1].removeprefix(UID)
            found.append((method, start[1], which))
        return sorted(found)


@pytest.fixture
def sent(house: House, tmp_path: Path) -> Sent:
    return Sent(house, tmp_path / "mail")


def store(house: House, *overrides: str, **parts: object) -> None:
    text = a_series(*overrides, organizer="anne@example.org", attendees=[JUDGE], **parts)  # type: ignore[arg-type]
    body = text.encode()
    put = PutObject(object_path(house.anne, "m.ics"), CalendarObject.parse(body), body)
    with house.database.transaction() as db:
        put_object(db, house.anne, put, dispatch=DISPATCH, now=house.now)


def an_override(at: datetime, start: datetime) -> str:
    return a_vevent(
        recurrence_id=at, start=start, sequence=1, organizer="anne@example.org", attendees=[JUDGE]
    )


WEEK = timedelta(days=7)


def test_a_series_and_its_exceptions_go_apart(house: House, sent: Sent) -> None:
    """Outlook refuses a message with both."""
    store(house, an_override(START + WEEK, start=START + WEEK + timedelta(hours=2)))

    series, moved = sent.fresh()

    assert "RRULE" in calendar_in(series)[1]
    assert "RRULE" not in calendar_in(moved)[1]
    assert "RECURRENCE-ID" in calendar_in(moved)[1]
    assert "se répète" in text_of(series)
    said = text_of(moved).replace(NBSP, " ")
    assert (
        "prévue le mardi 10 mars 2026 à 14 h 30 est reportée au mardi 10 mars 2026 à 16 h" in said
    )
    assert "C’est une date d’une série" in text_of(moved)


@pytest.mark.rule("MTG-4")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_series_that_changes_says_again_what_programs_drop_and_no_more(
    house: House, sent: Sent
) -> None:
    """Its exceptions go with a new version; the agenda of a date is no reason for a mail."""
    moved = an_override(START + WEEK, start=START + WEEK + timedelta(hours=2))
    worded = a_vevent(
        recurrence_id=START + 2 * WEEK, start=START + 2 * WEEK, description="1. Budget",
        organizer="anne@example.org", attendees=[JUDGE],
    )  # fmt: skip
    store(house, moved, worded, rrule="FREQ=WEEKLY;COUNT=6")
    assert len(sent.fresh()) == 3

    store(house, moved, worded, rrule="FREQ=WEEKLY;COUNT=4")
    assert [which for _, _, which in sent.told()] == ["", "20260310T143000"]

    # What he knew otherwise is said, even where it is as the series has it now.
    back = an_override(START + WEEK, start=START + WEEK)
    store(house, back, worded, rrule="FREQ=WEEKLY;COUNT=3", location="Salle A")
    assert [which for _, _, which in sent.told()][:2] == ["", "20260310T143000"]


def test_what_outlook_cannot_hold_goes_date_by_date(house: House, sent: Sent) -> None:
    store(house, rrule=UNFIT)
    first = sent.fresh()

    assert len(first) == 6
    calendars = [calendar_in(mail)[1] for mail in first]
    assert not any("RRULE" in text or "RECURRENCE-ID" in text for text in calendars)
    assert not any("X-NIAOULI" in text for text in calendars)
    assert len({re.search(r"UID:(\S+)", text)[1] for text in calendars}) == 6  # type: ignore[index]
    assert len({mail["From"] for mail in first}) == 1
    assert "chaque date vous est envoyée à part, jusqu’au dimanche 17 mai 2026" in text_of(first[0])


def test_an_update_replaces_just_what_it_changes(house: House, sent: Sent) -> None:
    store(house, rrule=UNFIT)
    began = {which: start for _, start, which in sent.told()}
    assert set(began.values()) == {f"2026{m:02}{d:02}T143000" for m in (3, 4, 5) for d in (3, 17)}

    # One date is moved: that one alone is told, under the name that it had.
    at = datetime(2026, 4, 17, 14, 30, tzinfo=NOUMEA)
    store(house, an_override(at, start=at + timedelta(hours=1)), rrule=UNFIT)
    [(method, start, which)] = sent.told()
    assert (method, start) == ("REQUEST", "20260417T153000")
    assert began[which] == "20260417T143000"

    # The series ends sooner: what was told of the rest is taken back.
    store(house, rrule="FREQ=MONTHLY;BYMONTHDAY=3,17;COUNT=2", sequence=2)
    gone = sent.told()
    assert {method for method, _, _ in gone} == {"CANCEL"}
    assert len(gone) == 4

    house.cancel()
    assert [(method, began[which]) for method, _, which in sent.told()] == [
        ("CANCEL", "20260303T143000"), ("CANCEL", "20260317T143000"),
    ]  # fmt: skip


def test_who_had_the_series_is_rid_of_it_before_he_gets_its_dates(house: House, sent: Sent) -> None:
    store(house, rrule="FREQ=MONTHLY;BYMONTHDAY=3")
    assert [(method, which) for method, _, which in sent.told()] == [("REQUEST", "")]

    store(house, rrule=UNFIT, sequence=1)
    told = sent.told()
    assert [one for one in told if one[0] == "CANCEL"] == [("CANCEL", "20260303T143000", "")]
    assert len(told) == 7

    store(house, rrule="FREQ=MONTHLY;BYMONTHDAY=3", sequence=2)
    told = sent.told()
    assert sum(method == "CANCEL" for method, _, _ in told) == 6
    assert [which for method, _, which in told if method == "REQUEST"] == [""]


def test_what_was_not_sent_yet_is_neither_sent_nor_cancelled(house: House, sent: Sent) -> None:
    store(house, rrule=UNFIT)
    at = datetime(2026, 4, 17, 14, 30, tzinfo=NOUMEA)
    store(house, rrule=UNFIT, exdates=[at])
    assert "20260417T143000" not in {start for _, start, _ in sent.told()}

    store(house, rrule=UNFIT, summary="Autre", exdates=[at])
    house.cancel()
    assert {method for method, _, _ in sent.told()} == {"CANCEL"}


def test_no_more_than_so_many_and_none_of_the_past(house: House, sent: Sent) -> None:
    house.now += 60 * 86_400
    store(house, rrule="FREQ=MONTHLY;BYMONTHDAY=3,17")
    starts = [start for _, start, _ in sent.told()]
    assert len(starts) == 30
    assert min(starts) == "20260503T143000"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_many_people_get_fewer_dates_each(
    house: House, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MOST_MAILS", 60)
    people = [f"membre{number}@partenaire.example" for number in range(10)]
    body = a_series(organizer="anne@example.org", attendees=people, rrule=UNFIT).encode()
    put = PutObject(object_path(house.anne, "m.ics"), CalendarObject.parse(body), body)
    with house.database.transaction() as db:
        put_object(db, house.anne, put, dispatch=DISPATCH, now=house.now)

    assert Counter(mail["To"] for mail in sent.fresh()) == dict.fromkeys(people, 6)


@pytest.mark.rfc("6047 §2")
@pytest.mark.parametrize("marked", [True, False], ids=["to our mark", "by UID and sender"])
def test_an_answer_to_one_date_is_that_of_the_occurrence(
    house: House, sent: Sent, marked: bool
) -> None:
    store(house, rrule=UNFIT)
    [mail] = [one for one in sent.fresh() if "20260417T143000" in calendar_in(one)[1]]
    uid = re.search(r"UID:(\S+)", calendar_in(mail)[1])
    assert uid is not None
    calendar = "\r\n".join([
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "METHOD:REPLY", "BEGIN:VEVENT",
        f"UID:{uid[1]}", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{JUDGE}", "SEQUENCE:0",
        f"DTSTAMP:{STAMP.replace(year=2027):%Y%m%dT%H%M%SZ}", "END:VEVENT", "END:VCALENDAR", "",
    ])  # fmt: skip
    to = mail["From"].addresses[0].addr_spec if marked else "agenda@dpass.example.org"
    octets = a_mail(calendar, sender=JUDGE, to=to, method="REPLY")

    take_in(a_mailroom(house.database, believes_from=True), octets, now=house.now)

    with house.database.reading() as db:
        stored = calendar_objects.find(db, agenda_of(db, house.anne).id, "m.ics")
    assert stored is not None
    _, master, override = stored.data.decode().replace("\r\n ", "").split("BEGIN:VEVENT")
    assert "PARTSTAT=DECLINED" in override
    assert "RECURRENCE-ID;TZID=Pacific/Noumea:20260417T143000" in override
    assert "DECLINED" not in master
    assert sent.told() == []
