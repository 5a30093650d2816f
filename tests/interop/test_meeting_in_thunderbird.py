"""The life of a meeting as people see it in Thunderbird, from the invitation to the last action.

The assistant keeps the director's diary in hers; a head of service has his own diary and task list
in his; a partner has no account and gets mails; another program is told by webhooks.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import holidays
import pytest

from tests.interop.process import PASSWORD, Process, running_process
from tests.interop.programs import program
from tests.interop.thunderbird_member import Member, Seen, members
from tests.mailing import SERVICE, a_mail
from tests.relays import RelayHandler, running_relay
from tests.scheduler.webhooks.conftest import Receiver, listening
from tests.serving import Client

pytestmark = [pytest.mark.interop, pytest.mark.timeout(600)]

Json = dict[str, Any]
CALENDAR = "text/calendar"
SOPHIE = "sophie@partenaires.example"
DIARY, OWN, TASKS = "directeur~agenda", "agenda", "taches"
PAPER = b"%PDF-1.7\n" + bytes(range(256)) * 40
DELAY = 15
"""For how many seconds a mail waits: what was moved in a program is followed meanwhile."""
PICTURES = os.environ.get("PICTURES", "")
"""A folder that pictures are kept in; Thunderbird speaks French for them."""


def a_free_monday() -> date:
    """Of a week without holidays, two weeks ahead at least."""
    day = datetime.now(UTC).date() + timedelta(days=21)
    monday = day - timedelta(days=day.weekday())
    closed = holidays.country_holidays("FR", subdiv="NC", years=range(day.year, day.year + 2))
    while any(monday + timedelta(days=n) in closed for n in range(5)):
        monday += timedelta(days=7)
    return monday


class World:
    """The service, the people, the post, and who is told."""

    def __init__(self, service: Process, relay: RelayHandler, receiver: Receiver) -> None:
        self.service, self._relay, self._receiver = service, relay, receiver
        self._read = self._heard = 0
        self.invitation = EmailMessage()
        self.monday = a_free_monday()
        self.ref = self.uid = ""
        for login, name in (
            ("directeur", "Aurélien Cagou"), ("rosalie", "Rosalie Frangipane"),
            ("solange", "Solange Vanille"), ("olivier", "Olivier Dugong"),
        ):  # fmt: skip
            service.add_account(login, name)
        admin = ("--name", "Informatique", "--email", "info@example.org", "--role", "admin")
        service.run("user", "add", "info", *admin, "--password-stdin", given=PASSWORD)
        service.run("resource", "add", "turquoise", "--kind", "room", "--name", "Salle Turquoise",
                    "--capacity", "20", "--email", "turquoise@example.org")  # fmt: skip
        service.run("delegate", "directeur", "rosalie", "--rights", "schedule")
        self.director, self.assistant, self.olivier, self.solange, info = (
            Client(service.base, one, PASSWORD)
            for one in ("directeur", "rosalie", "olivier", "solange", "info")
        )
        kinds = ["meeting.planned", "meeting.moved", "minutes.distributed", "action.opened",
                 "action.closed"]  # fmt: skip
        wanted = {"url": receiver.url, "kinds": kinds}
        rest(info, "POST", "webhooks", wanted, status=201)

    def at(self, day: int, hour: int) -> datetime:
        """A day of that week, at the site."""
        local = datetime(self.monday.year, self.monday.month, self.monday.day, hour, tzinfo=UTC)
        return local + timedelta(days=day, hours=-11)

    def ask(
        self, who: Client, method: str, path: str = "", body: object = None, status: int = 200
    ) -> Json:
        """One request about the meeting."""
        return rest(who, method, f"meetings/{self.ref}{path}".rstrip("/"), body, status=status)

    def lead(self, *states: str) -> None:
        for state in states:
            self.ask(self.assistant, "POST", "/state", {"state": state})

    def answers(self) -> dict[str, str]:
        """What everybody said, by login."""
        people = self.ask(self.assistant, "GET")["people"]
        return {one["address"].removeprefix("mailto:").partition("@")[0]: one["answer"]
                for one in people}  # fmt: skip

    def register(self) -> dict[str, str]:
        """How far each action is."""
        items = rest(self.assistant, "GET", f"actions?meeting={self.ref}")["items"]
        return {one["label"]: one["state"] for one in items}

    def mails(self, *expected: str) -> dict[str, EmailMessage]:
        """What has left since it was asked last, by recipient: one letter to each at most."""
        self.service.run("run-due")
        taken = self._relay.taken
        until(lambda: {*expected} <= {one.recipient for one in taken[self._read :]}, 60)
        fresh = taken[self._read :]
        self._read += len(fresh)
        assert max(Counter(one.recipient for one in fresh).values(), default=1) == 1
        return {one.recipient: one.mail for one in fresh}

    def told(self) -> list[str]:
        """What another program has heard of since it was asked last."""
        self.service.run("run-due")
        fresh = self._receiver.heard[self._heard :]
        self._heard += len(fresh)
        return sorted(one.said["kind"] for one in fresh)


def rest(who: Client, method: str, path: str, body: object = None, *, status: int = 200) -> Json:
    """One request, which ends as expected."""
    answer = who.http.request(method, f"{who.base}/api/v1/{path}", json=body, timeout=30)
    assert answer.status_code == status, answer.text
    found: Json = answer.json() if answer.content else {}
    return found


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        relay, reached = stack.enter_context(running_relay())
        receiver = stack.enter_context(listening())
        settings = {
            "SMTP_URL": f"smtp://127.0.0.1:{reached.port}?starttls=never",
            "MAIL_FROM": SERVICE, "MAIL_DELAY_SECONDS": f"{DELAY}", "MAIL_SENDERS": "as-written",
            "ORGANISATION": "DPASS", "WEBHOOK_HOSTS": "127.0.0.1",
        }  # fmt: skip
        process = stack.enter_context(running_process(tmp_path, "", settings))
        yield World(process, relay, receiver)


def until(look: Callable[[], Any], seconds: float = 20) -> Any:
    """What is so at last: a calendar program looks again after a while."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end
        time.sleep(0.5)
    return found


