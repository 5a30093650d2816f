"""Mails of partners and their effect on the diaries of the directorate (acceptance 4).

Whole mails, as they lie in the mailbox behind a relay that has proven their senders, with what is
decided of each; what people see of it is asked of the service over HTTP.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from calendars.kernel.audit import CONSOLE
from calendars.kernel.database import Db
from calendars.services import sign_in
from calendars.storage import calendar_objects, principals
from notifications.mailbox.take_in import take_in
from scheduler.demonstration.directorate import Directorate
from scheduler.demonstration.load import load
from tests.mailing import DATA, a_mailroom, proven
from tests.serving import _HASH, Client, Server, running_server

# What the door does on PostgreSQL is tested beside it; the directorate takes a while.
pytestmark = pytest.mark.parametrize("engine", ["sqlite"])

NOW = int(time.time())
CONVENTION = "20260908-ext-0001@partenaires.example.org"
OPTION = "option-vr-2@dpass.example.org"
DIRECTOR = "aurelien.cagou"


@pytest.fixture(scope="module")
def directorate() -> Directorate:
    return Directorate()


@pytest.fixture
def server(migrated_url: str, tmp_path: Path, directorate: Directorate) -> Iterator[Server]:
    with running_server(migrated_url, tmp_path) as running:
        database = running.service.database
        load(database, directorate, timezone_id="Pacific/Noumea", now=NOW, watch=lambda *_: None)
        with database.transaction() as db:
            director = principals.get(db, DIRECTOR)
            sign_in.set_password(db, director.id, _HASH, by=CONSOLE, now=NOW)
        yield running


def take(server: Server, number: str) -> str:
    [path] = (DATA / "dpass" / "imip").glob(f"{number}-*.eml")
    taken = take_in(a_mailroom(server.service.database), proven(path.read_bytes()), now=NOW)
    return f"{taken.decision}: {taken.why}"


def diary(db: Db, uid: str, login: str = DIRECTOR) -> str:
    """What stands in a person's diary under a UID, unfolded."""
    [held] = calendar_objects.list_of_person(db, principals.get(db, login).id, uid)
    return held.data.decode().replace("\r\n ", "").replace("\r\n", "\n")


def text(server: Server, uid: str, login: str = DIRECTOR) -> str:
    with server.service.database.reading() as db:
        return diary(db, uid, login)


def shown(client: Client, day: str, uid: str) -> list[tuple[str, str]]:
    """When something is on a day, and how it stands, as the director reads it."""
    answer = client.http.get(
        f"{client.base}/api/v1/principals/{DIRECTOR}/calendars/agenda/objects",
        params={"from": f"{day}T00:00:00+11:00", "to": f"{day}T23:59:59+11:00"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    found = [one for one in answer.json()["items"] if one["uid"] == uid]
    return [(one["start"], one["status"]) for one in found]


@pytest.mark.rule("DIA-1")
@pytest.mark.rule("acceptance 4")
def test_each_mail_of_the_partners_has_its_effect(server: Server) -> None:
    director = Client(server.base, DIRECTOR)

    assert take(server, "01") == "applied: invited"
    assert shown(director, "2026-09-08", CONVENTION) == [("2026-09-08T09:00:00+11:00", "CONFIRMED")]
    assert "PARTSTAT=NEEDS-ACTION" in text(server, CONVENTION)
    assert take(server, "02") == "applied: updated"
    assert shown(director, "2026-09-08", CONVENTION) == []
    assert shown(director, "2026-09-09", CONVENTION) == [("2026-09-09T14:00:00+11:00", "CONFIRMED")]
    assert take(server, "03") == "applied: cancelled"
    assert shown(director, "2026-09-09", CONVENTION) == [("2026-09-09T14:00:00+11:00", "CANCELLED")]
    assert take(server, "04") == "ignored: stale"
    assert shown(director, "2026-09-09", CONVENTION) == [("2026-09-09T14:00:00+11:00", "CANCELLED")]

    assert take(server, "05") == "applied: answered"
    assert "PARTSTAT=ACCEPTED" in text(server, OPTION)
    assert take(server, "06") == "applied: answered"
    answered = text(server, OPTION)
    assert "PARTSTAT=DECLINED" in answered
    assert "Indisponible\\, séminaire à Koné" in answered
    # The same mails once more: each was decided on already.
    assert [take(server, "05"), take(server, "06")] == ["applied: answered"] * 2
    assert text(server, OPTION) == answered

    assert take(server, "07") == "applied: answered"
    [occurrence] = [
        part
        for part in text(server, "codir@dpass.example.org").split("BEGIN:VEVENT")
        if "RECURRENCE-ID" in part and "907T" in part
    ]
    assert "PARTSTAT=DECLINED" in occurrence
    assert "DTSTART;TZID=Pacific/Noumea:20260907T" in occurrence

    for number, decided in (
        ("08", "applied: proposed"),
        ("09", "quarantined: wrong-sender"),
        ("10", "quarantined: uninvited"),
        ("11", "ignored: own-meeting"),
    ):
        assert take(server, number) == decided
        assert text(server, OPTION) == answered
    assert shown(director, "2026-03-18", OPTION)[0][0] == "2026-03-18T14:30:00+11:00"

    assert take(server, "12") == "applied: answered"
    sitting = text(server, "seance-adoption-2026-04@dpass.example.org", "hortense.niaouli")
    assert "PARTSTAT=DELEGATED" in sitting
    assert "nicole.agate@asso.example.org" in sitting
    assert take(server, "13") == "bounced: bounce"


def test_nothing_of_it_is_believed_of_a_sender_whom_nobody_has_proven(server: Server) -> None:
    room = a_mailroom(server.service.database)
    before = text(server, OPTION)
    decided = {}
    for path in sorted((DATA / "dpass" / "imip").glob("*.eml")):
        taken = take_in(room, path.read_bytes(), now=NOW)
        decided[path.name[:2]] = f"{taken.decision}: {taken.why}"

    held = [number for number, said in decided.items() if said.startswith("quarantined")]

    assert held == ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "12"]
    assert text(server, OPTION) == before
