"""Numbers of other systems (DIR-5): one thing each, found by those who see that thing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from calendars.kernel.errors import InvalidInput
from calendars.model.principal import Rights, Role
from scheduler.references.rules import check_number, check_pattern
from tests.builders import an_event
from tests.calendars.dav.test_delegation import delegate
from tests.serving import Client, Server, running_server

pytestmark = pytest.mark.rule("DIR-5")
SYSTEM = {"label": "Registre du courrier", "pattern": "[0-9]{4}-C-[0-9]{5}"}
ON_EVENT = {
    "system": "COURRIER", "number": "2026-C-00123", "date": "2026-03-02", "direction": "received",
    "kind": "calendar-object", "owner": "director", "key": "open",
}  # fmt: skip


class House:
    """A director's diary, an assistant who writes in it, one who reads it, and a colleague."""

    def __init__(self, server: Server) -> None:
        self.chief = server.add_person("chief", role=Role.ADMIN)
        self.director = server.add_person("director")
        self.anne, self.rose = server.add_person("anne"), server.add_person("rose")
        self.paul = server.add_person("paul")
        delegate(server, "director", "anne", Rights.SCHEDULE)
        delegate(server, "director", "rose", Rights.READ)
        for uid, visibility in (("open", "PUBLIC"), ("closed", "PRIVATE")):
            path = f"{self.director.agenda}{uid}.ics"
            self.director.put(path, an_event(uid=uid, visibility=visibility))
        assert declare(self.chief, "COURRIER", SYSTEM).status_code == 200


@pytest.fixture
def house(migrated_url: str, tmp_path: Path) -> Iterator[House]:
    with running_server(migrated_url, tmp_path / "data") as running:
        yield House(running)


def declare(who: Client, code: str, body: object) -> requests.Response:
    return who.http.put(f"{who.base}/api/v1/reference-systems/{code}", json=body, timeout=30)


def attach(who: Client, **more: object) -> requests.Response:
    body = {**ON_EVENT, **more}
    return who.http.post(f"{who.base}/api/v1/references", json=body, timeout=30)


def found(who: Client, **asked: str) -> list[str] | int:
    answer = who.http.get(f"{who.base}/api/v1/references", params=asked, timeout=30)
    if answer.status_code != 200:
        return answer.status_code
    return [one["number"] for one in answer.json()["items"]]


def test_a_number_is_noted_once_and_stands_for_one_thing(house: House) -> None:
    first = attach(house.anne)
    again = attach(house.director, date="2026-03-03")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {**first.json(), "date": "2026-03-03"}

    assert attach(house.director, key="closed").status_code == 409
    assert attach(house.anne, number="C-123").status_code == 422
    assert attach(house.anne, system="AUTRE").status_code == 422
    listed = found(house.rose, kind="calendar-object", owner="director", key="open")
    assert listed == ["2026-C-00123"]


def test_only_who_sees_the_thing_finds_its_numbers(house: House) -> None:
    attach(house.anne)
    attach(house.director, key="closed", number="2026-C-00124")
    for who, seen in (
        (house.director, ["2026-C-00123", "2026-C-00124"]),
        (house.anne, ["2026-C-00123"]),
        (house.rose, ["2026-C-00123"]),
        (house.paul, []),
    ):
        assert found(who, number="2026-C-001") == seen
        assert found(who, number="2026-C-001", system="AUTRE") == []
    closed = {"kind": "calendar-object", "owner": "director", "key": "closed"}
    assert found(house.director, **closed) == ["2026-C-00124"]
    assert {found(who, **closed) for who in (house.anne, house.rose, house.paul)} == {404}
    assert found(house.paul, number="20_6") == []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_who_only_reads_a_thing_notes_nothing_on_it(house: House) -> None:
    number = attach(house.anne).json()["id"]
    refused = [attach(who, number="2026-C-00125").status_code for who in (house.rose, house.paul)]
    assert refused == [403, 404]
    path = f"/api/v1/references/{number}"
    told = [who.ask("DELETE", path).status_code for who in (house.rose, house.paul, house.anne)]
    assert told == [403, 404, 204]
    assert found(house.anne, number="2026") == []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_meetings_and_requests_bear_numbers_too(house: House) -> None:
    wish = {"subject": "Convention", "minutes": 60}
    path = f"{house.paul.base}/api/v1/diaries/director/requests"
    ref = house.paul.http.post(path, json=wish, timeout=30).json()["ref"]
    assert attach(house.paul, kind="diary-request", key=ref).status_code == 201
    meeting = {
        "kind": "CODIR",
        "title": "CODIR",
        "start": "2027-03-02T09:00:00+11:00",
        "minutes": 60,
    }
    made = house.director.http.post(f"{house.paul.base}/api/v1/meetings", json=meeting, timeout=30)
    assert made.status_code == 201, made.text
    on_meeting = {"kind": "meeting", "owner": "", "key": made.json()["ref"]}
    assert attach(house.director, number="2026-C-00200", **on_meeting).status_code == 201
    assert attach(house.paul, number="2026-C-00201", **on_meeting).status_code == 404
    assert found(house.director, number="2026") == ["2026-C-00123", "2026-C-00200"]
    assert found(house.paul, number="2026") == ["2026-C-00123"]
    assert found(house.rose, number="2026") == []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_administrators_declare_systems(house: House) -> None:
    assert declare(house.anne, "GED", SYSTEM).status_code == 403
    assert declare(house.chief, "GED", {**SYSTEM, "pattern": "[0-9"}).status_code == 422
    attach(house.anne)
    path = "/api/v1/reference-systems/"
    assert house.chief.ask("DELETE", f"{path}COURRIER").status_code == 409
    assert house.chief.ask("DELETE", f"{path}GED").status_code == 404
    assert declare(house.chief, "GED", SYSTEM).status_code == 200
    assert house.anne.ask("DELETE", f"{path}GED").status_code == 403
    assert house.chief.ask("DELETE", f"{path}GED").status_code == 204


@pytest.mark.parametrize("pattern", ["", "[", "(a+)+", "(a|aa)*b", r"(a)\1", "a" * 201, "(?P=x)"])
def test_a_pattern_that_may_take_for_ever_is_none(pattern: str) -> None:
    with pytest.raises(InvalidInput):
        check_pattern(pattern)


def test_the_whole_number_fits() -> None:
    check_pattern(SYSTEM["pattern"])
    check_number("2026-C-00001", SYSTEM["pattern"])
    for wrong in ("2026-C-00001x", "x2026-C-00001", "2026-C-00001\n", ""):
        with pytest.raises(InvalidInput):
            check_number(wrong, SYSTEM["pattern"])
