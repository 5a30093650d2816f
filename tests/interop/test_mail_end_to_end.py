"""Mail by itself, between real programs: a diary here, Postfix, Dovecot, and a Thunderbird there.

The assistant keeps the director's diary from a calendar program; the judge has no account, a
mailbox at her court, and Thunderbird.
"""

from __future__ import annotations

import os
import re
import smtplib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

import caldav
import pytest
import requests

from tests.interop.mail_servers import OURS, PASSWORD, THEIRS, MailServers, mail_servers
from tests.interop.process import Account, Process, free_port, running_process
from tests.interop.thunderbird_mail import Correspondent, correspondent

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]

SERVICE, JUDGE = f"agenda@{OURS}", f"juge@{THEIRS}"
DIRECTOR = "directeur@example.org"
DONE = '"Trait&AOk-s"'
PICTURES = os.environ.get("PICTURES", "")
"""A folder that pictures are kept in."""


@dataclass
class World:
    """The programs, and the diary that the assistant keeps."""

    servers: MailServers
    service: Process
    director: Account
    assistant: Account

    def __post_init__(self) -> None:
        make: Any = caldav.DAVClient
        self.client = make(
            f"{self.service.base}/dav/", username=self.assistant.login,
            password=self.assistant.password, timeout=30,
        )  # fmt: skip
        self.diary: Any = self.client.calendar(url=self.service.calendar(self.director))

    def meeting(self, uid: str, *, guest: str = JUDGE, hour: int = 14) -> str:
        return "\r\n".join([
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", "BEGIN:VEVENT", f"UID:{uid}",
            "DTSTAMP:20261127T000000Z", f"DTSTART;TZID=Pacific/Noumea:20270302T{hour}0000",
            f"DTEND;TZID=Pacific/Noumea:20270302T{hour + 1}0000", "SUMMARY:Réunion de service",
            "LOCATION:Salle Turquoise, centre administratif",
            f"ORGANIZER:mailto:{self.director.email}",
            f"ATTENDEE;CN=Judith Boyer;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{guest}",
            "END:VEVENT", "END:VCALENDAR", "",
        ])  # fmt: skip

    def text_of(self, uid: str, calendar: str = "agenda", who: Account | None = None) -> str:
        """What a calendar holds of a UID, unfolded; empty where it holds nothing."""
        owner = who or self.director
        url = f"{self.service.base}/dav/calendars/{owner.login}/{calendar}/"
        body = (
            '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop>'
            "<C:calendar-data/></D:prop><C:filter><C:comp-filter name='VCALENDAR'/></C:filter>"
            "</C:calendar-query>"
        )
        answer = requests.request(
            "REPORT", url, data=body, headers={"Depth": "1", "Content-Type": "application/xml"},
            auth=(owner.login, owner.password), timeout=30,
        )  # fmt: skip
        text = answer.text.replace("&#13;", "").replace("\r", "").replace("\n ", "")
        found = re.findall(r"BEGIN:VCALENDAR.*?END:VCALENDAR", text, re.DOTALL)
        return next((one for one in found if uid in one), "")

    def guest_line(self, uid: str, guest: str = JUDGE) -> str:
        """What the organizer's copy says of a guest."""
        lines = self.text_of(uid).splitlines()
        return next((one for one in lines if one.startswith("ATTENDEE") and guest in one), "")

    def log(self) -> str:
        """What every program said."""
        own = Path(self.service.environment["NIAOULI_DATA"]) / "log"
        return own.read_text(errors="replace")[-3000:] + self.servers.log()


