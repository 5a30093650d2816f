"""The life of a meeting, from the request to the last action, over REST, CalDAV and mail.

An assistant keeps it for the director; a partner has no account; the director is away when the
minutes are validated, so that the deputy does it in his stead; a mistake is found afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from calendars.model.component import unescape
from calendars.model.principal import Rights
from calendars.services.delegate import DelegationDraft, delegate
from notifications.mailbox.take_in import take_in
from scheduler.app.due_work import do_due_work
from tests.mailing import SERVICE, a_mail, a_mailroom, proven
from tests.serving import Client, Server, running_server

NOUMEA = ZoneInfo("Pacific/Noumea")
SOPHIE = "sophie.mica@partenaires.example.org"
Json = dict[str, Any]


class World:
    """The service, the people, the clock on the wall and the post."""

    def __init__(self, server: Server, patch: pytest.MonkeyPatch) -> None:
        self.server, self._patch = server, patch
        self._read: set[Path] = set()
        self.request = self.ref = self.first = self.uid = self.event = self.task = ""
        self.invitation = EmailMessage()
        self.sections: list[Json] = []
        self.it_is("2027-02-15T08:00")
        self.director = server.add_person("director", name="Aurélien Cagou")
        self.deputy = server.add_person("deputy", name="Hortense Niaouli")
        self.assistant = server.add_person("assistant", name="Rosalie Frangipane")
        self.olivier = server.add_person("olivier", name="Olivier Dugong")
        self.solange = server.add_person("solange", name="Solange Vanille")
        self.entrust("assistant", Rights.SCHEDULE)

    def it_is(self, local: str) -> None:
        """From now on."""
        now = datetime.fromisoformat(local).replace(tzinfo=NOUMEA)
        self._patch.setattr(type(self.server.service.clock), "now", lambda _: now)
        self.now = int(now.timestamp())

    def entrust(self, to: str, rights: Rights, *days: str) -> None:
        """The director lets somebody into his diary, or have his interim from day to day."""
        first, last = (date.fromisoformat(one) for one in days) if days else (None, None)
        draft = DelegationDraft(rights, False, first, last, "congés")
        with self.server.service.database.transaction() as db:
            delegate(db, "director", to, draft, zone=NOUMEA, now=self.now)

    def mails(self) -> dict[str, EmailMessage]:
        """What has left since it was asked last, by recipient: one letter to each at most."""
        do_due_work(self.server.service)
        folder = self.server.service.settings.data / "mail"
        fresh = sorted(set(folder.glob("*.eml")) - self._read)
        self._read |= set(fresh)
        found: dict[str, EmailMessage] = {}
        for path in fresh:
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            assert isinstance(mail, EmailMessage)
            assert str(mail["To"]) not in found
            found[str(mail["To"])] = mail
        return found

    def ask(
        self, who: Client, method: str, path: str = "", body: object = None, status: int = 200
    ) -> Json:
        """One request about the meeting."""
        url = f"{self.server.base}/api/v1/meetings/{self.ref}{path}".rstrip("/")
        answer = who.http.request(method, url, json=body, timeout=30)
        assert answer.status_code == status, answer.text
        found: Json = answer.json()
        return found

    def lead(self, *states: str) -> None:
        for state in states:
            self.ask(self.assistant, "POST", "/state", {"state": state})

    def register(self, query: str = "") -> dict[str, str]:
        """How far each action is, as the assistant reads it."""
        url = f"{self.server.base}/api/v1/actions?meeting={self.ref}{query}"
        items = self.assistant.http.get(url, timeout=30).json()["items"]
        return {one["label"]: "overdue" if one["overdue"] else one["state"] for one in items}


@pytest.fixture
def world(migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    settings = {"mail_from": SERVICE, "organisation": "DPASS", "mail_delay_seconds": 0}
    with running_server(migrated_url, tmp_path / "data", **settings) as server:
        yield World(server, monkeypatch)


def asked(
    world: World, who: Client, method: str, path: str, body: object = None, status: int = 200
) -> Json:
    """One request about the wish for a meeting with the director."""
    url = f"{world.server.base}/api/v1/diaries/director/requests{path}"
    answer = who.http.request(method, url, json=body, timeout=30)
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


def objects(client: Client, calendar: str = "agenda") -> dict[str, str]:
    """What stands in a calendar: text by path."""
    path = f"/dav/calendars/{client.login}/{calendar}/"
    found = client.propfind(path, "<D:getetag/>", depth="1")
    texts = {one.href: client.ask("GET", one.href).text for one in found if one.href != path}
    return {href: text.replace("\r\n ", "") for href, text in texts.items()}


def said(text: str, name: str) -> str:
    """One property, with plain spaces."""
    [*_, value] = re.findall(rf"^{name}(?:;[^\r\n:]*)?:([^\r\n]*)", text, re.MULTILINE)
    return unescape(value).replace("\u00a0", " ")


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\u00a0", " ").replace("\r\n", "\n")


def papers(mail: EmailMessage) -> list[str]:
    return [str(one.get_filename()) for one in mail.iter_attachments()
            if one.get_content_type() == "application/pdf"]  # fmt: skip


def put_changed(client: Client, href: str, *changes: tuple[str, str]) -> None:
    """As a calendar program does it: read, change, write."""
    text = client.ask("GET", href).text.replace("\r\n ", "")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    assert client.put(href, text).status_code == 204


@pytest.mark.rule("MTG-1")
@pytest.mark.rule("MTG-7")
@pytest.mark.rule("DIR-3")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_life_of_a_meeting(world: World) -> None:
    ask_for_it(world)
    find_a_date(world)
    answer(world)
    write_the_agenda(world)
    move_it_in_a_client(world)
    set_the_agenda(world)
    hold_it(world)
    draw_up_minutes(world)
    validate_in_his_stead(world)
    send_them(world)
    correct_them(world)
    tick_a_task(world)
    take_up_what_was_left(world)
    be_reminded(world)
    close_it(world)


def ask_for_it(world: World) -> None:
    """Monday 15 February. A head of service asks the director for a meeting with a partner."""
    told = asked(world, world.solange, "POST", "", {
        "subject": "Comité de direction", "minutes": 120, "meeting": "CODIR",
        "attendees": ["olivier@example.org"],
    }, 201)  # fmt: skip
    world.request, world.ref = told["ref"], told["meeting"]
    asked(world, world.assistant, "POST", f"/{world.request}/claim")
    made = world.ask(world.assistant, "PATCH", "", {
        "secretary": "assistant", "chair_function": "le directeur", "series": "codir",
    })  # fmt: skip
    assert (world.ref, made["state"], made["start"]) == ("CODIR-2027-01", "requested", None)
    assert made["request"] == world.request
    assert objects(world.director) == {}
    world.lead("searching")


def find_a_date(world: World) -> None:
    """A date is found: the meeting is an event in the diaries, and a mail for the partner."""
    made = world.ask(world.assistant, "PATCH", "", {
        "start": "2027-03-08T08:00:00+11:00", "minutes": 120, "location": "Salle Turquoise",
        "required": ["olivier", "solange", "deputy", SOPHIE], "optional": [], "rooms": [],
    })  # fmt: skip
    assert made["state"] == "planned"
    assert asked(world, world.solange, "GET", f"/{world.request}")["state"] == "planned"
    [world.event] = objects(world.director)
    world.uid = made["event"]["uid"]
    assert "ORGANIZER" in objects(world.olivier).popitem()[1]
    [invitation] = world.mails().values()
    world.invitation = invitation
    assert str(invitation["To"]) == SOPHIE
    assert "Message envoyé par Rosalie Frangipane pour le compte d’Aurélien Cagou." in (
        words(invitation)
    )


def answer(world: World) -> None:
    """She answers from her mail program, a colleague from his calendar."""
    accept_by_mail(world)
    [copy] = objects(world.olivier)
    own = line_of(world.olivier, copy)
    put_changed(world.olivier, copy, (own, own.replace("NEEDS-ACTION", "ACCEPTED")))
    answers = {one["address"]: one["answer"] for one in world.ask(world.assistant, "GET")["people"]}
    assert answers[f"mailto:{SOPHIE}"] == answers["mailto:olivier@example.org"] == "ACCEPTED"
    assert answers["mailto:solange@example.org"] == "NEEDS-ACTION"
    world.mails()


def write_the_agenda(world: World) -> None:
    """The agenda is written into every copy; nobody is written to for it."""
    for title, kind, minutes, presenter in (
        ("Budget supplémentaire : arbitrages", "decision", 40, "olivier"),
        ("Calendrier du 2e trimestre", "information", 20, "solange"),
        ("Locaux", "debate", 30, "deputy"),
    ):
        item = {"title": title, "kind": kind, "minutes": minutes, "presenter": presenter}
        world.ask(world.assistant, "POST", "/agenda", item, 201)
    assert world.mails() == {}
    assert "2. Calendrier du 2e trimestre — 8 h 40, 20 min" in (
        said(objects(world.solange).popitem()[1], "DESCRIPTION")
    )


def move_it_in_a_client(world: World) -> None:
    """The director moves it in his own calendar: the meeting has moved, all are told once."""
    put_changed(world.director, world.event, ("20270308T080000", "20270309T090000"),
                ("20270308T100000", "20270309T110000"))  # fmt: skip
    moved = world.mails()
    assert "reportée" in words(moved[SOPHIE])
    assert world.ask(world.olivier, "GET")["start"] == "2027-03-09T09:00:00+11:00"
    assert "2. Calendrier du 2e trimestre — 9 h 40, 20 min" in (
        said(objects(world.solange).popitem()[1], "DESCRIPTION")
    )


def set_the_agenda(world: World) -> None:
    """Friday 5 March. The agenda is set: each presenter hears when he is on."""
    world.it_is("2027-03-05T16:00")
    world.lead("agenda_set")
    world.mails()
    world.it_is("2027-03-05T16:15")
    passages = {to: words(one) for to, one in world.mails().items()}
    assert (
        "- point 2, « Calendrier du 2e trimestre », de 9 h 40 à 10 h"
        in (passages["solange@example.org"])
    )


def hold_it(world: World) -> None:
    """Tuesday 9 March. One point comes up in session, one is put off, one person sends somebody."""
    world.it_is("2027-03-09T09:00")
    world.mails()
    world.lead("in_session")
    items = world.ask(world.assistant, "POST", "/agenda", {"title": "Divers"}, 201)["items"]
    assert [one["added_in_session"] for one in items] == [False, False, False, True]
    world.ask(world.assistant, "PATCH", f"/agenda/{items[2]['id']}", {"state": "postponed"})
    world.ask(world.assistant, "PUT", "/attendance", {"items": [
        {"person": "solange", "presence": "represented", "represented_by": "Lucas Letchi"},
        {"person": "deputy", "presence": "remote"},
    ]})  # fmt: skip
    world.it_is("2027-03-09T11:00")
    world.lead("held")


def draw_up_minutes(world: World) -> None:
    """The minutes are drawn up from the agenda, completed, submitted."""
    draft = world.ask(world.assistant, "PUT", "/minutes", {})["sections"]
    assert [one["text"] for one in draft][2] == "Point reporté à la prochaine réunion."
    sections = world.sections = [
        {name: one[name] for name in ("title", "item", "text", "decisions")} for one in draft
    ]
    sections[0] |= {
        "text": "Trois scénarios sont **présentés**.",
        "decisions": ["Le premier scénario est retenu."],
        "actions": [
            {"label": "Transmettre les arbitrages", "owner": "olivier", "due": "2027-03-16"}
        ],
    }
    sections[1]["actions"] = [
        {"label": "Diffuser le calendrier", "owner": "solange", "due": "2027-03-19"}
    ]
    world.ask(world.assistant, "PUT", "/minutes", {"sections": sections})
    world.ask(world.assistant, "POST", "/minutes/submit")


def validate_in_his_stead(world: World) -> None:
    """The director is on leave from the 10th to the 12th: his deputy takes the interim."""
    world.entrust("deputy", Rights.ACT_FOR, "2027-03-10", "2027-03-12")
    world.ask(world.deputy, "POST", "/minutes/validate", None, 403)
    world.it_is("2027-03-10T11:00")
    world.ask(world.assistant, "POST", "/minutes/validate", None, 403)
    step = world.ask(world.deputy, "POST", "/minutes/validate")["steps"][-1]
    assert (step["author"], step["on_behalf_of"]) == ("deputy", "director")


def send_them(world: World) -> None:
    """They go out: a letter with the PDF, a note in each diary, a task for each action."""
    world.mails()
    world.ask(world.assistant, "POST", "/minutes/distribute")
    letters = world.mails()
    assert set(letters) == {SOPHIE, *(
        f"{one}@example.org" for one in ("director", "deputy", "assistant", "olivier", "solange")
    )}  # fmt: skip
    assert "validé par Hortense Niaouli, par intérim." in words(letters[SOPHIE])
    assert papers(letters[SOPHIE]) == ["CODIR-2027-01-v3.pdf"]
    assert "- Transmettre les arbitrages, avant le mardi 16 mars 2027" in (
        words(letters["olivier@example.org"])
    )
    [note] = [one for one in objects(world.solange).values() if "BEGIN:VJOURNAL" in one]
    assert "pour le directeur, par intérim." in said(note, "DESCRIPTION")
    [(world.task, text)] = objects(world.olivier, "taches").items()
    assert (said(text, "SUMMARY"), said(text, "DUE")) == ("Transmettre les arbitrages", "20270316")
    assert said(text, "RELATED-TO") == world.uid


def correct_them(world: World) -> None:
    """A mistake is found: a new version says what changed, the former one can still be read."""
    world.it_is("2027-03-11T08:40")
    kept = world.ask(world.assistant, "GET", "/minutes")["sections"]
    for section, known in zip(world.sections, kept, strict=True):
        for action, before in zip(section.get("actions", []), known["actions"], strict=True):
            action["ref"] = before["ref"]
    world.sections[1]["actions"][0]["due"] = "2027-03-26"
    world.ask(world.assistant, "POST", "/minutes/correct",
              {"sections": world.sections, "reason": "erreur de date au point 2"})  # fmt: skip
    world.ask(world.assistant, "POST", "/minutes/distribute")
    corrected = world.mails()[SOPHIE]
    assert (
        "Une version rectifiée (n° 4) remplace celle du mercredi 10 mars 2027. "
        "Modification : erreur de date au point 2."
    ) in words(corrected)
    assert papers(corrected) == ["CODIR-2027-01-v4.pdf"]
    assert world.ask(world.olivier, "GET", "/minutes/3")["state"] == "distributed"
    assert said(objects(world.solange, "taches").popitem()[1], "DUE") == "20270326"


def tick_a_task(world: World) -> None:
    """Olivier ticks his task in his calendar program: the action is done."""
    world.it_is("2027-03-12T10:00")
    put_changed(world.olivier, world.task, ("STATUS:NEEDS-ACTION", "STATUS:COMPLETED"))
    assert world.register() == {
        "Transmettre les arbitrages": "done", "Diffuser le calendrier": "open",
    }  # fmt: skip


def take_up_what_was_left(world: World) -> None:
    """The next meeting of the series takes up what was left."""
    world.first, world.ref = world.ref, ""
    after = world.ask(world.assistant, "POST", "", {
        "kind": "CODIR", "title": "Comité de direction", "on_behalf_of": "director",
        "series": "codir", "start": "2027-04-06T08:00:00+11:00", "required": ["solange"],
    }, 201)["ref"]  # fmt: skip
    world.ref = after
    taken_up = [one["title"] for one in world.ask(world.solange, "GET", "/agenda")["items"]]
    assert taken_up == [
        "Approbation du compte rendu précédent", "Suivi des actions", "Locaux",
    ]  # fmt: skip


def be_reminded(world: World) -> None:
    """Solange is late: she is reminded on Monday, does it, and says so."""
    world.ref = world.first
    world.it_is("2027-03-29T08:00")
    assert world.register() == {
        "Transmettre les arbitrages": "done", "Diffuser le calendrier": "overdue",
    }  # fmt: skip
    [reminder] = [
        one for one in world.mails().values() if "Actions en retard" in str(one["Subject"])
    ]
    assert str(reminder["To"]) == "solange@example.org"
    [row] = world.solange.http.get(f"{world.server.base}/api/v1/actions?overdue=true").json()[
        "items"
    ]
    world.solange.http.patch(
        f"{world.server.base}/api/v1/actions/{row['ref']}", json={"state": "done"}
    )
    assert "STATUS:COMPLETED" in objects(world.solange, "taches").popitem()[1]
    assert set(world.register().values()) == {"done"}


def close_it(world: World) -> None:
    """Nothing is left to do: the meeting is closed, and its record tells all of it."""
    world.lead("closed")
    record = world.ask(world.assistant, "GET", "/record")
    assert record["state"] == "clos"
    assert [(one["version"], one["state"]) for one in record["minutes"]["versions"]] == [
        (1, "brouillon"), (2, "soumis"), (3, "validé"), (3, "diffusé"), (4, "corrigé"),
        (4, "rediffusé"),
    ]  # fmt: skip
    assert record["minutes"]["versions"][2]["for"] == "director"
    assert [one["state"] for one in record["actions"]] == ["fait", "fait"]


def line_of(client: Client, href: str) -> str:
    """The line of a person in his own copy."""
    text = client.ask("GET", href).text.replace("\r\n ", "")
    [line] = [
        one for one in text.split("\r\n")
        if one.startswith("ATTENDEE") and one.endswith(f"mailto:{client.login}@example.org")
    ]  # fmt: skip
    return line


def accept_by_mail(world: World) -> None:
    """The partner's program sends the answer to where the invitation came from."""
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Mozilla.org//x", "METHOD:REPLY",
        "BEGIN:VEVENT", f"UID:{world.uid}", "DTSTAMP:20270215T030000Z", "SEQUENCE:0",
        "DTSTART;TZID=Pacific/Noumea:20270308T080000",
        "ORGANIZER:mailto:director@example.org",
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{SOPHIE}", "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    to = str(world.invitation["Reply-To"] or world.invitation["From"])
    address = to.rpartition("<")[2].rstrip(">")
    mail = a_mail("\r\n".join(lines), sender=SOPHIE, to=address, method="REPLY")
    taken = take_in(a_mailroom(world.server.service.database), proven(mail), now=world.now)
    assert taken.decision == "applied", taken.why
