"""Answers in the shapes that programs give them: found, read, and put to the one who gave them."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from tests.builders import START, a_calendar, a_vevent, an_event
from tests.calendars.api.conftest import Asker
from tests.mailing import DATA, a_mail, proven
from tests.notifications.arriving.conftest import MovableClock, Post

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])

UID, OURS, JUDGE = "reunion@example.org", "anne@example.org", "juge@tribunal.example"
ANSWERED = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


@pytest.fixture
def organized(anne: Asker, clock: MovableClock) -> Asker:
    """Anne's meeting with a judge, who answers the next day."""
    text = an_event(uid=UID, organizer=OURS, attendees=[JUDGE], start=START + timedelta(days=7))
    assert anne.store("m.ics", text).status_code == 201
    clock.let_pass(timedelta(days=1))
    return anne


def calendar(
    *, comment: str = "Empêchée", partstat: str = "DECLINED", method: str = "REPLY"
) -> str:
    return a_calendar(
        a_vevent(
            uid=UID, attendees={JUDGE: partstat}, stamp=ANSWERED, extra=[f"COMMENT:{comment}"],
            summary="Refusé : Réunion",
        ),
        method=method,
    )  # fmt: skip


def whole(*parts: MIMEText | MIMEApplication | MIMEMessage, kind: str = "mixed") -> bytes:
    mail = MIMEMultipart(kind)
    mail["From"], mail["To"], mail["Subject"] = JUDGE, OURS, "Réponse"
    for part in parts:
        mail.attach(part)
    return mail.as_bytes()


def as_calendar(text: str, charset: str = "utf-8", *, method: str = "REPLY") -> MIMEText:
    part = MIMEText("", "calendar", "us-ascii")
    del part["Content-Transfer-Encoding"]
    part.set_param("method", method)
    part.set_param("charset", charset)
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(base64.encodebytes(text.encode(charset)).decode())
    return part


def attached(octets: bytes, name: str) -> MIMEApplication:
    part = MIMEApplication(octets)
    part.add_header("Content-Disposition", "attachment", filename=name)
    return part


def top_level() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = JUDGE, OURS
    mail.set_content(
        calendar().encode(), maintype="text", subtype="calendar", cte="quoted-printable",
        params={"method": "REPLY", "charset": "utf-8"},
    )  # fmt: skip
    return mail.as_bytes()


def forwarded() -> bytes:
    """As an attachment of a mail of his own: the inner one is what he got back from his phone."""
    inner = EmailMessage()
    inner["From"], inner["To"] = JUDGE, OURS
    inner.set_content(calendar().encode(), maintype="text", subtype="calendar", cte="base64")
    inner.set_param("method", "REPLY")
    return whole(MIMEText("voir ci-joint"), MIMEMessage(inner))


def without_method() -> str:
    return calendar().replace("METHOD:REPLY\r\n", "")


SHAPES: dict[str, Callable[[], bytes]] = {
    "last of alternatives": lambda: a_mail(calendar(), sender=JUDGE, to=OURS, method="REPLY"),
    "top level, quoted-printable": top_level,
    "attachment of octets": lambda: whole(attached(calendar().encode(), "reponse.ics")),
    "twice": lambda: whole(as_calendar(calendar()), attached(calendar().encode(), "invite.ics")),
    "beside one without a method": lambda: whole(
        as_calendar(calendar()), attached(without_method().encode(), "invite.ics")
    ),
    "method only in the type": lambda: whole(as_calendar(without_method())),
    "forwarded": forwarded,
    "latin-1": lambda: whole(as_calendar(calendar(), "iso-8859-1")),
    "latin-1 called utf-8": lambda: whole(attached(calendar().encode("latin-1"), "x.ics")),
    "utf-16": lambda: whole(as_calendar(calendar(), "utf-16")),
    "byte order mark": lambda: whole(as_calendar("\ufeff" + calendar())),
    "capitals": lambda: whole(as_calendar(calendar().replace("mailto:juge", "MAILTO:Juge"))),
    "no stamp": lambda: whole(as_calendar(calendar().replace("DTSTAMP:20260303T010000Z\r\n", ""))),
}


@pytest.mark.rfc("6047 §2")
@pytest.mark.parametrize("shape", SHAPES)
def test_an_answer_is_found_in_any_shape(post: Post, organized: Asker, shape: str) -> None:
    assert post(proven(SHAPES[shape]())) == "applied: answered"

    text = organized.text("m.ics").replace("\r\n ", "")
    assert "PARTSTAT=DECLINED" in text
    assert "Empêchée" in text
    assert "SUMMARY:Réunion de service" in text  # his program's own title is not taken


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (lambda: whole(as_calendar(calendar(), method="REQUEST")), "method-mismatch"),
        (
            lambda: whole(as_calendar(calendar()), as_calendar(calendar(partstat="ACCEPTED"))),
            "several-calendars",
        ),
        (lambda: whole(as_calendar(calendar(method="PUBLISH"), method="PUBLISH")), "other-method"),
        (lambda: whole(as_calendar(calendar().replace(f"UID:{UID}\r\n", ""))), "invalid-calendar"),
        (lambda: whole(as_calendar(calendar().replace(UID, "other@x"))), "unknown-meeting"),
    ],
    ids=["two methods", "two answers", "publish", "no uid", "no such meeting"],
)
def test_what_says_two_things_or_nothing_waits_for_a_person(
    post: Post, organized: Asker, octets: Callable[[], bytes], why: str
) -> None:
    assert post(proven(octets())) == f"quarantined: {why}"
    assert "PARTSTAT=NEEDS-ACTION" in organized.text("m.ics")


