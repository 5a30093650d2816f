"""What was sent is seen by those it was sent for; what failed is sent again by one of them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from calendars.itip.message import ItipMethod
from calendars.model.principal import Rights
from notifications import bounces, failure, queued
from notifications.mailbox import forward
from notifications.mailbox.decisions import Settled
from notifications.mailbox.outcome import Decision
from notifications.message import State
from scheduler.app.arrivals import knows
from scheduler.app.commands import mail_words
from scheduler.app.due_work import Outlet
from scheduler.app.wiring import Service
from scheduler.appointments import booking_messages as bookings
from scheduler.appointments import messages as phone_messages
from scheduler.campaigns import messages as campaigns
from scheduler.deadlines import letters as deadline_letters
from scheduler.diaries import messages as hold_reminder
from scheduler.meetings import notices as meeting_notices
from scheduler.polls import messages as polls
from scheduler.reminders import send_digests, watching
from tests.builders import an_event
from tests.calendars.api.conftest import Asker, Join
from tests.command_line import CommandLine

JUDGE = "juge@tribunal.example"


def invite(asker: Asker, name: str, **parts: Any) -> None:
    text = an_event(uid=name, organizer=f"{asker.login}@example.org", attendees=[JUDGE], **parts)
    path = f"/dav/calendars/{asker.login}/agenda/{name}.ics"
    answer = asker.raw(
        "PUT", path, content=text.encode(), headers={"Content-Type": "text/calendar"}
    )
    assert answer.status_code == 201, answer.text


def messages(asker: Asker, login: str = "anne", **parameters: Any) -> list[dict[str, Any]]:
    answer = asker.get(f"/principals/{login}/messages", **parameters)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def bounce(service: Service, number: int) -> None:
    now = int(service.clock.now().timestamp())
    with service.database.transaction() as db:
        message = queued.find(db, number)
        assert message is not None
        assert failure.failed(db, message, "550 5.1.1 no such user", now=now)


@pytest.mark.rule("NOT-1")
def test_each_sees_what_was_sent_in_his_name(
    service: Service, anne: Asker, paul: Asker, join: Join
) -> None:
    eve = join("eve")
    anne.entrust(paul, Rights.SCHEDULE)
    invite(anne, "open")
    invite(anne, "closed", visibility="CONFIDENTIAL")

    assert [one["uid"] for one in messages(anne)] == ["closed", "open"]
    # Being her assistant is not enough for what is confidential: not even to whom it went.
    [seen] = messages(paul)
    assert (seen["uid"], seen["recipient"], seen["method"]) == ("open", JUDGE, "REQUEST")
    assert (seen["state"], seen["attempts"]) == ("PENDING", 0)
    assert eve.get("/principals/anne/messages").status_code == 404

    assert Outlet(service).deliver() == 2
    assert {one["state"] for one in messages(anne)} == {"SENT"}
    assert messages(anne, state=["FAILED", "PENDING"]) == []
    [newest] = messages(anne, limit=1)
    assert [one["uid"] for one in messages(anne, before=newest["id"])] == ["open"]


def test_what_failed_is_sent_again_by_who_may(
    service: Service, anne: Asker, paul: Asker, join: Join
) -> None:
    eve, outlet = join("eve"), Outlet(service)
    anne.entrust(paul, Rights.SCHEDULE)
    invite(anne, "m")
    outlet.deliver()
    [sent] = messages(anne)
    retry = f"/messages/{sent['id']}/retry"
    assert anne.post(retry).status_code == 409
    bounce(service, sent["id"])

    assert eve.post(retry).status_code == 404
    assert paul.post(retry).json()["state"] == "PENDING"
    assert outlet.deliver() == 1
    [again] = messages(anne)
    assert (again["state"], again["message_id"]) == ("SENT", sent["message_id"])


def test_a_bounce_is_let_in_where_the_mail_server_hands_it_over(
    service: Service, anne: Asker
) -> None:
    mailbox, now = service.settings.mail_from, int(service.clock.now().timestamp())
    assert not knows(service, bounces.bounce_address(mailbox, "a" * 26))
    invite(anne, "m")
    [sent] = messages(anne)
    with service.database.transaction() as db:
        token = bounces.bounce_token(db, sent["id"], now=now)
    assert knows(service, bounces.bounce_address(mailbox, token))
    assert not knows(service, bounces.bounce_address(mailbox, "a" * 26))


def test_the_console_sees_no_recipient(service: Service, anne: Asker, niaouli: CommandLine) -> None:
    invite(anne, "m")
    Outlet(service).deliver()
    [sent] = messages(anne)
    bounce(service, sent["id"])

    listed = niaouli("mail", "list", "--failed", "--json")
    [row] = listed.json
    assert (row["id"], row["state"], row["answer"]) == (
        sent["id"], "FAILED", "550 5.1.1 no such user",
    )  # fmt: skip
    assert JUDGE not in listed.out
    table = niaouli("mail", "list").out
    assert "en échec" in table
    assert not re.search("FAILED|REQUEST|imip", table)
    assert ";FAILED;" in niaouli("mail", "list", "--csv").out
    niaouli("mail", "retry", str(sent["id"]))
    assert messages(anne)[0]["state"] == "PENDING"
    niaouli("mail", "retry", str(sent["id"]), fails=1)


def test_every_code_of_a_mail_has_its_word() -> None:
    kinds = {
        *map(str, meeting_notices.Notice), *(one.kind for one in deadline_letters.Notice),
        forward.KIND, hold_reminder.KIND, polls.KIND, phone_messages.KIND, bookings.KIND,
        campaigns.KIND, campaigns.DIGEST, send_digests.KIND, watching.KIND, "imip",
    }  # fmt: skip
    assert mail_words.KINDS.keys() == kinds
    assert mail_words.STATES.keys() == set(State)
    assert mail_words.METHODS.keys() >= set(ItipMethod)
    assert mail_words.DECISIONS.keys() == set(Decision)
    assert mail_words.SETTLED.keys() == set(Settled)
