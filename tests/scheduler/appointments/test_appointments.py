"""Slots that somebody opens are booked by colleagues and by links; the diary is true (RDV-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from calendars.model.principal import Rights
from notifications.papers import papers_of
from notifications.tables import outbox
from scheduler.app.wiring import choosing_of
from scheduler.appointments.booking_api import OFFERS, OPENINGS
from scheduler.appointments.booking_follow import follow_appointments
from scheduler.appointments.tables import appointments
from tests.calendars.dav.test_delegation import delegate
from tests.notifications.guests import Browser, words_of
from tests.scheduler.slots.conftest import ask
from tests.serving import Client, Server, running_server

pytestmark = [pytest.mark.rule("RDV-1"), pytest.mark.parametrize("engine", ["sqlite"])]
OPEN, BOOKED = "/api/v1/openings", "/api/v1/appointments"
RULES: dict[str, Any] = OPENINGS["evaluations"]["value"]  # type: ignore[assignment]
OFFER = OFFERS["contact"]["value"]
CONTACT = "contact@example.org"


@dataclass
class Desk:
    """Zoé's mornings are open; Rose keeps her diary, private things too, Tom without them."""

    server: Server
    people: dict[str, Client]
    path: str = ""

    def publish(self, by: str = "rose", status: int = 201, **more: Any) -> Any:
        made = ask(self.people[by], "POST", OPEN, {**RULES, "owner": "zoe", **more}, status)
        self.path = f"{OPEN}/{made.get('id')}"
        return made

    def slots(self, query: str = "") -> list[str]:
        found = ask(self.people["paul"], "GET", f"{self.path}/slots{query}", None)
        return [one["start"] for one in found["slots"]]

    def book(self, start: str, status: int = 201, **more: Any) -> Any:
        body = {"motive": "EVAL", "reference": "IS-2026-0421", "start": start, **more}
        return ask(self.people["paul"], "POST", f"{self.path}/appointments", body, status)

    def letters(self) -> list[Any]:
        with self.server.service.database.reading() as db:
            query = select(outbox).where(outbox.c.kind == "appointment").order_by(outbox.c.id)
            return list(db.execute(query).all())

    def told(self) -> list[str]:
        return re.findall(r'"what": "(\w+)"', "".join(one.body.decode() for one in self.letters()))

    def link(self) -> str:
        found = re.search(rb"/r/[a-z2-7]{26}", self.letters()[-1].body)
        assert found is not None
        return found[0].decode()

    def follow(self) -> int:
        service = self.server.service
        now = int(service.clock.now().timestamp())
        return follow_appointments(service.database, choosing_of(service), now=now)

    def events(self) -> dict[str, str]:
        zoe = self.people["zoe"]
        found = zoe.propfind(zoe.agenda, "<D:getetag/>", "1")
        names = [one.href for one in found if one.href.endswith(".ics")]
        return {name: zoe.ask("GET", name).text.replace("\r\n ", "") for name in names}


@pytest.fixture
def desk(migrated_url: str, tmp_path: Path) -> Iterator[Desk]:
    with running_server(migrated_url, tmp_path / "data") as server:
        people = {login: server.add_person(login) for login in ("zoe", "paul", "rose", "tom")}
        delegate(server, "zoe", "rose", Rights.SCHEDULE, private=True)
        delegate(server, "zoe", "tom", Rights.SCHEDULE)
        yield Desk(server, people)


