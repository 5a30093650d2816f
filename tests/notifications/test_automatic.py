"""What programs send is told from what people write: bounces, delays, absences, loops."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.imip.automatic import Nature, is_automatic, report_in, turns_round
from notifications.imip.mail import Envelope, Mail, Unreadable, read_mail

BOX = "agenda@dpass.example"
KEY = "ab" * 32
ORIGINAL = f"{KEY}@dpass.example"


def mail(*fields: str, body: str = "Bonjour", sender: str | None = None) -> Mail:
    head = "\r\n".join(("From: juge@tribunal.example", *fields))
    return read_mail(f"{head}\r\n\r\n{body}".encode(), Envelope(sender))


def report(groups: str, returned: str = "message/rfc822", kind: str = "delivery-status") -> Mail:
    body = f"""--=_x
Content-Type: text/plain

Sorry.
--=_x
Content-Type: message/{kind}

{groups}
--=_x
Content-Type: {returned}

Message-ID: <{ORIGINAL}>
Subject: Convocation
--=_x--
"""
    return mail(
        f"Content-Type: multipart/report; report-type={kind}; boundary=\"=_x\"",
        body=body.replace("\n", "\r\n"), sender="",
    )  # fmt: skip


HEAD = "Reporting-MTA: dns; mx.example\nOriginal-Envelope-Id: qwerty\n\n"


@pytest.mark.rfc("3464 §2.3.3")
@pytest.mark.parametrize(
    "returned", ["message/rfc822", "text/rfc822-headers", "message/rfc822-headers"]
)
@pytest.mark.parametrize(
    ("action", "status", "nature"),
    [
        ("failed", "5.1.1", Nature.FAILED),
        ("failed", "4.4.7", Nature.FAILED),
        ("delayed", "4.4.1", Nature.DELAYED),
        ("relayed", "2.1.9", Nature.ARRIVED),
        ("delivered", "2.0.0", Nature.ARRIVED),
    ],
)
def test_a_report_says_what_it_says(
    action: str, status: str, nature: Nature, returned: str
) -> None:
    groups = (
        f"{HEAD}Final-Recipient: rfc822; x@y.example\nAction: {action}\nStatus: {status}\n"
        "Diagnostic-Code: smtp; 550 5.1.1 User\n   unknown\n"
    )
    found = report_in(report(groups, returned))

    assert found is not None
    assert (found.nature, found.envelope_id, found.message_ids[0]) == (nature, "qwerty", ORIGINAL)
    assert nature is Nature.ARRIVED or found.why == f"{status} 550 5.1.1 User unknown"


@pytest.mark.rfc("8098")
def test_a_read_receipt_is_no_failure() -> None:
    found = report_in(report("Disposition: automatic; displayed", kind="disposition-notification"))

    assert found is not None
    assert found.nature is Nature.ARRIVED


@pytest.mark.parametrize(
    "body",
    [
        (
            "Hi. This is the qmail-send program at mx.example.\r\n"
            "I'm afraid I wasn't able to deliver your message to the following addresses.\r\n"
            "This is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n"
            "<personne@tribunal.example>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n"
            "--- Below this line is a copy of the message.\r\n\r\n"
            f"Return-Path: <{BOX}>\r\nMessage-ID: <{ORIGINAL}>\r\nSubject: a\r\n"
        ),
        (
            "This message was created automatically by mail delivery software.\r\n\r\n"
            "A message that you sent could not be delivered to one or more of its\r\n"
            "recipients. This is a permanent error. The following address(es) failed:\r\n\r\n"
            "  personne@tribunal.example\r\n    unknown user\r\n\r\n"
            "------ This is a copy of the message, including all the headers. ------\r\n\r\n"
            f"Message-ID: <{ORIGINAL}>\r\nSubject: a\r\n"
        ),
    ],
    ids=["qmail", "Exim"],
)
def test_bounces_of_old_are_guessed(body: str) -> None:
    found = report_in(mail("Subject: failure notice", body=body, sender=""))

    assert found is not None
    assert (found.nature, found.message_ids) == (Nature.FAILED, (ORIGINAL,))
    assert report_in(mail("Subject: Tr: failure", body=body, sender="a@b.example")) is None


@pytest.mark.rfc("3834 §5")
@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: auto-replied", "Auto-Submitted: auto-replied (vacation)",
        "X-Auto-Response-Suppress: All", "Precedence: auto_reply", "X-Autoreply: yes",
        "Precedence: bulk", "List-Id: <liste.example>",
        "Subject: =?utf-8?Q?R=C3=A9ponse_automatique_=3A_Invitation?=",
        "Subject: Absence du bureau : Invitation", "Subject: Out of Office: meeting",
        "Subject: Automatic reply: meeting", "Subject: Auto: absente jusqu'au 12",
    ],
)  # fmt: skip
def test_what_a_program_answers_is_known(field: str) -> None:
    assert is_automatic(mail(field))


@pytest.mark.parametrize(
    "field",
    [
        "Subject: Re: Invitation", "Auto-Submitted: no", "Precedence: normal",
        "Subject: Mon absence du 12 mars", "Subject: La porte automatique",
        "Subject: Vacation planning", "Subject: =?utf-8?Q?broken",
    ],
)  # fmt: skip
def test_what_a_person_writes_is_not_taken_for_a_programs(field: str) -> None:
    assert not is_automatic(mail(field))


@pytest.mark.parametrize(
    ("fields", "turns"),
    [
        ([f"Message-ID: <{ORIGINAL}>"], True),
        ([f"X-Loop: {BOX}"], True),
        (["Received: from a by b"] * 31, True),
        (["Received: from a by b"] * 12, False),
        (["Message-ID: <x@dpass.example>"], False),
        ([f"Message-ID: <{KEY}@elsewhere.example>"], False),
    ],
    ids=["our own", "marked", "31 hops", "12 hops", "a colleague's", "another's"],
)
def test_what_goes_round_is_stopped(fields: list[str], turns: bool) -> None:
    assert turns_round(mail(*fields), BOX) is turns


@given(st.binary(max_size=400), st.sampled_from([b"", b"Content-Type: multipart/report\r\n"]))
def test_nothing_that_anybody_sends_raises(octets: bytes, head: bytes) -> None:
    try:
        found = read_mail(head + octets, Envelope(""))
    except Unreadable:
        return
    report_in(found)
    is_automatic(found)
    turns_round(found, BOX)