def picture(member: Member, name: str, *, of_dialog: bool = False) -> None:
    if PICTURES:
        member.picture(str(Path(PICTURES) / f"thunderbird-{name}.png"), of_dialog=of_dialog)


@pytest.mark.rule("MTG-1")
@pytest.mark.rule("MTG-4")
@pytest.mark.rule("MTG-7")
def test_the_life_of_a_meeting_in_thunderbird(world: World) -> None:
    call_it(world)
    locale = "fr" if PICTURES else None
    with (
        running_relay() as (programs_mail, sink),
        members(world.service, PASSWORD, sink.port, "rosalie", "solange", locale=locale) as (
            rosalie,
            solange,
        ),
    ):
        assert set(rosalie.find([DIARY])) == {DIARY}
        assert set(solange.find([OWN, TASKS])) == {OWN, TASKS}
        read_it(world, solange)
        answer_it(world, solange)
        drag_it(world, rosalie, solange)
        move_it_back(world, rosalie, solange)
        hold_it(world)
        tick_it(world, solange)
        assert not programs_mail.taken, "no Thunderbird writes mails of its own"


def call_it(world: World) -> None:
    """Tuesday at eight, with an agenda, its presenters and a paper, in the director's name."""
    made = world.ask(world.assistant, "POST", "", {
        "kind": "CODIR", "title": "Comité de direction", "on_behalf_of": "directeur",
        "secretary": "rosalie", "chair_function": "le directeur", "series": "codir",
        "start": world.at(1, 8).isoformat(), "minutes": 120, "location": "Salle Turquoise",
        "required": ["solange", "olivier", SOPHIE], "rooms": ["turquoise"],
    }, 201)  # fmt: skip
    world.ref, world.uid = made["ref"], made["event"]["uid"]
    for title, kind, minutes, presenter in (
        ("Budget supplémentaire : arbitrages", "decision", 40, "olivier"),
        ("Calendrier du trimestre", "information", 20, "solange"),
        ("Locaux de Ducos", "debate", 30, "rosalie"),
    ):
        item = {"title": title, "kind": kind, "minutes": minutes, "presenter": presenter}
        made = world.ask(world.assistant, "POST", "/agenda", item, 201)
    hand_in(world, made["items"][0]["id"])
    [(to, world.invitation)] = world.mails(SOPHIE).items()
    assert to == SOPHIE
    assert world.told() == ["meeting.planned"]