def test_a_colleague_books_by_reference_and_the_diary_is_the_truth(desk: Desk) -> None:
    """Booked, confirmed; moved in a client it has moved, removed there it is called off."""
    desk.publish()
    [first, second, third, *_] = desk.slots()
    # 45 minutes, and a quarter of an hour between two.
    assert datetime.fromisoformat(second) - datetime.fromisoformat(first) >= timedelta(hours=1)
    made = desk.book(second, contact=CONTACT)

    assert (made["state"], made["location"]) == ("planned", "CMS de Montravel")
    [(name, event)] = desk.events().items()
    assert "SUMMARY:Évaluation IS-2026-0421" in event
    assert "CLASS:CONFIDENTIAL" in event
    assert desk.slots()[:2] == [first, third]
    assert desk.told() == ["booked"]
    [letter] = desk.letters()
    assert not any(word in letter.body for word in ("Évaluation".encode(), b"IS-2026", b"EVAL"))
    with desk.server.service.database.reading() as db:
        [paper] = papers_of(db, letter.id)
    assert paper.filename == "rendez-vous.ics"
    assert b"SUMMARY:Rendez-vous" in paper.octets
    assert b"IS-2026" not in paper.octets

    assert desk.follow() == 1
    assert desk.follow() == 0
    assert desk.told() == ["booked"]
    later = datetime.fromisoformat(second) + timedelta(days=1)
    body = re.sub(r"(DT(?:START|END)[^:]*:)\d{8}", rf"\g<1>{later:%Y%m%d}", event)
    assert desk.people["zoe"].put(name, body).status_code in {200, 204}
    assert desk.follow() == 1
    found = ask(desk.people["paul"], "GET", f"{BOOKED}/{made['id']}", None)
    assert found["start"] == later.isoformat()
    desk.people["zoe"].ask("DELETE", name)
    assert ask(desk.people["zoe"], "GET", f"{BOOKED}/{made['id']}", None)["state"] == "cancelled"
    assert (desk.follow(), desk.follow()) == (1, 0)
    assert desk.told() == ["booked", "moved", "cancelled"]


@pytest.mark.rule("SEC-7")
def test_a_contact_chooses_moves_and_calls_off_by_the_same_link(desk: Desk) -> None:
    desk.publish()
    made = ask(desk.people["rose"], "POST", f"{desk.path}/offers", OFFER, 201)
    assert made["state"] == "offered"
    browser, path = Browser(desk.server.base), desk.link()
    seen = words_of(browser.open(path).text)
    assert "Zoe vous propose un rendez-vous, d’une durée de 45 min." in seen
    assert "IS-2026" not in seen
    assert browser.open(f"{path}/cancel").text.count("Annuler ce rendez-vous") == 0
    start, other = (int(datetime.fromisoformat(one).timestamp()) for one in desk.slots()[10:12])

    assert browser.send(path, {"slot": str(start)}).headers["Location"] == f"{path}?done=chosen"
    assert "SUMMARY:Rendez-vous" in browser.open(f"{path}/rendez-vous.ics").text
    assert browser.send(path, {"slot": str(other)}).headers["Location"] == f"{path}?done=moved"
    assert len(desk.events()) == 1
    done = browser.send(f"{path}/cancel")
    assert done.headers["Location"] == f"{path}?done=cancelled"
    assert "Ce rendez-vous est annulé" in words_of(browser.open(path).text)
    assert desk.events() == {}
    assert ask(desk.people["zoe"], "GET", BOOKED, None)["items"][0]["state"] == "cancelled"
    assert [one.recipient for one in desk.letters()] == [f"mailto:{CONTACT}"] * 4

    soon = desk.publish(change_notice=40_320)
    assert soon["change_notice"] == 40_320
    near = desk.book(desk.slots()[0], contact=CONTACT)
    assert "Il n’est plus possible de changer" in words_of(browser.open(desk.link()).text)
    # The limit is for links: who keeps the diary moves it until it begins.
    there = {"start": desk.slots()[3]}
    moved = ask(desk.people["rose"], "PUT", f"{BOOKED}/{near['id']}/slot", there)
    assert moved["start"] == there["start"]


def test_time_that_is_closed_is_offered_to_no_link_any_more(desk: Desk) -> None:
    desk.publish()
    start, other = desk.slots()[10:12]
    made = desk.book(start, contact=CONTACT)
    browser, path = Browser(desk.server.base), desk.link()
    desk.people["rose"].ask("DELETE", desk.path)

    assert 'name="slot"' not in browser.open(path).text
    ask(desk.people["paul"], "PUT", f"{BOOKED}/{made['id']}/slot", {"start": other}, 409)
    assert browser.send(f"{path}/cancel").headers["Location"] == f"{path}?done=cancelled"


