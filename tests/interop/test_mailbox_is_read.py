"""The mailbox is read, from a real Dovecot: each mail once, none lost, none deleted."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from calendars.kernel.clock import SystemClock
from calendars.kernel.database import Database
from notifications.arrivals import imap, reader
from notifications.arrivals.imap import AWAY
from notifications.arrivals.mailbox_url import MailboxUrl
from notifications.arrivals.reader import Reader, Reading, read_once
from notifications.imip.mail import Envelope
from tests.interop.mail_servers import OURS, PASSWORD, MailServers, mail_servers

pytestmark = [pytest.mark.interop, pytest.mark.timeout(120)]

_MAILBOXES = [f"agenda{number}@{OURS}" for number in range(12)]


@pytest.fixture(scope="module")
def servers() -> Iterator[MailServers]:
    with mail_servers(_MAILBOXES) as running:
        yield running


@pytest.fixture(scope="module")
def poor_servers() -> Iterator[MailServers]:
    """A server that can neither tell of news nor move."""
    with mail_servers(_MAILBOXES, capability="IMAP4rev1 AUTH=PLAIN") as running:
        yield running


@pytest.fixture
def engine() -> str:
    """What is remembered of mailboxes is tried on both engines elsewhere."""
    return "sqlite"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "FIRST_PAUSE", 0.1)


class Office:
    """Takes mails in, each once, and notes how often it was given one."""

    def __init__(self, servers: MailServers, database: Database) -> None:
        self.servers, self.database = servers, database
        self.address = next(one for one in _MAILBOXES if one not in servers.used)
        servers.used.add(self.address)
        self.given: list[str] = []
        self.before: Callable[[str], None] = lambda _: None

    def take(self, octets: bytes, _: Envelope) -> bool:
        found = re.search(rb"^Subject: (.*)\r$", octets, re.MULTILINE)
        assert found is not None
        subject = found[1].decode()
        self.before(subject)
        self.given.append(subject)
        return not subject.startswith("?")

    def reading(self, scheme: str = "imap", **options: str) -> Reading:
        port = {"imap": self.servers.imap, "imaps": self.servers.imaps}[scheme]
        named = "&".join(f"{name}={quote(value)}" for name, value in options.items())
        who = f"{quote(self.address)}:{quote(PASSWORD)}"
        box = MailboxUrl.parse(f"{scheme}://{who}@127.0.0.1:{port}/INBOX?{named}")
        return Reading(box, self.take, self.database, SystemClock())

    @property
    def trusting(self) -> Reading:
        return self.reading("imaps", ca=str(self.servers.certificate))

    def write(self, *subjects: str) -> None:
        for subject in subjects:
            text = f"From: a@b.example\r\nTo: {self.address}\r\nSubject: {subject}\r\n\r\nb\r\n"
            self.servers.send("a@b.example", [self.address], text.encode())

    def subjects(self, folder: str) -> list[str]:
        """Sorted: a mail server delivers several at once."""
        mails = b"".join(self.servers.mails(self.address, folder))
        return sorted(
            one.decode() for one in re.findall(rb"^Subject: (.*)\r$", mails, re.MULTILINE)
        )

    def wait(self, number: int) -> None:
        until(lambda: len(self.given) >= number, self.given)


DONE, TO_SEE = '"Trait&AOk-s"', '"&AMA- voir"'


def until(true: Callable[[], bool], shown: object = "") -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, shown
        time.sleep(0.05)


@pytest.fixture
def office(servers: MailServers, database: Database) -> Office:
    return Office(servers, database)


@contextmanager
def reads(reading: Reading) -> Iterator[Reader]:
    running = Reader(reading)
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.mark.rfc("2177")
def test_what_waits_and_what_comes_is_taken_in_and_put_away(office: Office) -> None:
    office.write("one", "?two")
    office.servers.wait_for_mail(office.address, 2)
    with reads(office.trusting):
        office.wait(2)
        started = time.monotonic()
        office.write("three")
        office.wait(3)
        assert time.monotonic() - started < reader.POLL_SECONDS / 2, "it is told of new mail"
        until(lambda: office.subjects(DONE) == ["one", "three"])

    assert sorted(office.given) == ["?two", "one", "three"]
    assert office.subjects(TO_SEE) == ["?two"]
    assert office.subjects("INBOX") == []
    with office.servers.opened(office.address, TO_SEE) as client:
        _, unseen = client.search(None, "UNSEEN FLAGGED")
    assert unseen == [b"1"], "people see that there is something to see"


@pytest.mark.parametrize("scheme", ["imaps", "imap"], ids=["TLS", "STARTTLS"])
def test_certificates_are_verified(office: Office, scheme: str) -> None:
    office.write("one")
    office.servers.wait_for_mail(office.address)

    with pytest.raises(AWAY):
        read_once(office.reading(scheme))
    assert office.given == []
    assert read_once(office.reading(scheme, ca=str(office.servers.certificate))) == 1


def test_a_crash_after_the_mail_was_taken_in_loses_and_moves_nothing_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.write("one", "two")
    office.servers.wait_for_mail(office.address, 2)
    moved, broken = imap._moved, iter([True])

    def crash(*arguments: object) -> bool:
        if next(broken, False):
            raise OSError("gone")
        return moved(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(imap, "_moved", crash)
    with reads(office.trusting):
        until(lambda: office.subjects(DONE) == ["one", "two"], office.given)

    first = office.given[0]
    assert sorted(office.given) == sorted([first, "one", "two"]), "given again: taken in once"
    assert office.subjects("INBOX") == []


def test_a_connection_that_breaks_is_made_again(office: Office) -> None:
    with reads(office.trusting):
        office.write("one")
        office.wait(1)
        settings = office.servers.folder / "dovecot.conf"
        subprocess.run(
            ["doveadm", "-c", settings, "kick", office.address],
            check=True, capture_output=True, timeout=20,
        )  # fmt: skip
        office.write("two")
        office.wait(2)
        until(lambda: office.subjects(DONE) == ["one", "two"])


def test_of_two_readers_one_reads(office: Office) -> None:
    with reads(office.trusting):
        office.write("one")
        office.wait(1)
        assert read_once(office.trusting) == 0
        until(lambda: office.subjects(DONE) == ["one"])
    office.write("two")
    office.servers.wait_for_mail(office.address)
    assert read_once(office.trusting) == 1, "who stops gives the lease back"
    assert office.given == ["one", "two"]


def test_a_mail_that_breaks_the_service_keeps_nobody_waiting(office: Office) -> None:
    def stumble(subject: str) -> None:
        if subject == "hostile":
            raise RuntimeError("no mail should do that")

    office.before = stumble
    office.write("hostile", "harmless")
    office.servers.wait_for_mail(office.address, 2)
    inbox = office.trusting.inbox
    with imap.connected(office.trusting.box) as talk:
        assert [inbox.clear(talk) for _ in range(imap.MAX_TRIES)] == [1, 0, 1]

    assert office.given == ["harmless"]
    assert office.subjects(TO_SEE) == ["hostile"]


def test_what_is_too_large_is_left_to_people(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "MAX_OCTETS", 500)
    office.write("x" * 600)
    office.servers.wait_for_mail(office.address)

    read_once(office.trusting)

    assert office.given == []
    assert len(office.subjects(TO_SEE)) == 1


def test_without_move_and_idle_mails_stay_and_are_taken_in_once(
    poor_servers: MailServers, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "POLL_SECONDS", 0.2)
    office = Office(poor_servers, database)
    office.write("one", "?two")
    office.servers.wait_for_mail(office.address, 2)
    with reads(office.trusting):
        office.wait(2)
        office.write("three")
        office.wait(3)
        time.sleep(1)

    assert read_once(office.trusting) == 0
    assert sorted(office.given) == ["?two", "one", "three"]
    assert office.subjects("INBOX") == ["?two", "one", "three"]


@pytest.mark.rfc("9051 §2.3.1.1")
def test_where_uids_begin_anew_they_are_other_mails(
    poor_servers: MailServers, database: Database
) -> None:
    office = Office(poor_servers, database)
    office.write("one")
    office.servers.wait_for_mail(office.address)
    assert read_once(office.trusting) == 1
    # As after the mailbox was restored from a backup: the same UID, another mail.
    folder: Path = office.servers.folder / "mail" / office.address
    listing = folder / "dovecot-uidlist"
    first, *rest = listing.read_text().splitlines(keepends=True)
    other = re.sub(r"V\d+", "V4242", first)
    assert other != first
    listing.write_text("".join([other, *rest]))
    for index in folder.glob("dovecot.index*"):
        index.unlink()

    assert read_once(office.trusting) == 1
    assert office.given == ["one", "one"]