def hand_in(world: World, item: int) -> None:
    """The paper of a point, by who presents it."""
    answer = world.olivier.http.put(
        f"{world.service.base}/api/v1/meetings/{world.ref}/papers/DOC-2026-031", data=PAPER,
        params={"filename": "arbitrages.pdf", "item": f"{item}"},
        headers={"Content-Type": "application/pdf"}, timeout=30,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text


def read_it(world: World, solange: Member) -> None:
    """She opens the meeting: time, place, agenda; and its paper."""
    shown = solange.read(OWN, world.uid)
    picture(solange, "meeting", of_dialog=True)
    assert (shown["title"], shown["location"]) == ("Comité de direction", "Salle Turquoise")
    assert shown["answers"], "she is asked whether she comes"
    lines = shown["text"].replace("\u00a0", " ").splitlines()
    start = lines.index(f"Ordre du jour (réf. {world.ref})")
    assert [one for one in lines[start + 1 : start + 5] if one] == [
        "1. Budget supplémentaire : arbitrages — 8 h, 40 min (décision, Olivier Dugong)",
        "2. Calendrier du trimestre — 8 h 40, 20 min (information, Solange Vanille)",
        "3. Locaux de Ducos — 9 h, 30 min (débat, Rosalie Frangipane)",
    ]
    [address] = shown["attachments"]
    opened = solange.open(OWN, address)
    assert opened is not None
    assert (opened["status"], opened["octets"]) == (200, PAPER)
    assert opened["type"] == "application/pdf"
    assert "arbitrages.pdf" in opened["named"]


def answer_it(world: World, solange: Member) -> None:
    """She accepts in that window, the partner by mail."""
    assert solange.answer(OWN, world.uid, "ACCEPTED") == "ACCEPTED"
    accept_by_mail(world)
    assert world.answers() == {
        "directeur": "ACCEPTED", "solange": "ACCEPTED", "sophie": "ACCEPTED",
        "olivier": "NEEDS-ACTION",
    }  # fmt: skip


def drag_it(world: World, rosalie: Member, solange: Member) -> None:
    """The assistant drags it from Tuesday at eight to Thursday at nine: the meeting has moved."""
    assert world.mails() == {}, "an agenda that is written or read is no news"
    asked = rosalie.drag(DIARY, world.uid, utc(world.at(3, 9)), utc(world.at(3, 11)))
    picture(rosalie, "moved")
    assert not asked

    moved = world.ask(world.olivier, "GET")
    assert datetime.fromisoformat(moved["start"]) == world.at(3, 9)
    assert datetime.fromisoformat(moved["end"]) == world.at(3, 11)
    assert set(world.answers().values()) == {"ACCEPTED", "NEEDS-ACTION"}
    assert {who for who, said in world.answers().items() if said == "ACCEPTED"} == {"directeur"}
    mails = world.mails(SOPHIE)
    everybody_sees(world, rosalie, solange, day=3, hour=9)
    told_of_move(mails, "reportée", agenda_from="9 h")
    assert world.told() == ["meeting.moved"]


def move_it_back(world: World, rosalie: Member, solange: Member) -> None:
    """Moved over REST, it is at its new time in both Thunderbirds."""
    start = world.at(2, 14)
    world.ask(world.assistant, "PATCH", "", {"start": start.isoformat()})
    everybody_sees(world, rosalie, solange, day=2, hour=14)
    told_of_move(world.mails(SOPHIE), "déplacée", agenda_from="14 h")  # to an earlier day
    assert world.told() == ["meeting.moved"]


def told_of_move(mails: dict[str, EmailMessage], how: str, *, agenda_from: str) -> None:
    """One letter to the partner, which bears the new hours of the agenda; none to those inside."""
    assert set(mails) == {SOPHIE}
    letter = words(mails[SOPHIE])
    assert how in letter
    assert "Message envoyé par Rosalie Frangipane pour le compte d’Aurélien Cagou." in letter
    [calendar] = [
        part.get_content() for part in mails[SOPHIE].walk() if part.get_content_type() == CALENDAR
    ]
    said = re.sub(r"\r?\n ", "", str(calendar)).replace("\u00a0", " ")
    assert f"1. Budget supplémentaire : arbitrages — {agenda_from}\\, 40 min" in said


def everybody_sees(world: World, rosalie: Member, solange: Member, *, day: int, hour: int) -> None:
    """The time, in all programs; the room is free at the old time and taken at the new one."""
    for member, calendar in ((rosalie, DIARY), (solange, OWN)):
        seen = at_its_time(member, calendar, world.uid, utc(world.at(day, hour)))
        answers = dict(seen["attendees"])
        assert answers["mailto:solange@example.org"] == "NEEDS-ACTION"
        assert answers["mailto:turquoise@example.org"] == "ACCEPTED"
        said = seen["description"].replace("\u00a0", " ")
        assert (
            f"1. Budget supplémentaire : arbitrages — {hour} h, 40 min (décision, Olivier Dugong)"
            in said
        )
        assert f"2. Calendrier du trimestre — {hour} h 40, 20 min" in said
        assert len(seen["attachments"]) == 1
    assert busy(world, "turquoise") == [(utc(world.at(day, hour)), utc(world.at(day, hour + 2)))]


def at_its_time(member: Member, calendar: str, uid: str, start: str) -> Seen:
    """The event in somebody's program, once it stands at that time there."""

    def look() -> Seen | None:
        seen = member.seen(calendar, uid)
        return seen if seen is not None and seen["utc"] == start else None

    found: Seen = until(look)
    return found


def hold_it(world: World) -> None:
    """It is held; its minutes are drafted, submitted, validated and sent, with three actions."""
    world.lead("agenda_set", "in_session", "held")
    draft = world.ask(world.assistant, "PUT", "/minutes", {})["sections"]
    sections = [{name: one[name] for name in ("title", "item", "text", "decisions")}
                for one in draft]  # fmt: skip
    due = (world.monday + timedelta(days=10)).isoformat()
    sections[0]["actions"] = [
        {"label": "Transmettre les arbitrages", "owner": "solange", "due": due},
        {"label": "Prévenir les pôles", "owner": "solange", "due": due},
        {"label": "Mettre à jour le tableau", "owner": "olivier", "due": due},
    ]
    world.ask(world.assistant, "PUT", "/minutes", {"sections": sections})
    world.ask(world.assistant, "POST", "/minutes/submit")
    world.mails()
    world.ask(world.director, "POST", "/minutes/validate")
    world.ask(world.assistant, "POST", "/minutes/distribute")
    people = {f"{one}@example.org" for one in ("directeur", "rosalie", "solange", "olivier")}
    mails = world.mails(*people, SOPHIE)
    assert set(mails) == people | {SOPHIE}
    assert "Transmettre les arbitrages" in words(mails["solange@example.org"])
    assert world.told() == [*["action.opened"] * 3, "minutes.distributed"]
    note = journal(world.solange)
    assert world.uid in note
    assert "Compte rendu : Comité de direction" in note


def tick_it(world: World, solange: Member) -> None:
    """Her actions stand in her task list; she ticks one: register, webhook, next agenda follow."""
    next_one = call_the_next(world, weeks=1)
    assert open_on_paper(world, next_one) == {
        "Transmettre les arbitrages", "Prévenir les pôles", "Mettre à jour le tableau",
    }  # fmt: skip
    seen = solange.seen(OWN, world.uid)
    assert seen is not None
    assert seen["status"] == 0, "the note about the minutes is no obstacle to Thunderbird"
    shown = {one["title"]: one for one in solange.tasks(TASKS)}
    assert set(shown) == {"Transmettre les arbitrages", "Prévenir les pôles"}
    assert not any(one["done"] for one in shown.values())
    assert world.ref in shown["Prévenir les pôles"]["description"]

    ticked = solange.tick(TASKS, "Transmettre les arbitrages")
    picture(solange, "tasks")
    assert (ticked["done"], ticked["status"]) == (True, "COMPLETED")
    assert world.register() == {
        "Transmettre les arbitrages": "done", "Prévenir les pôles": "open",
        "Mettre à jour le tableau": "open",
    }  # fmt: skip
    assert world.told() == ["action.closed", "meeting.planned"]
    left = {"Prévenir les pôles", "Mettre à jour le tableau"}
    assert open_on_paper(world, next_one) == left, "an agenda that stands already follows"
    assert open_on_paper(world, call_the_next(world, weeks=2)) == left

    refs = {one["label"]: one["ref"] for one in rest(world.solange, "GET", "actions")["items"]}
    rest(world.solange, "PATCH", f"actions/{refs['Prévenir les pôles']}", {"state": "done"})
    [after] = [one for one in solange.tasks(TASKS) if one["title"] == "Prévenir les pôles"]
    assert world.mails() == {}
    assert after["done"], "and the reverse: closed in the register, it is ticked in her list"


def call_the_next(world: World, *, weeks: int) -> str:
    """The next of the series."""
    start = world.at(1, 8) + timedelta(weeks=weeks)
    made = rest(world.assistant, "POST", "meetings", {
        "kind": "CODIR", "title": "Comité de direction", "on_behalf_of": "directeur",
        "series": "codir", "start": start.isoformat(), "required": ["solange"],
    }, status=201)  # fmt: skip
    ref: str = made["ref"]
    items = rest(world.solange, "GET", f"meetings/{ref}/agenda")["items"]
    assert "Suivi des actions" in [one["title"] for one in items]
    return ref


def open_on_paper(world: World, ref: str) -> set[str]:
    """The actions that the agenda of a meeting still names, as its PDF is read, and over REST."""
    url = f"{world.service.base}/api/v1/meetings/{ref}/agenda.pdf"
    pdf = world.assistant.http.get(url, timeout=30).content
    told = subprocess.run([program("pdftotext"), "-", "-"], input=pdf, capture_output=True,
                          check=True, timeout=30).stdout.decode()  # fmt: skip
    said = re.sub(r"\s+", " ", told)
    found = {one for one in world.register() if one in said}
    left = rest(world.assistant, "GET", f"meetings/{ref}/agenda/actions")["items"]
    assert found == {one["label"] for one in left}
    return found


def journal(client: Client) -> str:
    """The note about the minutes in somebody's diary."""
    return next(one for one in texts(client, OWN) if "BEGIN:VJOURNAL" in one)


def texts(client: Client, calendar: str) -> list[str]:
    """What stands in a calendar."""
    path = f"/dav/calendars/{client.login}/{calendar}/"
    found = client.propfind(path, "<D:getetag/>", depth="1")
    return [client.ask("GET", one.href).text.replace("\r\n ", "").replace("\u00a0", " ")
            for one in found if one.href != path]  # fmt: skip


def busy(world: World, login: str) -> list[tuple[str, str]]:
    """When a room is taken, as free-busy tells."""
    week = f"{utc(world.at(0, 0))}/{utc(world.at(7, 0))}"
    start, end = week.split("/")
    body = "\r\n".join([
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", "METHOD:REQUEST",
        "BEGIN:VFREEBUSY", "UID:asked", f"DTSTAMP:{start}", f"DTSTART:{start}", f"DTEND:{end}",
        "ORGANIZER:mailto:rosalie@example.org", f"ATTENDEE:mailto:{login}@example.org",
        "END:VFREEBUSY", "END:VCALENDAR", "",
    ])  # fmt: skip
    answer = world.assistant.ask(
        "POST", "/dav/calendars/rosalie/outbox/", body, {"Content-Type": "text/calendar"}
    )
    return re.findall(r"FREEBUSY[^:\r\n]*:(\w+)/(\w+)", answer.text)


def utc(at: datetime) -> str:
    """As iCalendar writes it."""
    return f"{at:%Y%m%dT%H%M%SZ}"


def accept_by_mail(world: World) -> None:
    """The partner's program sends her answer to where the invitation came from."""
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Mozilla.org//x", "METHOD:REPLY",
        "BEGIN:VEVENT", f"UID:{world.uid}", f"DTSTAMP:{utc(datetime.now(UTC))}", "SEQUENCE:0",
        f"DTSTART:{utc(world.at(1, 8))}", "ORGANIZER:mailto:directeur@example.org",
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{SOPHIE}", "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    to = str(world.invitation["Reply-To"] or world.invitation["From"])
    address = to.rpartition("<")[2].rstrip(">")
    mail = a_mail("\r\n".join(lines), sender=SOPHIE, to=address, method="REPLY")
    world.service.run("receive", "--recipient", address, given=mail.decode())


def words(mail: EmailMessage) -> str:
    """What a mail says, with plain spaces."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\u00a0", " ")