def until(true: Callable[[], Any], world: World, *, seconds: float = 45) -> Any:
    """What is true at last."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, world.log()
        time.sleep(0.3)
    return found


@contextmanager
def running(data: Path, servers: MailServers, settings: Mapping[str, str]) -> Iterator[World]:
    """The service beside the mail servers."""
    common = {
        "SMTP_URL": f"smtp://127.0.0.1:{servers.smtp}?starttls=never",
        "MAIL_FROM": SERVICE,
        "MAIL_DELAY_SECONDS": "0",
        "MAIL_SENDERS": "as-written",  # Postfix here lets in the mail of this machine alone
        "ORGANISATION": "DPASS",
    }
    with running_process(data, "", {**common, **settings}) as process:
        director = process.add_account("directeur", "Aurélien Cagou")
        assistant = process.add_account("rosalie", "Rosalie Naouta")
        process.run("delegate", director.login, assistant.login, "--rights", "schedule")
        world = World(servers, process, director, assistant)
        try:
            yield world
        finally:
            world.client.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Answers come by way of a mailbox; what is for people here is handed to it as well."""
    postfix = {
        "virtual_alias_domains": "example.org",
        "virtual_alias_maps": f"inline:{{ {{{DIRECTOR} = {SERVICE}}} }}",
    }
    with mail_servers([SERVICE, JUDGE], settings=postfix) as servers:
        who = f"{quote(SERVICE)}:{quote(PASSWORD)}"
        box = f"imaps://{who}@127.0.0.1:{servers.imaps}/INBOX?ca={quote(str(servers.certificate))}"
        with running(tmp_path_factory.mktemp("service"), servers, {"IMAP_URL": box}) as found:
            yield found


@pytest.fixture(scope="module")
def judge(world: World) -> Iterator[Correspondent]:
    """Thunderbird, started once."""
    locale = "fr" if PICTURES else None
    with correspondent(world.servers, JUDGE, "Judith Boyer", locale) as found:
        yield found


@pytest.mark.rfc("6047 §2.4")
def test_an_invitation_goes_out_is_answered_moved_and_cancelled(
    world: World, judge: Correspondent, tmp_path: Path
) -> None:
    event = world.diary.add_event(world.meeting("out-1"))

    seen = judge.open("Invitation")
    judge.screenshot(str(Path(PICTURES or tmp_path) / "thunderbird-invitation.png"))
    assert seen["shown"], seen
    assert {"imipAcceptButton", "imipDeclineButton"} <= set(seen["buttons"])
    assert "Aurélien Cagou" in seen["author"]
    held = judge.press("ACCEPTED", "out-1")
    assert held is not None
    assert held["utc"] == "20270302T030000Z", "14:00 in Nouméa"
    until(lambda: "PARTSTAT=ACCEPTED" in world.guest_line("out-1"), world)

    event.load()
    event.data = event.data.replace("20270302T14", "20270302T16").replace(
        "20270302T15", "20270302T17"
    )
    event.save()
    seen = judge.open("Réunion reportée")
    assert seen["shown"], seen
    assert "UPDATE" in seen["action"]
    held = judge.press("ACCEPTED", "out-1")
    assert held is not None
    assert held["utc"] == "20270302T050000Z"
    until(lambda: "PARTSTAT=ACCEPTED" in world.guest_line("out-1"), world)
    assert "20270302T160000" in world.text_of("out-1")

    event.delete()
    seen = judge.open("Réunion annulée")
    assert seen["shown"], seen
    assert seen["action"].startswith("CANCEL")
    held = judge.press("", "out-1")
    assert held is None or held["status"] == "CANCELLED"


