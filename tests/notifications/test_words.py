"""Mail without an answer in it: what came back, who is away, and what people write."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from calendars.kernel.audit import CONSOLE
from calendars.model.principal import Principal
from notifications import bounces
from notifications.arrivals.addresses import is_ours
from notifications.imip.mail import NO_ENVELOPE, Envelope
from notifications.mailbox import decisions, forward, quarantine
from notifications.mailbox.outcome import Decision, Taken, Why
from notifications.mailbox.room import Mailroom
from notifications.mailbox.take_in import take_in
from tests.notifications.test_failure import assistant, last_message, tasks_of
from tests.notifications.test_mail_leaves import (
    DISPATCH,
    JUDGE,
    House,
    anne,
    folder,
    house,
    mails,
    text_of,
)  # fmt: skip
from tests.notifications.test_mailbox import reply

__all__ = ["anne", "assistant", "folder", "house"]  # fixtures

BOX = "agenda@dpass.example.org"


@pytest.fixture
def invited(house: House) -> House:
    house.invite(summary="Audience CANARI")
    house.deliver()
    return house


def take(house: House, octets: bytes, envelope: Envelope = NO_ENVELOPE) -> Taken:
    room = Mailroom(house.database, DISPATCH, BOX)
    return take_in(room, octets, now=house.now, envelope=envelope)


def from_address(folder: Path) -> str:
    """To where whoever was invited answers."""
    found: str = mails(folder)[0]["From"].addresses[0].addr_spec
    return found


def written(to: str, text: str, *, sender: str = JUDGE, **fields: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, "Re: Invitation CANARI"
    message["Message-ID"] = "<abc123@tribunal.example>"
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def bounce(action: str, *, message_id: str = "", envelope_id: str = "") -> bytes:
    envid = f"Original-Envelope-Id: {envelope_id}\n" if envelope_id else ""
    return f"""From: MAILER-DAEMON@mx.example
To: {BOX}
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="=_x"

--=_x

Sorry.
--=_x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
{envid}
Final-Recipient: rfc822; {JUDGE}
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--=_x
Content-Type: message/rfc822

Message-ID: <{message_id or "gone@elsewhere"}>
Subject: a