def test_who_publishes_books_and_reads(desk: Desk) -> None:
    for login in ("tom", "paul"):
        desk.publish(login, 404)
    opening = desk.publish()
    assert [o["id"] for o in ask(desk.people["tom"], "GET", f"{OPEN}?of=zoe", None)["items"]] == [
        opening["id"]
    ]
    desk.book(desk.slots()[0], 422, reference="Jean Dupont")
    desk.book(desk.slots()[0], 422, motive="OTHER")
    made = desk.book(desk.slots()[0])
    path = f"{BOOKED}/{made['id']}"
    for login, status in (("zoe", 200), ("rose", 200), ("paul", 200), ("tom", 404)):
        assert desk.people[login].ask("GET", path).status_code == status
        seen = 404 if login == "paul" else 200
        assert desk.people[login].ask("GET", f"{BOOKED}?of=zoe").status_code == seen
        assert desk.people[login].ask("GET", f"{BOOKED}.csv?of=zoe").status_code == seen
    # Who schedules without reading what is confidential: not what for, or not that it is (SEC-2).
    assert ask(desk.people["tom"], "GET", f"{BOOKED}?of=zoe", None)["items"] == []
    [kept] = ask(desk.people["rose"], "GET", f"{BOOKED}?of=zoe", None)["items"]
    assert (kept["start"], kept["motive"], kept["reference"]) == (made["start"], "", "")
    for where in (path, f"{BOOKED}?of=zoe", f"{BOOKED}.csv?of=zoe"):
        assert "IS-2026" not in desk.people["rose"].ask("GET", where).text
        assert "IS-2026" in desk.people["zoe"].ask("GET", where).text
    assert len(ask(desk.people["paul"], "GET", "/api/v1/me/booked-appointments", None)["items"])
    ask(desk.people["paul"], "POST", f"{desk.path}/offers", OFFER, 404)
    ask(desk.people["paul"], "PATCH", path, {"state": "no-show"}, 404)
    ask(desk.people["rose"], "PATCH", path, {"state": "no-show"}, 409)

    with desk.server.service.database.transaction() as db:
        hour = int(desk.server.service.clock.now().timestamp()) - 3600
        db.execute(update(appointments).values(starts_at=hour, ends_at=hour + 60, uid=None))
    assert ask(desk.people["rose"], "PATCH", path, {"state": "no-show"})["state"] == "no-show"
    assert ask(desk.people["zoe"], "GET", path, None)["no_shows"] == 1
    assert "EVAL;IS-2026-0421;présentiel;absent" in (
        desk.people["zoe"].ask("GET", f"{BOOKED}.csv").text
    )
    plans = desk.people["paul"].ask("GET", f"{OPEN}.csv?of=zoe").text
    assert "lu-ma-me-je-ve 08:00-11:30;45;EVAL;présentiel, téléphone" in plans
    own = desk.people["paul"].ask("GET", "/api/v1/me/booked-appointments.csv").text
    assert "IS-2026-0421" in own
    desk.people["rose"].ask("DELETE", desk.path)
    assert ask(desk.people["paul"], "GET", f"{OPEN}?of=zoe", None)["items"] == []


@pytest.mark.rule("DIA-4")
def test_of_a_link_and_a_colleague_at_once_one_has_the_slot(desk: Desk) -> None:
    desk.publish()
    ask(desk.people["rose"], "POST", f"{desk.path}/offers", OFFER, 201)
    browser, path, start = Browser(desk.server.base), desk.link(), desk.slots()[8]
    slot = str(int(datetime.fromisoformat(start).timestamp()))
    body = {"motive": "EVAL", "reference": "IS-1", "start": start}

    def colleague() -> bool:
        paul = desk.people["paul"]
        url = f"{paul.base}{desk.path}/appointments"
        return paul.http.post(url, json=body, timeout=60).status_code == 201

    with ThreadPoolExecutor(2) as pool:
        booked = pool.submit(colleague)
        chosen = pool.submit(browser.send, path, {"slot": slot})
    both = (booked.result(), chosen.result().status_code)
    assert both in {(True, 409), (False, 303)}
    assert len(desk.events()) == 1
