"""Invitations leave by mail: what goes out, when, to whom, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from calendars.kernel.clock import FixedClock
from calendars.kernel.database import Database
from calendars.model.calendar_object import CalendarObject
from calendars.model.language import Language
from calendars.model.principal import Principal
from calendars.services.choose_language import remember_language
from calendars.services.delete_object import delete_object
from calendars.services.deliver_itip import Dispatch
from calendars.services.put_object import PutObject, put_object
from calendars.storage import calendar_objects
from notifications.channels.folder import Folder
from notifications.channels.smtp import Relay, Smtp
from notifications.compose import Composers
from notifications.delivery import Channel, PostOffice, deliver_due
from notifications.imip.transport import MailQueue
from tests.builders import NOUMEA, START, an_event
from tests.relays import RelayHandler, running_relay
from tests.stores import NOW, a_person, agenda_of, object_path

JUDGE = "juge@tribunal.example"
DISPATCH = Dispatch(MailQueue(60))


@pytest.fixture
def anne(database: Database) -> Principal:
    with database.transaction() as db:
        return a_person(db, "anne")


class House:
    """A diary, a post office, and a clock that the test moves."""

    def __init__(self, database: Database, anne: Principal, channel: Channel) -> None:
        self.database, self.anne, self.channel = database, anne, channel
        self.now = NOW
        self.base_url = ""

    def invite(self, **parts: object) -> None:
        text = an_event(organizer="anne@example.org", attendees=[JUDGE], **parts)  # type: ignore[arg-type]
        body = text.encode()
        put = PutObject(object_path(self.anne, "m.ics"), CalendarObject.parse(body), body)
        with self.database.transaction() as db:
            put_object(db, self.anne, put, dispatch=DISPATCH, now=self.now)

    def cancel(self) -> None:
        with self.database.transaction() as db:
            path = object_path(self.anne, "m.ics")
            delete_object(db, self.anne, path, dispatch=DISPATCH, now=self.now)

    def deliver(self, *, after: int = 60) -> int:
        self.now += after
        office = PostOffice(
            self.database,
            FixedClock(datetime.fromtimestamp(self.now, UTC)),
            self.channel,
            Composers(NOUMEA, "DPASS"),
            "agenda@dpass.example.org",
            NOUMEA,
            self.base_url,
        )
        return deliver_due(office)

    def status(self) -> str:
        with self.database.reading() as db:
            stored = calendar_objects.find(db, agenda_of(db, self.anne).id, "m.ics")
        assert stored is not None
        text = stored.data.decode().replace("\r\n ", "")
        [line] = [one for one in text.split("\r\n") if one.endswith(f"mailto:{JUDGE}")]
        return line.partition("SCHEDULE-STATUS=")[2].partition(";")[0].partition(":")[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mail"


@pytest.fixture
def house(database: Database, anne: Principal, folder: Path) -> House:
    return House(database, anne, Folder(folder))


def mails(folder: Path) -> list[EmailMessage]:
    """What has left, in the order in which it did."""
    paths = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
    return [one for one in found if isinstance(one, EmailMessage)]


def calendar_in(mail: EmailMessage) -> tuple[str, str]:
    """The method that the type says, and the text, unfolded."""
    [part] = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    return part.get_param("method"), part.get_content().replace("\r\n ", "")  # type: ignore[return-value]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


@pytest.mark.rfc("6047 §2.4")
def test_an_invitation_has_the_shape_that_shows_buttons(house: House, folder: Path) -> None:
    house.invite(location="Salle Turquoise")
    assert house.status() == "1.0"

    assert house.deliver() == 1

    [mail] = mails(folder)
    types = [part.get_content_type() for part in mail.walk()]
    assert types == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar",
        "application/ics",
    ]  # fmt: skip
    method, calendar = calendar_in(mail)
    assert method == "REQUEST"
    assert "METHOD:REQUEST" in calendar
    sender = mail["From"].addresses[0].addr_spec
    assert f"ORGANIZER;CN=Anne:mailto:{sender}" in calendar
    assert sender.startswith("agenda+")
    assert f"mailto:{JUDGE}" in calendar
    assert "RSVP=TRUE" in calendar
    assert "SCHEDULE-STATUS" not in calendar
    assert "X-NIAOULI" not in calendar
    assert calendar.count("BEGIN:STANDARD") == 1
    assert mail["Auto-Submitted"] == "auto-generated"
    assert house.status() == "1.1"


def test_the_words_are_french_and_say_what_matters(house: House, folder: Path) -> None:
    house.invite(location="Salle Turquoise")
    house.deliver()
    house.invite(location="Salle Turquoise", start=START + timedelta(days=1))
    house.deliver()
    house.cancel()
    house.deliver()

    invitation, moved, cancelled = mails(folder)

    assert invitation["Subject"] == "[DPASS] Invitation\u00a0: 03/03/2026"
    assert (
        "Anne vous invite à la réunion «\u00a0Réunion de service\u00a0», le mardi 3 mars 2026 à "
        "14\u00a0h\u00a030 (heure de Nouméa, UTC+11\u00a0; durée prévue\u00a0: 1\u00a0h), "
        "Salle Turquoise."
    ) in text_of(invitation)
    assert (
        "prévue le mardi 3 mars 2026 à 14\u00a0h\u00a030 est reportée au mercredi 4 mars 2026"
    ) in text_of(moved)
    assert calendar_in(moved)[0] == "REQUEST"
    assert moved["From"] == invitation["From"]
    assert "est annulée" in text_of(cancelled)
    assert calendar_in(cancelled)[0] == "CANCEL"


@pytest.mark.rule("NOT-2")
def test_each_is_written_to_in_his_language(house: House, folder: Path) -> None:
    with house.database.transaction() as db:
        remember_language(db, JUDGE, Language.ENGLISH, by=house.anne, now=NOW)
    house.invite(location="Salle Turquoise")
    house.deliver()
    house.invite(location="Salle Corail", sequence=1)
    house.deliver()
    house.invite(
        location="Salle Corail",
        sequence=2,
        status="CANCELLED",
        extra=["COMMENT:The room is closed."],
    )
    house.deliver()

    invitation, elsewhere, cancelled = mails(folder)

    assert invitation["Subject"] == "[DPASS] Invitation: 3 Mar 2026"
    assert "Place: Salle Corail, instead of: Salle Turquoise." in text_of(elsewhere)
    assert calendar_in(cancelled)[0] == "CANCEL"
    said = text_of(cancelled)
    assert "planned on Tuesday 3 March 2026 at 14:30 (Nouméa time, UTC+11) is cancelled." in said
    assert "Reason: The room is closed." in said


@pytest.mark.rule("NOT-3")
def test_several_edits_within_a_minute_are_one_mail(house: House, folder: Path) -> None:
    house.invite()
    for hours in (1, 2, 3):
        house.now += 10
        house.invite(start=START + timedelta(hours=hours))

    house.deliver()

    [mail] = mails(folder)
    assert "17\u00a0h\u00a030" in text_of(mail)
    assert "vous invite" in text_of(mail)


@pytest.mark.rule("NOT-3")
def test_what_nobody_heard_of_is_not_cancelled(house: House, folder: Path) -> None:
    house.invite()
    house.cancel()

    assert house.deliver() == 0
    assert mails(folder) == []


@pytest.mark.rule("SEC-6")
@pytest.mark.parametrize("visibility", ["PRIVATE", "CONFIDENTIAL"])
def test_what_is_not_public_leaves_with_time_and_place_alone(
    house: House, folder: Path, visibility: str
) -> None:
    house.invite(
        visibility=visibility, summary="CANARI", description="CANARI", location="Bureau 3",
        extra=["X-DPASS-REF:CANARI", "ATTENDEE;CN=CANARI:mailto:canari@example.net"],
    )  # fmt: skip

    house.deliver()

    for mail in mails(folder):
        for part in mail.walk():
            if not part.is_multipart() and mail["To"] == JUDGE:
                assert "CANARI" not in str(part.get_content())
        assert "CANARI" not in str(mail["Subject"])


def test_a_title_cannot_forge_a_header(house: House, folder: Path) -> None:
    house.invite(summary="Réunion\nBcc: tous@example.net", location="a\nSubject: faux")

    house.deliver()

    [mail] = mails(folder)
    assert mail["Bcc"] is None
    assert len(mail.get_all("Subject", [])) == 1


# --- a relay that answers ------------------------------------------------------------------------


@contextmanager
def relay() -> Iterator[tuple[RelayHandler, Smtp]]:
    with running_relay() as (handler, target), closing(Smtp(target)) as smtp:
        yield handler, smtp


def test_a_relay_that_says_later_is_asked_later_under_the_same_id(
    database: Database, anne: Principal
) -> None:
    with relay() as (handler, smtp):
        house = House(database, anne, smtp)
        house.invite()
        handler.answer = "451 later"
        assert house.deliver() == 0
        assert house.status() == "1.0"
        assert house.deliver(after=30) == 0  # not yet

        handler.answer = "250 OK"
        assert house.deliver(after=60) == 1

        assert house.status() == "1.1"
        assert house.deliver(after=3600) == 0
        assert [one.mail["To"] for one in handler.taken] == [JUDGE]


def test_a_refusal_for_good_is_seen_by_the_organizer(database: Database, anne: Principal) -> None:
    with relay() as (handler, smtp):
        house = House(database, anne, smtp)
        house.invite()
        handler.answer = "550 no such user"

        assert house.deliver() == 0

    assert house.status() == "5.1"


def test_a_relay_that_is_away_loses_nothing(database: Database, anne: Principal) -> None:
    with closing(Smtp(Relay("127.0.0.1", 9))) as smtp:
        house = House(database, anne, smtp)
        house.invite()

        assert house.deliver() == 0

    assert house.status() == "1.0"