--=_x--
""".encode()


@pytest.mark.rfc("6638 §3.2.9")
@pytest.mark.parametrize("known_by", ["address", "ENVID", "Message-ID"])
def test_what_comes_back_is_told_to_the_organizer_and_to_the_secretary(
    invited: House, assistant: Principal, folder: Path, known_by: str
) -> None:
    with invited.database.transaction() as db:
        token = bounces.bounce_token(db, last_message(invited).id, now=invited.now)
    sent = str(mails(folder)[0]["Message-ID"]).strip("<>")
    octets, envelope = bounce("failed"), Envelope("", (BOX,))
    if known_by == "address":
        envelope = Envelope("", (bounces.bounce_address(BOX, token),))
    elif known_by == "ENVID":
        octets = bounce("failed", envelope_id=token)
    else:
        octets = bounce("failed", message_id=sent)

    taken = take(invited, octets, envelope)

    assert (taken.decision, taken.owner_id) == (Decision.BOUNCED, invited.anne.id)
    assert invited.status() == "5.1"
    [task] = tasks_of(invited, assistant)
    assert "5.1.1 550 5.1.1 no such user" in task
    assert invited.deliver(after=300) == 0, "a bounce is answered by nobody"


def test_a_delay_is_no_failure(invited: House, folder: Path) -> None:
    sent = str(mails(folder)[0]["Message-ID"]).strip("<>")

    taken = take(invited, bounce("delayed", message_id=sent))

    assert (taken.decision, taken.why) == (Decision.IGNORED, Why.DELAYED)
    assert taken.owner_id == invited.anne.id
    assert invited.status() == "1.1"
    assert tasks_of(invited, invited.anne) == []


def test_a_bounce_of_something_else_changes_nothing(invited: House) -> None:
    forged = bounce("failed", message_id="00" * 32 + "@dpass.example.org", envelope_id="a" * 26)

    assert take(invited, forged) == Taken(Decision.BOUNCED, Why.BOUNCE)
    assert invited.status() == "1.1"


@pytest.mark.rfc("3834 §2")
def test_who_is_away_has_not_answered_and_gets_no_answer(
    invited: House, assistant: Principal, folder: Path
) -> None:
    away = written(from_address(folder), "Je suis absente.", Auto_Submitted="auto-replied")

    taken = take(invited, away.as_bytes())

    assert (taken.decision, taken.why) == (Decision.IGNORED, Why.AUTOMATIC)
    assert taken.owner_id == invited.anne.id, "those who keep the diary find it in the log"
    assert taken.uid
    with invited.database.reading() as db:
        [logged] = decisions.list_of(db, invited.anne.id, limit=9)
        [at_console] = quarantine.list_all_decisions(db, CONSOLE, before=None, limit=9).items
    assert logged.note == "Je suis absente."
    assert at_console.note is None, "only those who keep the diary read it"
    assert invited.deliver(after=300) == 0


def test_words_go_on_to_the_assistants_and_their_reply_to_the_sender(
    invited: House, assistant: Principal, folder: Path
) -> None:
    text = "Bonjour,\n\nJe viens à deux.\n\nLe 3 mars 2026, Anne a écrit :\n> CANARI"
    message = written(from_address(folder), text)
    message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="CANARI.pdf")
    message.add_attachment(b"MZ", maintype="application", subtype="x-dos", filename="a.pdf.exe")

    taken = take(invited, message.as_bytes())
    again = take(invited, message.as_bytes())

    assert taken.decision is again.decision is Decision.FORWARDED
    assert invited.deliver() == 1
    sent = mails(folder)[-1]
    assert sent["To"] == "rosalie@example.org"
    assert sent["Reply-To"] == JUDGE
    assert sent["In-Reply-To"] == sent["References"] == "<abc123@tribunal.example>"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["Subject"] == "[DPASS] Message reçu\u00a0: réunion du 03/03/2026"
    said = text_of(sent)
    assert "Je viens à deux." in said
    assert JUDGE in said
    assert "a écrit" not in said
    assert "Une pièce jointe n’est pas transmise" in said
    assert [one.get_filename() for one in sent.iter_attachments()] == ["piece-1.pdf"]


@pytest.mark.rule("SEC-2")
def test_of_what_an_assistant_may_not_read_the_words_go_to_the_owner(
    house: House, assistant: Principal, folder: Path
) -> None:
    house.invite(summary="CANARI", visibility="CONFIDENTIAL")
    house.deliver()

    take(house, written(from_address(folder), "Je viens à deux.").as_bytes())

    house.deliver()
    sent = mails(folder)[-1]
    assert sent["To"] == "anne@example.org"
    assert "CANARI" not in sent.as_string()


@pytest.mark.parametrize("words", ["Je serai en retard.", ""], ids=["with words", "alone"])
def test_only_what_a_person_wrote_beside_an_answer_goes_on(
    invited: House, folder: Path, words: str
) -> None:
    message = written(from_address(folder), f"Accepté : Réunion\n{words}\n")
    message.add_alternative(
        reply().encode(), maintype="text", subtype="calendar", cte="base64",
        params={"method": "REPLY", "charset": "utf-8"},
    )  # fmt: skip

    assert take(invited, message.as_bytes()).decision is Decision.APPLIED

    assert invited.deliver() == (1 if words else 0)
    assert not words or words in text_of(mails(folder)[-1])


@pytest.mark.parametrize("marked", [True, False], ids=["nothing said", "no mark"])
def test_what_goes_to_nobody_waits_for_a_person(invited: House, folder: Path, marked: bool) -> None:
    to, text = (from_address(folder), " \n") if marked else (BOX, "Rappelez-moi.")

    assert take(invited, written(to, text).as_bytes()).decision is Decision.QUARANTINED
    assert invited.deliver() == 0


def test_our_own_mail_that_comes_back_goes_nowhere(invited: House, folder: Path) -> None:
    returned = mails(folder)[0].as_bytes()
    looped = written(from_address(folder), "Bonjour", X_Loop=BOX).as_bytes()

    for octets in (returned, looped):
        assert take(invited, octets).decision is Decision.IGNORED
    assert invited.deliver() == 0


def test_a_storm_of_words_stops(
    invited: House, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forward, "MOST_OF_ONE", 3)
    to, found = from_address(folder), []
    for number in range(5):
        message = written(to, f"Message {number}")
        del message["Message-ID"]
        message["Message-ID"] = f"<{number}@tribunal.example>"
        found.append(take(invited, message.as_bytes()))

    assert [one.decision for one in found] == [Decision.FORWARDED] * 3 + [Decision.QUARANTINED] * 2
    assert found[-1].why is Why.TOO_MANY


def test_who_schedules_does_not_write_to_himself(
    invited: House, assistant: Principal, folder: Path
) -> None:
    own = written(from_address(folder), "Bonjour", sender="rosalie@example.org")

    assert take(invited, own.as_bytes()).decision is Decision.QUARANTINED


@pytest.mark.rfc("5321 §3.6.2")
def test_only_addresses_that_were_given_are_ours(invited: House, folder: Path) -> None:
    with invited.database.transaction() as db:
        token = bounces.bounce_token(db, last_message(invited).id, now=invited.now)
        ours = [BOX, from_address(folder), bounces.bounce_address(BOX, token), "ANNE@example.org"]
        guessed = "a" * 26
        others = [f"agenda+{guessed}@dpass.example.org", bounces.bounce_address(BOX, guessed)]
        others += ["agenda@elsewhere.example", "x@dpass.example.org", "", "agenda"]

        known = [one for one in ours + others if is_ours(db, BOX, one)]

    assert known == ours