def test_an_invitation_comes_in_and_the_answer_goes_back(
    world: World, judge: Correspondent
) -> None:
    uid = "in-1"
    ics = "\r\n".join([
        "BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261127T000000Z", "SUMMARY:Audience de cabinet",
        "DTSTART:20270303T030000Z", "DTEND:20270303T040000Z",
        f"ORGANIZER;CN=Judith Boyer:mailto:{JUDGE}", "X-MOZ-SEND-INVITATIONS:TRUE",
        f"ATTENDEE;CN=Judith Boyer;PARTSTAT=ACCEPTED;ROLE=CHAIR:mailto:{JUDGE}",
        f"ATTENDEE;CN=Cagou;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{DIRECTOR}", "END:VEVENT", "",
    ])  # fmt: skip
    assert judge.invite(ics, uid) is not None

    text = until(lambda: world.text_of(uid), world)
    own = next(one for one in text.splitlines() if one.startswith("ATTENDEE") and DIRECTOR in one)
    assert "PARTSTAT=NEEDS-ACTION" in own
    assert f"mailto:{JUDGE}" in text

    event = until(lambda: world.diary.get_event_by_uid(uid), world)
    event.load()
    unfolded = event.data.replace("\r\n ", "").replace("\n ", "")
    [mine] = [
        one for one in unfolded.splitlines() if one.startswith("ATTENDEE") and DIRECTOR in one
    ]
    event.data = unfolded.replace(mine, mine.replace("NEEDS-ACTION", "ACCEPTED"))
    event.save()

    seen = judge.open("Accepté")
    assert seen["shown"], seen
    assert seen["action"] == "REPLY"
    judge.press("", uid)
    held = judge.held(uid)
    assert held is not None
    assert [f"mailto:{DIRECTOR}", "ACCEPTED"] in held["attendees"]


@pytest.mark.rfc("3464")
def test_what_does_not_arrive_is_seen_by_the_organizer_and_by_the_secretary(world: World) -> None:
    nobody = f"personne@{THEIRS}"
    world.diary.add_event(world.meeting("bounced-1", guest=nobody))

    until(lambda: "SCHEDULE-STATUS=5.1" in world.guest_line("bounced-1", nobody), world)
    task = until(lambda: world.text_of(nobody, "taches", world.assistant), world)
    assert "5.1.1" in task
    assert world.servers.mails(SERVICE) == [], "read mail is put away"
    assert world.servers.mails(SERVICE, DONE)


@pytest.mark.rfc("2033 §4.2")
def test_postfix_hands_mail_over_and_refuses_what_is_not_ours(tmp_path: Path) -> None:
    port = free_port()
    postfix = {
        "smtpd_recipient_restrictions": (
            f"check_recipient_access inline:{{ {{{OURS} = reject_unverified_recipient}} }}, "
            "permit_mynetworks, reject"
        ),
        "unverified_recipient_reject_code": "550",
        "address_verify_map": "",
        "address_verify_poll_delay": "1s",
    }
    routes = {SERVICE: f"lmtp:inet:127.0.0.1:{port}"}
    place = {"LMTP_LISTEN": f"127.0.0.1:{port}"}
    with (
        mail_servers([JUDGE], settings=postfix, routes=routes) as servers,
        running(tmp_path, servers, place) as world,
    ):
        world.diary.add_event(world.meeting("lmtp-1"))
        [octets] = servers.wait_for_mail(JUDGE)
        invitation = message_from_bytes(octets, policy=policy.default)
        assert isinstance(invitation, EmailMessage)
        to = invitation["From"].addresses[0].addr_spec

        servers.send(JUDGE, [to], _reply(to, "lmtp-1").as_bytes())
        until(lambda: "PARTSTAT=DECLINED" in world.guest_line("lmtp-1"), world)

        guessed = f"agenda+{'a' * 26}@{OURS}"
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            servers.send(JUDGE, [guessed], _reply(guessed, "lmtp-1").as_bytes())
        [(code, _)] = refused.value.recipients.values()
        assert code == 550, "refused while the sender is there: nobody gets a bounce"


def _reply(to: str, uid: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = JUDGE, to, "Refusé : Réunion"
    message["Message-ID"] = f"<{uid}@{THEIRS}>"
    message.set_content("")
    calendar = "\r\n".join([
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:Microsoft Exchange Server 2010", "METHOD:REPLY",
        "BEGIN:VEVENT", f"UID:{uid}", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{JUDGE}", "SEQUENCE:0",
        "DTSTAMP:20270101T000000Z", "END:VEVENT", "END:VCALENDAR", "",
    ])  # fmt: skip
    message.add_alternative(
        calendar.encode(), maintype="text", subtype="calendar", cte="base64",
        params={"method": "REPLY", "charset": "utf-8"},
    )  # fmt: skip
    return message
