"""The relay: connections that are kept, its pace, its outages, its refusals, TLS, DKIM."""

from __future__ import annotations

import logging
import os
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from calendars.kernel.database import Database
from notifications import bounces, claims
from notifications.channels.relay import Relay
from notifications.channels.signer import Signer
from notifications.channels.smtp import Smtp
from notifications.message import Fate, State
from notifications.post import Urgency
from tests.post_room import MAILBOX, PostRoom, a_post_room
from tests.relays import HANG_UP, LATER, NEVER, RelayHandler, Taken, a_free_port, running_relay
from tests.stores import NOW

HOUR, DAY = 3600, 86_400


@contextmanager
def sending_to(
    relay: Relay, database: Database, folder: Path, *, connections: int = 1
) -> Iterator[PostRoom]:
    """A post room whose mails go there."""
    with closing(Smtp(relay, connections=connections)) as smtp:
        yield a_post_room(database, folder, smtp)


def states(room: PostRoom) -> dict[str, int]:
    """How many messages are in which state."""
    found: dict[str, int] = {}
    for one in room.queued():
        found[one.state] = found.get(one.state, 0) + 1
    return found


def test_a_connection_serves_many_mails_and_many_rounds(database: Database, tmp_path: Path) -> None:
    with running_relay() as (relay, target), sending_to(target, database, tmp_path) as room:
        for number in range(20):
            room.post(str(number))
        assert room.deliver() == 20
        room.post("later")
        assert room.deliver(after=5) == 1
    assert len(relay.sessions) == 1
    assert len(set(relay.keys)) == 21


def test_more_connections_share_the_mails(database: Database, tmp_path: Path) -> None:
    with (
        running_relay() as (relay, target),
        sending_to(target, database, tmp_path, connections=3) as room,
    ):
        for number in range(60):
            room.post(str(number))
        assert room.deliver() == 60
    assert len(relay.sessions) == 3
    assert len(set(relay.keys)) == len(relay.keys) == 60


def test_a_connection_that_the_relay_closed_is_opened_again(
    database: Database, tmp_path: Path
) -> None:
    port = a_free_port()
    with sending_to(Relay("127.0.0.1", port, starttls=False), database, tmp_path) as room:
        for number in range(2):  # the same relay, started anew between the rounds
            with running_relay(port=port) as (relay, _):
                room.post(str(number))
                assert room.deliver() == 1
                assert len(relay.taken) == 1


def test_who_is_refused_keeps_nobody_else_waiting(database: Database, tmp_path: Path) -> None:
    answers = {"gone": NEVER, "greylisted": LATER, "cut": HANG_UP}

    def answer(taken: Taken) -> str:
        return answers.get(taken.recipient.partition("@")[0], "250 OK")

    with (
        running_relay(RelayHandler(answer)) as (relay, target),
        sending_to(target, database, tmp_path) as room,
    ):
        for name in ("gone", "a", "greylisted", "b", "cut", "c"):
            room.post(name, recipient=f"mailto:{name}@example.net")
        assert room.deliver() == 3
        assert [one.recipient[0] for one in relay.taken] == ["a", "b", "c"]
        assert states(room) == {State.SENT: 3, State.FAILED: 1, State.PENDING: 2}

        answers.clear()
        assert room.deliver(after=59) == 0
        assert room.deliver(after=1) == 2
    assert len(set(relay.keys)) == len(relay.keys) == 5


