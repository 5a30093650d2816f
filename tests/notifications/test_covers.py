"""Letters and papers go along with invitations: each to its reader, confidential ones to nobody."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
import requests

from calendars.kernel.database import Database
from calendars.model.calendar_object import CalendarObject
from calendars.model.principal import Principal, Rights
from calendars.services.delegate import DelegationDraft, delegate
from calendars.services.put_object import PutObject, put_object
from notifications import covers
from notifications.covers import TooManyPapers, add_paper, papers_for
from notifications.post import Paper
from tests.builders import NOUMEA, UID, an_event
from tests.notifications.guests import JUDGE, NEXT_WEEK, Browser, link_in, posted, words_of
from tests.notifications.test_mail_leaves import DISPATCH, House, relay, text_of
from tests.serving import PASSWORD, Client, Server, running_server
from tests.stores import NOW, a_person, object_path

SQLITE = pytest.mark.parametrize("engine", ["sqlite"])
MEMBERS = [f"membre{number}@partenaire.example" for number in range(40)]
ALL = Paper("ordre-du-jour.pdf", "application/pdf", b"%PDF-1.7 agenda " * 400)


@pytest.fixture
def anne(database: Database) -> Principal:
    with database.transaction() as db:
        return a_person(db, "anne")


def files(mail: EmailMessage) -> dict[str, bytes]:
    """What is attached, but the calendar."""
    found = {}
    for part in mail.iter_attachments():
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        found[part.get_filename() or ""] = payload
    found.pop("invitation.ics")
    return found


def letter(member: str) -> Paper:
    return Paper("convocation.pdf", "application/pdf", f"%PDF-1.7 {member}".encode() * 2_000)


@pytest.mark.rule("COM-13")
def test_forty_are_convoked_each_by_his_own_letter(database: Database, anne: Principal) -> None:
    with relay() as (handler, smtp):
        house = House(database, anne, smtp)
        convoke(house)
        with database.transaction() as db:
            meeting = (anne.id, UID)
            add_paper(db, meeting, ALL, now=house.now)
            for member in MEMBERS:
                add_paper(db, meeting, letter(member), f"mailto:{member}", now=house.now)

        assert house.deliver() == 40

        taken = {one.mail["To"]: one.mail for one in handler.taken}
        assert sorted(taken) == sorted(MEMBERS)
        for member, mail in taken.items():
            own = letter(member)
            assert files(mail) == {own.filename: own.octets, ALL.filename: ALL.octets}
            said = "Pièces jointes\u00a0: convocation.pdf et ordre-du-jour.pdf."
            assert said in text_of(mail)

        # What is added later goes with the next message, what they have does not go again.
        house.now += 600
        with database.transaction() as db:
            plan = Paper("plan.pdf", "application/pdf", b"%PDF-1.7 map")
            add_paper(db, (anne.id, UID), plan, now=house.now)
        convoke(house, location="Salle Corail", sequence=1)
        house.deliver()
        assert [files(one.mail) for one in handler.taken[40:]] == [{"plan.pdf": plan.octets}] * 40


def convoke(house: House, **parts: object) -> None:
    text = an_event(organizer="anne@example.org", attendees=MEMBERS, **parts)  # type: ignore[arg-type]
    body = text.encode()
    put = PutObject(object_path(house.anne, "m.ics"), CalendarObject.parse(body), body)
    with house.database.transaction() as db:
        put_object(db, house.anne, put, dispatch=DISPATCH, now=house.now)


def test_no_mail_grows_beyond_what_relays_take(
    database: Database, anne: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(covers, "MOST_OCTETS", 10_000)
    meeting = (anne.id, UID)
    with database.transaction() as db:
        add_paper(db, meeting, Paper("a.pdf", "application/pdf", b"a" * 6_000), now=NOW)
        with pytest.raises(TooManyPapers):
            add_paper(db, meeting, Paper("b.pdf", "application/pdf", b"b" * 6_000), now=NOW)
        again = Paper("a.pdf", "application/pdf", b"c" * 9_000)
        add_paper(db, meeting, again, now=NOW)
        assert papers_for(db, meeting, f"mailto:{JUDGE}") == (again,)


# --- over HTTP -----------------------------------------------------------------------------------


@pytest.fixture
def server(migrated_url: str, tmp_path: Path) -> Iterator[Server]:
    settings = {"mail_delay_seconds": 0, "organisation": "DPASS"}
    with running_server(migrated_url, tmp_path / "data", **settings) as running:
        yield running


@dataclass
class Assistant:
    """Somebody who sets the papers of a meeting of Anne's, over REST."""

    server: Server
    login: str

    def ask(self, method: str, below: str = "", **members: str) -> requests.Response:
        path = f"/api/v1/principals/anne/calendars/agenda/objects/m.ics/cover{below}"
        return requests.request(
            method, self.server.base + path, json=members or None,
            auth=(self.login, PASSWORD), timeout=30,
        )  # fmt: skip

    def add(self, content: bytes, **members: str) -> requests.Response:
        encoded = b64encode(content).decode()
        return self.ask("POST", "", filename="Décision.pdf", content=encoded, **members)


