"""Letters that features post: worded late, urgent ones first, withdrawn, dropped, with papers."""

from __future__ import annotations

import logging
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from calendars.kernel.database import Database
from notifications.channels.folder import Folder
from notifications.post import Paper, Urgency
from tests.post_room import a_post_room
from tests.stores import NOW


class House:
    """A post room without a relay: what leaves can be read."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.mail = folder / "mail"
        self.room = a_post_room(database, folder, Folder(self.mail))
        self.post, self.withdraw, self.database = self.room.post, self.room.withdraw, database
        self._read: list[Path] = []

    def deliver(self, *, after: int = 0) -> list[EmailMessage]:
        """What left, in the order in which it did."""
        self.room.deliver(after=after)
        there = sorted(self.mail.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        fresh = [path for path in there if path not in self._read]
        self._read += fresh
        found = [message_from_bytes(one.read_bytes(), policy=policy.default) for one in fresh]
        return [one for one in found if isinstance(one, EmailMessage)]


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return House(database, tmp_path)


def subjects(mails: list[EmailMessage]) -> list[str]:
    return [str(mail["Subject"]) for mail in mails]


@pytest.mark.rule("NOT-1")
def test_one_occasion_is_one_letter(house: House) -> None:
    assert house.post()
    assert not house.post()
    assert house.post(recipient="mailto:autre@example.net")

    assert len(house.deliver()) == 2
    assert not house.post()
    assert house.deliver() == []


@pytest.mark.rule("NOT-2")
def test_the_words_are_those_of_the_day_and_the_language(house: House) -> None:
    house.post("one", due_at=NOW + 60)
    house.post("two", due_at=NOW + 60, language="en")
    assert house.deliver() == []
    (house.room.own / "fr" / "test" / "subject.txt").write_text("Nouveau : {{ title }}")

    assert subjects(house.deliver(after=60)) == ["Nouveau\u00a0: one", "Reminder: two"]


def test_what_is_urgent_leaves_first(house: House) -> None:
    house.post("newsletter", urgency=Urgency.BULK, due_at=NOW - 90)
    house.post("plain", due_at=NOW - 30)
    house.post("urgent", urgency=Urgency.URGENT, due_at=NOW - 10)
    house.post("older", due_at=NOW - 60)

    assert [one.split()[-1] for one in subjects(house.deliver())] == [
        "urgent", "older", "plain", "newsletter",
    ]  # fmt: skip


@pytest.mark.rule("TIM-11")
def test_what_comes_too_late_is_dropped_and_the_log_says_so(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.post("stale", expires_at=NOW + 3600)
    house.post("fresh", expires_at=NOW + 7201)

    with caplog.at_level(logging.INFO):
        assert subjects(house.deliver(after=7200)) == ["Rappel\u00a0: fresh"]

    [line] = [one for one in caplog.records if one.message == "message.dropped"]
    assert line.__dict__["because"] == "too late to be of use"


@pytest.mark.rule("NOT-3")
def test_what_is_withdrawn_does_not_leave_unless_it_is_posted_again(house: House) -> None:
    house.post("sent")
    house.deliver()
    house.post("kept", kind="minutes")
    house.post("withdrawn")

    assert house.withdraw("reminder", "digest") == 1
    assert subjects(house.deliver()) == ["Rappel\u00a0: kept"]

    # The meeting is back where it was.
    assert house.post("withdrawn")
    assert subjects(house.deliver()) == ["Rappel\u00a0: withdrawn"]
    assert not house.post("withdrawn")


def test_papers_go_along_and_are_kept_once(house: House) -> None:
    papers = (Paper("convocation n° 3.pdf", "application/pdf", b"%PDF " + bytes(1000)),)
    for number in range(3):
        house.post(str(number), papers=papers)

    for mail in house.deliver():
        [attached] = mail.iter_attachments()
        assert attached.get_content_type() == "application/pdf"
        assert attached.get_filename() == "convocation n° 3.pdf"
        assert attached.get_payload(decode=True) == papers[0].octets
    with house.database.reading() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM papers").scalar() == 1


def test_an_answer_stands_in_its_thread_and_comes_back_to_the_service(house: House) -> None:
    house.post(thread="<demande@tribunal.example>")
    house.post("own", recipient="mailto:anne@example.org")

    answer, own = house.deliver()

    assert answer["In-Reply-To"] == answer["References"] == "<demande@tribunal.example>"
    assert answer["From"].addresses[0].display_name == "Anne (DPASS)"
    assert answer["From"].addresses[0].username.startswith("agenda+")
    assert own["From"].addresses[0].display_name == "DPASS"
    assert own["From"].addresses[0].username == "agenda"


def test_one_that_cannot_be_made_stops_no_other(house: House) -> None:
    house.post("broken", template="nowhere", urgency=Urgency.URGENT)
    house.post("nobody", recipient="mailto:pas une adresse", urgency=Urgency.URGENT)
    house.post("good")

    assert subjects(house.deliver()) == ["Rappel\u00a0: good"]