def test_later_is_believed_for_three_days(database: Database, tmp_path: Path) -> None:
    with (
        running_relay(RelayHandler(LATER)) as (relay, target),
        sending_to(target, database, tmp_path) as room,
    ):
        room.post()
        tries = [0]
        for _ in range(80):
            room.deliver(after=HOUR)
            if relay.tried > len(tries) - 1:
                tries.append((room.now - NOW) // HOUR)
        [message] = room.queued()
    assert message.state is State.FAILED
    assert message.done_at is not None
    # Looked at once an hour, each distance is rounded up.
    assert 3 * DAY < message.done_at - NOW < 3 * DAY + 9 * HOUR
    assert 15 < relay.tried < 30  # further and further apart, four hours at the most


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_mail_has_an_envelope_of_its_own(database: Database, tmp_path: Path) -> None:
    with running_relay() as (relay, target), sending_to(target, database, tmp_path) as room:
        room.post()
        room.deliver()
        [taken] = relay.taken
        [message] = room.queued()
        token = bounces.token_in(taken.sender)
        assert token is not None
        assert taken.sender.startswith("agenda+b")
        assert taken.sender.endswith("@dpass.example.org")
        assert taken.options == ["RET=HDRS", f"ENVID={token}", "NOTIFY=FAILURE"]
        with database.transaction() as db:
            assert bounces.find_by_bounce(db, token=token) == message


def test_no_more_mails_a_minute_than_the_relay_takes(database: Database, tmp_path: Path) -> None:
    with running_relay() as (relay, target), sending_to(target, database, tmp_path) as room:
        room.per_minute = 10
        for number in range(25):
            room.post(str(number))
        left = [room.deliver(after=seconds) for seconds in (0, 5, 54, 1, 59, 1, 60)]
    assert left == [10, 0, 0, 10, 0, 5, 0]
    assert len(set(relay.keys)) == 25


@pytest.mark.rule("TIM-11")
def test_after_six_hours_without_a_relay_all_leave_once_urgent_ones_first_at_its_pace(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    port = a_free_port()
    with sending_to(Relay("127.0.0.1", port, starttls=False), database, tmp_path) as room:
        room.per_minute = 30
        for hour in range(6):
            for urgency in Urgency:
                for number in range(5):
                    room.post(f"{urgency.name} {hour} {number}", urgency=urgency)
            room.post(f"stale {hour}", expires_at=room.now + HOUR)
            assert room.deliver(after=60) == 0
            assert room.deliver(after=3540) == 0
        left: list[int] = []
        with running_relay(port=port) as (relay, _):
            while not left or any(left[-12:]):
                left.append(room.deliver(after=5))
    subjects = [str(one.mail["Subject"]).split(": ")[1] for one in relay.taken]
    expected = [f"{u.name} {h} {n}" for u in Urgency for h in range(6) for n in range(5)]
    assert subjects == expected
    assert max(sum(left[start : start + 12]) for start in range(len(left))) == 30
    dropped = [one for one in caplog.records if one.message == "message.dropped"]
    assert [one.__dict__["because"] for one in dropped] == ["too late to be of use"] * 6
    assert states(room) == {State.SENT: 90, State.CANCELLED: 6}


def test_a_relay_that_is_away_is_asked_by_a_process_less_and_less(
    database: Database, tmp_path: Path
) -> None:
    with sending_to(Relay("127.0.0.1", a_free_port()), database, tmp_path) as room:
        room.post()
        pause = room.office().pause
        asked = []
        for second in range(300):
            if not pause.holds(second):
                asked.append(second)
                pause.note(second, away=True)
        assert asked == [0, 5, 15, 35, 75, 135, 195, 255]
        assert room.deliver() == 0
        [message] = room.queued()
        assert (message.state, message.attempts, message.due_at) == (State.PENDING, 0, NOW)


def test_what_another_process_has_taken_over_is_sent_by_it_alone(
    database: Database, tmp_path: Path
) -> None:
    """A process that slept too long stops when it wakes up."""
    with running_relay() as (_, target), sending_to(target, database, tmp_path) as room:
        room.post()
        with database.transaction() as db:
            [claimed] = claims.claim_due(db, now=NOW, limit=1)
            assert claims.renew(db, [claimed.id], now=NOW + 100)
            assert claims.claim_due(db, now=NOW + 200, limit=1) == []
        later = NOW + 100 + claims.LEASE_SECONDS + 1
        with database.transaction() as db:
            [other] = claims.claim_due(db, now=later, limit=1)
            claims.mark(db, other, Fate(State.SENT, "250"), now=later)
            assert not claims.renew(db, [claimed.id], now=later)


# --- TLS, sign-in, signatures --------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 and its key."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    _openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-days", "2", "-subj", "/CN=relay", "-addext", "subjectAltName=IP:127.0.0.1",
        "-out", str(cert), "-keyout", str(key),
    )  # fmt: skip
    return cert, key


def _openssl(*arguments: str) -> bytes:
    done = subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=30)
    return done.stdout


def _context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


def _let_in(
    server: object, session: object, envelope: object, how: str, data: object
) -> AuthResult:
    good = isinstance(data, LoginPassword) and data == LoginPassword(b"agenda", b"s:cret")
    return AuthResult(success=good, handled=False, auth_data=data)


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("way", ["starttls", "tls"])
@pytest.mark.parametrize(
    "case",
    [("s%3Acret", True, 1), ("wrong", True, 0), ("s%3Acret", False, 0)],
    ids=["known", "wrong password", "certificate of a stranger"],
)
def test_mail_goes_to_whom_the_certificate_names_with_a_password(
    way: str,
    case: tuple[str, bool, int],
    database: Database,
    tmp_path: Path,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    password, trusted, sent = case
    if trusted:
        monkeypatch.setitem(os.environ, "SSL_CERT_FILE", str(certificate[0]))
    context = _context(certificate)
    secure: dict[str, Any] = {"ssl_context": context, "auth_require_tls": False}
    if way == "starttls":
        secure = {"tls_context": context, "require_starttls": True, "auth_required": True}
    with running_relay(authenticator=_let_in, **secure) as (relay, target):
        scheme, query = ("smtps", "") if way == "tls" else ("smtp", "?starttls=required")
        url = f"{scheme}://agenda:{password}@127.0.0.1:{target.port}{query}"
        with sending_to(Relay.parse(url), database, tmp_path) as room:
            room.post()
            assert room.deliver() == sent
            [message] = room.queued()
            assert message.attempts == sent  # whoever is not let in blames no mail
    # aiosmtpd tells of STARTTLS alone; where TLS comes first it hears nothing without it.
    known = ("agenda", way == "starttls")
    assert [(one.user, one.over_tls) for one in relay.taken] == [known] * sent


def test_mails_leave_signed_where_a_key_is_set(database: Database, tmp_path: Path) -> None:
    import dkim  # type: ignore[import-untyped]

    key = tmp_path / "dkim.pem"
    _openssl("genrsa", "-traditional", "-out", str(key), "2048")
    public = _openssl("rsa", "-in", str(key), "-pubout", "-outform", "PEM")
    record = b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])
    with running_relay() as (relay, target), sending_to(target, database, tmp_path) as room:
        room.signer = Signer.load("dpass.example.org", "agenda2026", key)
        room.post()
        room.deliver()
    [taken] = relay.taken
    names: list[bytes] = []

    def known(name: bytes, timeout: int = 5) -> bytes:
        names.append(name)
        return record

    assert dkim.verify(taken.octets, dnsfunc=known)
    assert names == [b"agenda2026._domainkey.dpass.example.org."]
    assert not dkim.verify(taken.octets.replace(b"Rappel", b"Appel."), dnsfunc=known)
    assert not dkim.verify(
        b"Reply-To: x@example.net\r\n" + taken.octets.replace(b"Date: ", b"Date:  1"), dnsfunc=known
    )
    assert taken.mail["From"].addresses[0].domain == MAILBOX.partition("@")[2]