def put(anne: Client, visibility: str, people: list[str]) -> None:
    text = an_event(
        organizer="anne@example.org", attendees=people, start=NEXT_WEEK, visibility=visibility
    )
    assert anne.put(f"{anne.agenda}m.ics", text).status_code in {201, 204}


@SQLITE
@pytest.mark.rule("SEC-6")
def test_a_confidential_paper_is_read_behind_its_readers_link_alone(server: Server) -> None:
    anne = server.add_person("anne", name="Anne Kauri")
    other = "greffe@tribunal.example"
    put(anne, "CONFIDENTIAL", [])
    assistant = Assistant(server, "anne")
    added = assistant.add(b"%PDF secret", recipient=JUDGE.upper())
    assert added.status_code == 201, added.text
    number = added.json()["id"]
    put(anne, "CONFIDENTIAL", [JUDGE, other])

    mails = posted(server)
    assert all(b"Decision" not in one.read_bytes() for one in mails)
    links = {who: link_in(one) for who in (JUDGE, other) for one in mails if who in one.read_text()}
    browser = Browser(server.base)

    page = words_of(browser.open(links[JUDGE]).text)
    assert "Pièces jointes" in page
    assert f"piece-{number}.pdf" in page
    assert "Décision" not in page
    paper = browser.open(f"{links[JUDGE]}/papers/{number}")
    assert paper.content == b"%PDF secret"
    assert paper.headers["Content-Disposition"] == f'attachment; filename="piece-{number}.pdf"'
    assert paper.headers["Cache-Control"] == "no-store"
    assert "piece-" not in browser.open(links[other]).text
    assert browser.open(f"{links[other]}/papers/{number}").status_code == 404

    put(anne, "PUBLIC", [JUDGE, other])
    paper = browser.open(f"{links[JUDGE]}/papers/{number}")
    assert "filename*=UTF-8''D%C3%A9cision.pdf" in paper.headers["Content-Disposition"]

    assert assistant.ask("DELETE", f"/{number}").status_code == 204
    assert browser.open(f"{links[JUDGE]}/papers/{number}").status_code == 404


@SQLITE
@pytest.mark.rule("SEC-5")
def test_only_who_invites_for_her_sets_what_goes_along(server: Server) -> None:
    anne = server.add_person("anne")
    put(anne, "PUBLIC", [])
    for login, rights in (
        ("reads", Rights.READ),
        ("writes", Rights.WRITE),
        ("invites", Rights.SCHEDULE),
    ):
        server.add_person(login)
        with server.service.database.transaction() as db:
            delegate(db, "anne", login, DelegationDraft(rights), zone=NOUMEA, now=0)
    server.add_person("stranger")

    wanted = {"anne": 201, "invites": 201, "writes": 403, "reads": 403, "stranger": 404}
    assert {one: Assistant(server, one).add(b"x").status_code for one in wanted} == wanted
    [kept] = Assistant(server, "anne").ask("GET").json()["items"]
    assert (kept["filename"], kept["size"], kept["recipient"]) == ("Décision.pdf", 1, None)
    assert Assistant(server, "stranger").ask("GET").status_code == 404
    assert Assistant(server, "anne").add(b"x", media_type="multipart/mixed").status_code == 422
    assert Assistant(server, "anne").add(b"x", recipient="nobody").status_code == 422
    assert Assistant(server, "anne").ask("DELETE", "/99").status_code == 404