@pytest.mark.parametrize("name", ["google-reply.ics", "kde-reply-accepted.ics"])
def test_answers_of_google_and_kde_are_heard(
    post: Post, anne: Asker, clock: MovableClock, name: str
) -> None:
    text = (DATA / "mail" / name).read_text().replace("\n", "\r\n")
    unfolded = text.replace("\r\n ", "")
    [uid] = [line[4:] for line in unfolded.split("\r\n") if line.startswith("UID:")]
    [attendee] = [line for line in unfolded.split("\r\n") if line.startswith("ATTENDEE")]
    sender = attendee.rpartition(":")[2]
    organizer = {"google-reply.ics": "test2@example.com"}.get(name, "testusera@example.com")
    text = text.replace(organizer, OURS)
    event = an_event(
        uid=uid, organizer=OURS, attendees=[sender], sequence=0,
        stamp=datetime(2014, 10, 1, tzinfo=UTC),
    )  # fmt: skip
    # It stands there from another time: the service itself has mailed nobody.
    event = event.replace(f"RSVP=TRUE:mailto:{sender}", f"SCHEDULE-AGENT=CLIENT:mailto:{sender}")
    assert anne.store("m.ics", event).status_code == 201

    assert post(proven(a_mail(text, sender=sender, to=OURS, method="REPLY"))) == "applied: answered"
    assert "PARTSTAT=ACCEPTED" in anne.text("m.ics")


# --- winmail.dat ([MS-OXTNEF]) ------------------------------------------------------------------


def winmail(kind: bytes, uid: str, *, more: bytes = b"") -> bytes:
    """As Exchange writes it: the kind of message, and the meeting's name in Outlook's form."""
    foreign = b"vCal-Uid\x01\x00\x00\x00" + uid.encode() + b"\x00"
    head = bytes.fromhex("040000008200E00074C5B7101A82E008") + bytes(4 + 8 + 8)
    named = head + struct.pack("<I", len(foreign)) + foreign
    guid = bytes.fromhex("90da d86e 0b45 1b10 98da 00aa 003f 1305".replace(" ", ""))
    padded = named + bytes(-len(named) % 4)
    prop = struct.pack("<HH", 0x0102, 0x8023) + guid + struct.pack("<II", 0, 0x23)
    prop += struct.pack("<II", 1, len(named)) + padded
    mapi = struct.pack("<I", 1) + prop
    objects = [(0x00069007, struct.pack("<II", 1252, 0)), (0x00078008, kind + b"\0")]
    objects.append((0x00069003, mapi))
    body = b"".join(
        b"\x01" + struct.pack("<II", name, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
        for name, data in objects
    )
    return struct.pack("<IH", 0x223E9F78, 1) + body + more


@pytest.mark.parametrize(
    ("kind", "answer"),
    [(b"MtgRespP", "ACCEPTED"), (b"MtgRespN", "DECLINED")],
    ids=["yes", "no"],
)
def test_an_answer_in_winmail_dat_is_heard(
    post: Post, organized: Asker, kind: bytes, answer: str
) -> None:
    part = attached(winmail(b"IPM.Microsoft Schedule." + kind, UID), "winmail.dat")
    part.set_type("application/ms-tnef")

    assert post(proven(whole(MIMEText("Accepté"), part))) == "applied: answered"
    assert f"PARTSTAT={answer}" in organized.text("m.ics")


BURSTS = {
    "nonsense": b"\x78\x9f\x3e\x22" + b"\xff" * 1_000,
    "endless properties": winmail(b"IPM.Note", UID)[:6]
    + b"\x01" + struct.pack("<II", 0x00069003, 4) + b"\xff\xff\xff\x7f" + b"\0\0" + b"x" * 20,
    "endless values": winmail(b"IPM.Note", UID)[:6]
    + b"\x01" + struct.pack("<II", 0x00069003, 12)
    + struct.pack("<IHHI", 1, 0x1002, 1, 0x7FFFFFFF) + b"\0\0" + b"x" * 20,
}  # fmt: skip


@pytest.mark.parametrize("name", BURSTS)
def test_a_winmail_dat_that_is_made_to_burst_takes_nobody_with_it(
    post: Post, organized: Asker, name: str
) -> None:
    part = attached(BURSTS[name], "winmail.dat")

    assert post(proven(whole(MIMEText("x"), part))).startswith(("quarantined", "forwarded"))
    assert "PARTSTAT=NEEDS-ACTION" in organized.text("m.ics")
