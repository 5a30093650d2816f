"""The mail server hands mail over: an answer for each recipient, and none before the commit."""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest

from calendars.kernel.database import StoreUnavailable
from notifications.arrivals import lmtp
from notifications.arrivals.lmtp import Door, Listener
from notifications.arrivals.place import BadListener, Place
from notifications.imip.mail import MAX_OCTETS, Envelope
from tests.interop.process import free_port

OURS = "agenda@dpass.example"
LOOPBACK = (ip_network("127.0.0.0/8"),)


class Behind:
    """What stands behind the listener: notes what was taken in, and is away when told so."""

    def __init__(self) -> None:
        self.taken: list[tuple[bytes, Envelope]] = []
        self.away: Callable[[Envelope], bool] = lambda _: False

    def take(self, octets: bytes, envelope: Envelope) -> bool:
        if self.away(envelope):
            raise StoreUnavailable
        self.taken.append((octets, envelope))
        return True

    def door(self, peers: Sequence[str] = ("127.0.0.0/8",)) -> Door:
        networks = tuple(map(ip_network, peers))
        return Door(self.take, lambda one: one.startswith("agenda"), networks)


@contextmanager
def listening(place: Place, door: Door) -> Iterator[Listener]:
    listener = Listener(place, door)
    listener.start()
    try:
        assert listener.listening.wait(10)
        yield listener
    finally:
        listener.stop()


@pytest.fixture
def place() -> Place:
    return Place("127.0.0.1", free_port())


@pytest.fixture
def behind() -> Behind:
    return Behind()


def answers(client: smtplib.LMTP, sender: str, recipients: Sequence[str], text: str) -> list[int]:
    """What is said of each recipient, in their order."""
    client.ehlo_or_helo_if_needed()
    client.mail(sender)
    codes = [client.rcpt(one)[0] for one in recipients]
    if not (known := codes.count(250)):
        client.rset()
        return codes
    client.putcmd("DATA")
    client.getreply()
    client.send(text.replace("\n", "\r\n").encode() + b"\r\n.\r\n")
    late = iter([client.getreply()[0] for _ in range(known)])
    return [next(late) if code == 250 else code for code in codes]


@pytest.mark.rfc("2033 §4.2")
def test_each_recipient_has_an_answer_of_his_own(place: Place, behind: Behind) -> None:
    known, unknown, unlucky = (
        "agenda+abc@dpass.example",
        "x@dpass.example",
        "agenda+b@dpass.example",
    )
    behind.away = lambda envelope: envelope.recipients == (unlucky,)
    with (
        listening(place, behind.door()),
        smtplib.LMTP(place.host, place.port, timeout=10) as client,
    ):
        said = answers(
            client, "juge@tribunal.example", [known, unknown, unlucky], "Subject: a\n\nb"
        )
        again = answers(client, "", [known], "Subject: c\n\nd")

    assert said == [250, 550, 451]
    assert again == [250]
    [(octets, first), (_, second)] = behind.taken
    assert octets == b"Subject: a\r\n\r\nb\r\n"
    assert first == Envelope("juge@tribunal.example", (known,))
    assert second.sender == "", "a bounce comes from nobody"


def test_what_is_too_large_is_refused_for_each(
    place: Place, behind: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lmtp, "MAX_OCTETS", 2_000)
    text = "Subject: a\n\n" + "b" * 60 + "\n" + "c\n" * 2_000
    with (
        listening(place, behind.door()),
        smtplib.LMTP(place.host, place.port, timeout=10) as client,
    ):
        said = answers(client, "a@b.example", [OURS, "agenda+c@dpass.example"], text)
        still_there = answers(client, "a@b.example", [OURS], "Subject: d\n\n" + "e" * 1_500)

    assert said == [552, 552]
    assert still_there == [250], "one long line of an old program is no reason to refuse a mail"
    assert MAX_OCTETS >= 10 * 2**20


def test_strangers_get_no_word(place: Place, behind: Behind) -> None:
    with (
        listening(place, behind.door(["10.9.8.7/32"])),
        socket.create_connection((place.host, place.port), timeout=10) as stranger,
    ):
        assert stranger.recv(100) == b""


def test_of_two_processes_one_listens_and_the_other_takes_over(
    tmp_path: Path, behind: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lmtp, "TRY_AGAIN_SECONDS", 0.05)
    place = Place(path=tmp_path / "lmtp")
    with listening(place, behind.door()) as first:
        second = Listener(place, behind.door())
        second.start()
        try:
            time.sleep(0.2)
            assert not second.listening.is_set()
            first.stop()
            assert second.listening.wait(10)
            with smtplib.LMTP(str(place.path), timeout=10) as client:
                assert answers(client, "a@b.example", [OURS], "Subject: a\n\nb") == [250]
        finally:
            second.stop()
    assert not (tmp_path / "lmtp").exists()


@pytest.mark.parametrize("text", ["localhost", "127.0.0.1:", "127.0.0.1:70000", ":24", "run/lmtp"])
def test_a_place_that_is_none_is_said_so(text: str) -> None:
    with pytest.raises(BadListener):
        Place.parse(text)


@pytest.mark.rule("SEC-1")
def test_a_mail_at_which_we_stumble_is_brought_again_and_the_log_holds_nothing_of_it(
    place: Place, behind: Behind, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(_: Envelope) -> bool:
        raise RuntimeError("CANARI of juge@tribunal.example")

    behind.away = stumble
    with (
        listening(place, behind.door()),
        smtplib.LMTP(place.host, place.port, timeout=10) as client,
    ):
        assert answers(client, "a@b.example", [OURS], "Subject: CANARI\n\nb") == [451]

    assert [one.message for one in caplog.records if one.name.startswith("notifications")] == [
        "lmtp.stumbled"
    ]
    assert "CANARI" not in caplog.text
