"""Mails of those who mean harm: refused or kept, nothing changed, nobody written to (threats E)."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from calendars.kernel.database import Database
from notifications.mailbox import decisions
from notifications.mailbox.outcome import Decision
from notifications.mailbox.take_in import take_in
from scheduler.app.due_work import do_due_work
from scheduler.app.wiring import Service
from tests.builders import START, a_calendar, a_vevent, an_event
from tests.calendars.api.conftest import NOW, Asker
from tests.mailing import DATA, RELAY, SERVICE, a_mail, a_mailroom, proven
from tests.notifications.arriving.conftest import MovableClock, Post

FIELD = "Authentication-Results"
CORPUS = DATA / "corpus" / "hostile"
UID, ORGANIZER, ATTENDEE = "setup@corpus.example", "anne@example.org", "att@corpus.example"
NAMES = {
    "SETUPUID": UID, "ORG": ORGANIZER, "ATT": ATTENDEE, "MID": "m1", "INBOX": SERVICE,
}  # fmt: skip
ANSWERED = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
HONEST = {"mail-valid-outlook-reply-a", "mail-duplicate-delivery-a"}
CASES = sorted(CORPUS.glob("mail-*.eml*"))


def octets_of(path: Path) -> bytes:
    if path.suffix == ".eml":
        text = path.read_text()
        for name, value in NAMES.items():
            text = text.replace(f"{{{name}}}", value)
        return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()
    spec: dict[str, Any] = json.loads(path.read_bytes())
    if spec["kind"] == "bighdr":
        return b"From: a@b.example\r\nX-Long: " + b"x" * int(spec["n"]) + b"\r\n\r\nwords\r\n"
    inner = reply()
    for _ in range(int(spec["n"])):
        inner = b"Content-Type: message/rfc822\r\n\r\n" + inner
    return b"From: att@corpus.example\r\nTo: anne@example.org\r\n" + inner


def reply(
    partstat: str = "ACCEPTED", *, sender: str = ATTENDEE, extra: str = "", **parts: object
) -> bytes:
    told = {
        "uid": UID, "organizer": ORGANIZER, "attendees": {sender: partstat}, "stamp": ANSWERED,
        **parts,
    }  # fmt: skip
    calendar = a_calendar(a_vevent(**told, extra=[extra] if extra else []), method="REPLY")  # type: ignore[arg-type]
    return a_mail(calendar, sender=sender, to=ORGANIZER, method="REPLY")


@pytest.fixture
def organized(anne: Asker, clock: MovableClock) -> Asker:
    """Anne's meeting, to which somebody of the corpus was invited."""
    clock.let_pass(datetime(2026, 5, 30, tzinfo=UTC) - NOW)
    text = an_event(
        uid=UID, organizer=ORGANIZER, attendees=[ATTENDEE], start=START + timedelta(days=270)
    )
    assert anne.store("m.ics", text).status_code == 201
    clock.let_pass(timedelta(days=5))
    return anne


def mails_left(service: Service, folder: Path) -> int:
    do_due_work(service)
    return len(list((folder / "data" / "mail").glob("*.eml")))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
@pytest.mark.parametrize("engine", ["sqlite"])
def test_each_mail_of_the_corpus_changes_nothing_that_it_may_not(
    organized: Asker, service: Service, clock: MovableClock, tmp_path: Path, path: Path
) -> None:
    """Behind a relay that proves senders, and behind one that is believed to let no forgery in."""
    left = mails_left(service, tmp_path)
    before = organized.text("m.ics")
    now = int(clock.now().timestamp())
    octets = octets_of(path)

    for believes in (False, True):
        room = a_mailroom(service.database, believes_from=believes)
        for _ in range(2):
            taken = take_in(room, octets, now=now)
        honest = believes and path.stem in HONEST
        assert (taken.decision is Decision.APPLIED) == honest, taken
        after = organized.text("m.ics")
        assert ("PARTSTAT=ACCEPTED" in after) == honest
        assert honest or after == before
        # What was decided before for want of a proof is decided anew with other settings.
        with service.database.transaction() as db:
            for table in ("mail_decisions", "quarantined_mails"):
                db.exec_driver_sql(f"DELETE FROM {table}")
    assert mails_left(service, tmp_path) == left


LONG = (pytest.mark.interop, pytest.mark.timeout(180))


