"""Appraisals: each chooses a slot of his evaluator, once, and sees nobody else's (RDV-3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from calendars.model.principal import Rights
from calendars.model.resource_policy import Category
from calendars.services.find_principals import get_principal
from calendars.storage.tables import audit_lines
from notifications.tables import outbox
from scheduler.app.wiring import choosing_of
from scheduler.campaigns import pages
from scheduler.campaigns.api import CAMPAIGNS
from scheduler.campaigns.choose import choose, open_own
from scheduler.campaigns.follow_up import tend_campaigns
from scheduler.campaigns.model import ChoiceId
from scheduler.reminders.rules import SendingHours
from scheduler.slots.book import SlotTaken
from scheduler.working_time.rules import WorkingDays
from tests.calendars.dav.test_delegation import delegate
from tests.command_line import CommandLine
from tests.notifications.guests import Browser, words_of
from tests.scheduler.slots.conftest import MONDAY, House, ask, at, put_busy
from tests.serving import Client, Server, running_server

pytestmark = pytest.mark.rule("RDV-3")
PATH = "/api/v1/campaigns"
OWN = "/api/v1/me/appraisals"
MONTH = 28 * 86_400
TERMS = {
    "first_day": f"{MONDAY:%Y-%m-%d}", "last_day": f"{MONDAY + timedelta(days=1):%Y-%m-%d}",
    "minutes": 60,
}  # fmt: skip


@dataclass
class Campaign:
    """Claire appraises Paul, Luc and Zoé in the room Ocre; Rose keeps her diary, Tom only reads."""

    house: House
    people: dict[str, Client]
    path: str = ""

    @property
    def server(self) -> Server:
        return self.house.server

    def make(self, *, rooms: bool = False, **more: object) -> str:
        evaluators = [{"login": "claire", "people": ["paul", "luc", "zoe"]}]
        body = {**TERMS, "evaluators": evaluators, "rooms": ["ocre"] if rooms else [], **more}
        made = ask(self.people["claire"], "POST", PATH, body, 201)
        self.path = f"{PATH}/{made['id']}"
        return self.path

    def open(self, **more: Any) -> None:
        path = self.make(**more)
        assert ask(self.people["claire"], "POST", f"{path}/open", None)["state"] == "open"

    def own(self, login: str) -> Any:
        [found] = ask(self.people[login], "GET", OWN, None)["items"]
        return found

    def slots(self, login: str) -> list[str]:
        found = ask(self.people[login], "GET", f"{OWN}/{self.own(login)['id']}/slots", None)
        return [one["start"] for one in found["slots"]]

    def choose(self, login: str, start: str, status: int = 200) -> Any:
        return ask(
            self.people[login], "PUT", f"{OWN}/{self.own(login)['id']}", {"start": start}, status
        )

    def listed(self, login: str = "claire", query: str = "") -> list[tuple[str, str]]:
        items = ask(self.people[login], "GET", f"{self.path}/people{query}", None)["items"]
        return [(one["login"], one["state"]) for one in items]

    def letters(self, kind: str = "campaign") -> list[Any]:
        with self.server.service.database.reading() as db:
            query = select(outbox).where(outbox.c.kind == kind).order_by(outbox.c.id)
            return list(db.execute(query).all())

    def link(self, login: str) -> str:
        [letter] = [o for o in self.letters() if o.recipient == f"mailto:{login}@example.org"][:1]
        found = re.search(rb"/r/[a-z2-7]{26}", letter.body)
        assert found is not None
        return found[0].decode()

    def tend(self, now: float) -> int:
        service = self.server.service
        hours = SendingHours(WorkingDays(), MONDAY.tzinfo or UTC)
        return tend_campaigns(service.database, choosing_of(service), hours, now=int(now))

    def agenda(self, login: str) -> list[str]:
        client = self.people[login]
        found = client.propfind(client.agenda, "<D:getetag/>", "1")
        names = [one.href for one in found if one.href.endswith(".ics")]
        return [client.ask("GET", name).text.replace("\r\n ", "") for name in names]


@pytest.fixture
def campaign(migrated_url: str, tmp_path: Path) -> Iterator[Campaign]:
    with running_server(migrated_url, tmp_path / "data") as server:
        names = ("claire", "paul", "luc", "zoe", "rose", "tom", "eve")
        people = {login: server.add_person(login) for login in names}
        house = House(server)
        house.add_resource("ocre", Category.ROOM, 4)
        delegate(server, "claire", "rose", Rights.SCHEDULE, private=True)
        delegate(server, "claire", "tom", Rights.SCHEDULE)
        yield Campaign(house, people)


def test_each_chooses_his_slot_and_the_diaries_have_it(campaign: Campaign) -> None:
    """Free for both and for the room; confidential; moved as one event; gone when it is removed."""
    put_busy(campaign.people["claire"], "reunion", 8.5, 11.5)
    put_busy(campaign.people["paul"], "visite", 7.5, 8.5)
    campaign.open(rooms=True)
    assert campaign.slots("luc")[0] == at(7.5).isoformat()
    assert campaign.slots("paul")[0] == at(12.25).isoformat()

    chosen = campaign.choose("paul", at(12.25).isoformat())

    assert (chosen["state"], chosen["location"]) == ("chosen", "Ocre")
    mine = next(one for one in campaign.agenda("claire") if "Entretien professionnel" in one)
    his = next(one for one in campaign.agenda("paul") if "Entretien professionnel" in one)
    assert "CLASS:CONFIDENTIAL" in mine
    assert "SUMMARY:Entretien professionnel" in his
    paul = next(line for line in mine.split("\r\n") if "paul@example.org" in line)
    assert "PARTSTAT=ACCEPTED" in paul
    assert at(12.25).isoformat() not in campaign.slots("luc")
    campaign.choose("luc", at(12.25).isoformat(), 409)

    campaign.choose("paul", at(9, day=1).isoformat())
    moved = [one for one in campaign.agenda("claire") if "Entretien professionnel" in one]
    assert len(moved) == 1
    assert re.findall(r"UID:(\S+)", moved[0]) == re.findall(r"UID:(\S+)", mine)
    assert at(12.25).isoformat() in campaign.slots("luc")
    room = next(line for line in moved[0].split("\r\n") if "ocre@example.org" in line)
    assert "PARTSTAT=ACCEPTED" in room
    paul = next(line for line in moved[0].split("\r\n") if "paul@example.org" in line)
    assert "PARTSTAT=ACCEPTED" in paul

    found = campaign.people["claire"].propfind("/dav/calendars/claire/agenda/", "<D:getetag/>", "1")
    for one in found:
        if one.href.endswith(".ics") and "reunion" not in one.href:
            campaign.people["claire"].ask("DELETE", one.href)
    assert campaign.own("paul")["state"] == "waiting"


def test_of_many_who_choose_one_slot_at_once_one_has_it(campaign: Campaign) -> None:
    people = [f"agent{number}" for number in range(6)]
    for login in people:
        campaign.people[login] = campaign.server.add_person(login)
    campaign.open(evaluators=[{"login": "claire", "people": people}])
    numbers = {login: campaign.own(login)["id"] for login in people}

    def choose(login: str) -> int:
        client = Client(campaign.server.base, login)
        path = f"{client.base}{OWN}/{numbers[login]}"
        body = {"start": at(9).isoformat()}
        return client.http.put(path, json=body, timeout=60).status_code

    with ThreadPoolExecutor(len(people)) as pool:
        statuses = list(pool.map(choose, people))

    assert sorted(statuses) == [200] + [409] * (len(people) - 1)
    assert len(campaign.agenda("claire")) == 1
    assert sum(len(campaign.agenda(login)) for login in people) == 1
    loser = people[statuses.index(409)]
    assert at(9).isoformat() not in campaign.slots(loser)


@pytest.mark.rule("SEC-7")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_page_shows_what_is_free_and_what_remains(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign.open()
    browser, path = Browser(campaign.server.base), campaign.link("paul")
    first = browser.open(path).text
    seen = words_of(first)
    assert "Claire vous recevra pour votre entretien professionnel" in seen
    assert "7 h 30 – 8 h 30" in seen
    assert not any(name in seen for name in ("Luc", "Zoe", "zoe"))
    assert "appraisal interview" in words_of(browser.open(f"{path}?lang=en").text)
    assert campaign.listed() == [("luc", "waiting"), ("paul", "waiting"), ("zoe", "waiting")]

    assert browser.send(path).status_code == 422
    with monkeypatch.context() as patched:
        patched.setattr(pages, "choose", _undone)
        undone = browser.send(path, {"slot": str(int(at(9).timestamp()))})
    assert undone.status_code == 409
    assert "Ce créneau vient d’être pris" in words_of(undone.text)
    assert campaign.agenda("claire") == []
    start = int(at(9.5).timestamp())
    campaign.choose("luc", at(9.5).isoformat())
    late = browser.send(path, {"slot": str(start)})
    assert late.status_code == 409
    told = words_of(late.text)
    assert "Ce créneau vient d’être pris" in told
    assert "8 h 30 – 9 h 30" in told
    assert str(start) not in late.text
    assert "Luc" not in told

    # A look by the link is no question of Paul's: a filter of mail may have opened it.
    with campaign.server.service.database.reading() as db:
        asked = select(audit_lines.c.actor_id).where(audit_lines.c.deed == "read-busy")
        assert get_principal(db, "paul").id not in set(db.execute(asked).scalars())

    done = browser.send(path, {"slot": str(int(at(8.5).timestamp()))})
    assert done.headers["Location"] == f"{path}?done=chosen"
    assert "Votre créneau est réservé" in words_of(browser.open(f"{path}?done=chosen").text)
    assert campaign.own("paul")["start"] == at(8.5).isoformat()
    moved = browser.send(path, {"slot": str(int(at(13).timestamp()))})
    assert moved.headers["Location"] == f"{path}?done=moved"

    ask(campaign.people["claire"], "POST", f"{campaign.path}/close", None)
    assert "Il n’est plus possible de changer" in words_of(browser.open(path).text)
    assert campaign.slots("paul") == []
    campaign.choose("paul", at(9).isoformat(), 409)


def _undone(*args: Any, **named: Any) -> None:
    """A room declines when all else is written."""
    choose(*args, **named)
    raise SlotTaken(())


@pytest.mark.rule("SEC-5")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_who_sees_what(campaign: Campaign) -> None:
    campaign.open()
    campaign.choose("paul", at(9).isoformat())
    for login, status in (
        ("claire", 200),
        ("rose", 200),
        ("tom", 404),
        ("paul", 404),
        ("eve", 404),
    ):
        for path in ("", "/people", "/people.csv"):
            answer = campaign.people[login].ask("GET", campaign.path + path)
            assert answer.status_code == status, (login, path)
    remaining = [("luc", "waiting"), ("zoe", "waiting")]
    assert campaign.listed("rose", "?remaining=true&evaluator=claire") == remaining
    # Who keeps the diary learns that it is chosen, not when: she sees « Occupé » there too.
    items = ask(campaign.people["rose"], "GET", f"{campaign.path}/people", None)["items"]
    assert {one["start"] for one in items} == {None}
    assert "paul" not in campaign.people["luc"].ask("GET", OWN).text
    number = campaign.own("paul")["id"]
    for path in (f"{OWN}/{number}/slots",):
        assert campaign.people["luc"].ask("GET", path).status_code == 404
    ask(campaign.people["luc"], "PUT", f"{OWN}/{number}", {"start": at(10).isoformat()}, 404)
    text = campaign.people["claire"].ask("GET", f"{campaign.path}/people.csv").text
    assert "Paul;paul;claire;choisi" in text
    for deed in ("open", "close", "cancel"):
        assert campaign.people["paul"].ask("POST", f"{campaign.path}/{deed}").status_code == 404


@pytest.mark.parametrize("engine", ["sqlite"])
def test_an_evaluator_agrees_before_anybody_chooses_from_his_time(campaign: Campaign) -> None:
    evaluators = [
        {"login": "claire", "people": ["paul"]}, {"login": "eve", "people": ["luc", "zoe"]},
    ]  # fmt: skip
    campaign.open(evaluators=evaluators)
    assert [one.recipient for one in campaign.letters()] == ["mailto:paul@example.org"]
    assert ask(campaign.people["luc"], "GET", OWN, None)["items"] == []
    # Whom she appraises is hers to say, and how far they are hers to see.
    shown = ask(campaign.people["claire"], "GET", campaign.path, None)
    assert [one["agreed"] for one in shown["evaluators"]] == [True, False]
    assert campaign.listed("claire") == [("paul", "waiting")]
    mine = ask(campaign.people["eve"], "GET", campaign.path, None)["evaluators"]
    assert [one["login"] for one in mine] == ["eve"]
    ask(campaign.people["claire"], "POST", f"{campaign.path}/evaluators/eve/agree", None, 404)

    ask(campaign.people["eve"], "POST", f"{campaign.path}/evaluators/eve/agree", None)
    people = {"people": ["luc", "tom"]}
    ask(campaign.people["claire"], "PUT", f"{campaign.path}/evaluators/eve", people, 404)
    ask(campaign.people["eve"], "PUT", f"{campaign.path}/evaluators/eve", people)

    asked = [one.recipient.partition("@")[0] for one in campaign.letters()]
    assert asked == [f"mailto:{login}" for login in ("paul", "luc", "zoe", "tom")]
    assert ask(campaign.people["zoe"], "GET", OWN, None)["items"] == []
    assert Browser(campaign.server.base).open(campaign.link("zoe")).status_code == 404

    [example] = CAMPAIGNS.values()
    anne = campaign.server.add_person("anne")
    assert ask(anne, "POST", PATH, example["value"], 201)["evaluators"][0]["agreed"]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_who_has_not_chosen_is_reminded_once_a_week_and_the_end_is_told_once(
    campaign: Campaign,
) -> None:
    campaign.open()
    campaign.choose("paul", at(9).isoformat())
    now = datetime.now(MONDAY.tzinfo).replace(hour=10)
    monday = now + timedelta(days=(7 - now.weekday()) % 7 + 7)
    assert campaign.tend(now.timestamp()) == 0
    assert campaign.tend((monday - timedelta(hours=4)).timestamp()) == 0
    assert campaign.tend(monday.timestamp()) == 2
    assert campaign.tend((monday + timedelta(hours=1)).timestamp()) == 0
    assert campaign.tend((monday + timedelta(days=2)).timestamp()) == 0

    # Two wait and Claire has time yet; a week later she has none, and is told.
    assert campaign.letters("campaign-digest") == []
    for day in (0, 1):
        put_busy(campaign.people["claire"], f"plein-{day}", 7, 17, day=day)
    again = [one.recipient for one in campaign.letters()[3:]]
    assert campaign.tend((monday + timedelta(days=7)).timestamp()) == 2
    [full] = campaign.letters("campaign-digest")
    assert full.recipient == "mailto:claire@example.org"
    assert b'"full": true' in full.body
    assert again == ["mailto:luc@example.org", "mailto:zoe@example.org"]
    end = (MONDAY + timedelta(days=3)).timestamp()
    assert campaign.tend(end) == 1
    assert campaign.tend(end) == 0
    [_, digest] = campaign.letters("campaign-digest")
    assert digest.recipient == "mailto:claire@example.org"
    assert b'"chosen": 1' in digest.body
    assert not any(name in digest.body for name in (b"Paul", b"Luc"))


@pytest.mark.parametrize("engine", ["sqlite"])
def test_called_off_it_takes_back_what_is_not_held_with_one_mail_each(campaign: Campaign) -> None:
    campaign.open()
    campaign.choose("paul", at(9).isoformat())
    path = campaign.link("paul")

    assert ask(campaign.people["claire"], "POST", f"{campaign.path}/cancel", None)["state"] == (
        "cancelled"
    )
    ask(campaign.people["claire"], "POST", f"{campaign.path}/cancel", None, 409)

    assert campaign.agenda("claire") == []
    told = [one for one in campaign.letters() if b'"what": "cancelled"' in one.body]
    assert sorted(one.recipient for one in told) == [
        f"mailto:{login}@example.org" for login in ("luc", "paul", "zoe")
    ]
    # Nobody hears of it twice: what asked Luc and Zoé did not leave yet.
    left = {one.recipient for one in campaign.letters() if one.state == "PENDING"}
    assert len([one for one in campaign.letters() if one.state == "PENDING"]) == len(left)
    assert "Cet entretien est annulé" in words_of(Browser(campaign.server.base).open(path).text)


@pytest.mark.parametrize("engine", ["postgresql"])
def test_what_is_chosen_while_it_is_called_off_is_called_off_too(campaign: Campaign) -> None:
    """Whoever comes second waits for the first: no interview is left in a diary, unheard of."""
    campaign.open()
    number, service = campaign.own("paul")["id"], campaign.server.service
    house, now = choosing_of(service), int(service.clock.now().timestamp())
    claire = campaign.people["claire"]
    with ThreadPoolExecutor(1) as pool:
        with service.database.transaction() as db:
            paul = get_principal(db, "paul")
            opened = open_own(db, paul, ChoiceId(number), lock=True)
            choose(db, paul, opened, int(at(9).timestamp()), house, now=now)
            cancelled = pool.submit(claire.ask, "POST", f"{campaign.path}/cancel")
            wait([cancelled], timeout=0.5)
        assert cancelled.result(timeout=30).status_code == 200

    assert campaign.agenda("claire") == []
    assert all("STATUS:CANCELLED" in one for one in campaign.agenda("paul"))


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_console_lists_what_rest_does(
    campaign: Campaign,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    campaign.open()
    campaign.choose("paul", at(9).isoformat())
    niaouli = CommandLine(campaign.server.service.settings.store, tmp_path, monkeypatch, capsys)
    [listed] = niaouli("campaign", "list", "claire", "--json").json
    number = str(listed["id"])
    assert (listed["state"], listed["evaluators"][0]["chosen"]) == ("open", 1)
    told = niaouli("campaign", "people", "claire", number, "--remaining", "--csv").out
    assert [line.split(";")[1] for line in told.splitlines()[1:]] == ["luc", "zoe"]
    niaouli("campaign", "people", "claire", number, "--as", "paul", fails=1)
    [own] = niaouli("campaign", "own", "luc", "--json").json
    free = niaouli("campaign", "slots", "luc", str(own["id"]), "--json").json
    assert at(9).isoformat() not in [one["start"] for one in free]
    niaouli("campaign", "close", "claire", number)
    assert "la campagne est close" in niaouli("campaign", "close", "claire", number, fails=1).err