@pytest.mark.parametrize("guesses", [500, pytest.param(5_000, marks=LONG)])
@pytest.mark.parametrize("engine", ["sqlite"])
def test_guessing_gets_nowhere_and_fills_nothing(
    organized: Asker, service: Service, clock: MovableClock, guesses: int
) -> None:
    before = organized.text("m.ics")
    room, now = a_mailroom(service.database), int(clock.now().timestamp())
    octets, alphabet = reply(), "abcdefghijklmnopqrstuvwxyz234567"

    for number in range(guesses):
        mark = "".join(alphabet[(number // 32**place) % 32] for place in range(26))
        to = f"agenda+{mark}@dpass.example.org".encode()
        take_in(room, octets.replace(ORGANIZER.encode(), to, 1), now=now)

    assert organized.text("m.ics") == before
    with service.database.reading() as db:
        kept = decisions.list_of(db, None, limit=1_000)
    assert len(kept) == 20
    assert {str(one.why) for one in kept} == {"unknown-token"}


@pytest.mark.parametrize(
    "extra",
    [
        "COMMENT:x\\nBcc: victim@example.org\\n\\n<script>alert(1)</script>",
        "COMMENT;FMTTYPE=text/html:<img src=https://evil.example/x>",
        "X-NIAOULI-ANSWERED:99-99991231T000000Z",
        "RRULE:FREQ=DAILY",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:victim@example.org",
    ],
    ids=["header", "html", "our notes", "rule", "somebody else"],
)
def test_what_stands_beside_an_answer_does_nothing(
    post: Post, organized: Asker, service: Service, tmp_path: Path, extra: str
) -> None:
    left = mails_left(service, tmp_path)

    assert post(proven(reply("DECLINED", extra=extra))) == "applied: answered"

    text = organized.text("m.ics").replace("\r\n ", "")
    assert "PARTSTAT=DECLINED" in text
    for forbidden in ("victim@example.org:", "mailto:victim", "RRULE", "99991231"):
        assert forbidden not in text
    assert mails_left(service, tmp_path) == left


def test_an_answer_from_the_future_does_not_outlast_later_ones(
    post: Post, organized: Asker, clock: MovableClock
) -> None:
    post(proven(reply("ACCEPTED", stamp=datetime(2090, 1, 1, tzinfo=UTC))))
    clock.let_pass(timedelta(hours=1))

    assert post(proven(reply("DECLINED", stamp=clock.now()))) == "applied: answered"
    assert "PARTSTAT=DECLINED" in organized.text("m.ics")


FOUND = {
    "other relay": ("evil.example; dmarc=pass header.from=corpus.example", False),
    "failed": (f"{RELAY}; dmarc=fail header.from=corpus.example", False),
    "other domain": (f"{RELAY}; dmarc=pass header.from=evil.example", False),
    "quoted": (f'{RELAY}; spf=none reason="; dmarc=pass header.from=corpus.example"', False),
    "comment": (f"{RELAY} (; dmarc=pass header.from=corpus.example); none", False),
    "single label": (f"{RELAY}; dkim=pass header.d=example", False),
    "its own below": (f"{RELAY}; spf=fail\r\n{FIELD}: {RELAY}; dmarc=pass", False),
    "dkim": (f"{RELAY}; dkim=pass header.d=corpus.example", True),
    "spf": (f"{RELAY.upper()} 1; spf=pass smtp.mailfrom=x@corpus.example", True),
}


@pytest.mark.rfc("8601 §5")
@pytest.mark.parametrize("name", FOUND)
@pytest.mark.parametrize("engine", ["sqlite"])
def test_only_what_our_relay_found_proves_a_sender(post: Post, organized: Asker, name: str) -> None:
    found, proves = FOUND[name]

    decided = post(f"{FIELD}: {found}\r\n".encode() + reply())

    assert decided == ("applied: answered" if proves else "quarantined: not-authenticated")
    assert ("PARTSTAT=ACCEPTED" in organized.text("m.ics")) == proves


CALENDAR = b"Content-Type: text/calendar; method=REPLY"
BOMBS = {
    "parts": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\n\r\n" * 50_000,
    "containers": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" * 5_000,
    "addresses": b"To: " + b"a@b.example," * 5_000 + b"\r\n\r\n",
    "brackets": b"From: " + b"(" * 60_000 + b"\r\nTo: " + b'"\\' * 10 + b"\r\n\r\n",
    "encoded words": b"Subject: " + b"=?utf-8?b?YQ==?= " * 3_000 + b"\r\n\r\n",
    "html": b"Content-Type: text/html\r\n\r\n" + b"<div>" * 500_000,
    "base64": CALENDAR + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"A" * 9_000_000,
    "boundary": b'Content-Type: multipart/mixed; boundary="' + b"-" * 60_000 + b'"\r\n\r\n--\r\n',
    "parameters": b"Content-Type: text/calendar" + b"; a*0*=x" * 6_000 + b"\r\n\r\nBEGIN:VCALENDAR",
    "lines": b"Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\n"
    + b"A:\r\n" * 200_000,
    "codec": b"Content-Type: text/calendar; charset=zip\r\n\r\nx\x9c",
    "null": b"\x00" * 100_000,
    "too large": b"Subject: x\r\n\r\n" + b"x" * (10 * 2**20),
}


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_mail_that_is_made_to_burst_is_set_aside_in_no_time(
    database: Database, name: str
) -> None:
    room, began = a_mailroom(database), time.process_time()

    taken = take_in(room, BOMBS[name], now=int(NOW.timestamp()))

    assert taken.decision in {Decision.QUARANTINED, Decision.REFUSED, Decision.IGNORED}
    # Measured: at most a quarter of a second each.
    assert time.process_time() - began < 5
