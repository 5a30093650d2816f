"""A message taken on the telephone is a task, done from either side, and a mail tells nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from calendars.model.principal import Rights
from notifications.tables import outbox
from tests.calendars.dav.test_delegation import delegate
from tests.serving import Client, Server, running_server

pytestmark = pytest.mark.rule("RDV-1")
PATH = "/api/v1/phone-messages"
SAID = {
    "to": "director", "caller": "Mairie de Bourail", "number": "+687 44 11 22",
    "text": "Convention à relire, avant midi", "urgency": "urgent",
}  # fmt: skip


class House:
    """A director, who keeps her diary, who only reads it, who stands in, and a colleague."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.director = server.add_person("director")
        self.anne, self.rose = server.add_person("anne"), server.add_person("rose")
        self.deputy, self.paul = server.add_person("deputy"), server.add_person("paul")
        self.luc = server.add_person("luc")
        delegate(server, "director", "anne", Rights.SCHEDULE)
        delegate(server, "director", "rose", Rights.READ)
        delegate(server, "director", "deputy", Rights.ACT_FOR)

    def taken(self, **more: object) -> str:
        answer = ask(self.paul, "POST", PATH, {**SAID, **more})
        assert answer[0] == 201, answer
        return f"{PATH}/{answer[1]['id']}"

    def tasks(self, reader: Client) -> list[tuple[str, str]]:
        """The director's tasks: name and text, as somebody finds them in a program."""
        path = "/dav/calendars/director/taches/"
        found = reader.propfind(path, "<D:getetag/>", "1")
        names = [one.href for one in found if one.href.endswith(".ics")]
        return [(name, reader.ask("GET", name).text) for name in names]


@pytest.fixture
def house(migrated_url: str, tmp_path: Path) -> Iterator[House]:
    with running_server(migrated_url, tmp_path / "data") as running:
        yield House(running)


def ask(who: Client, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    answer = who.http.request(method, who.base + path, json=body, timeout=30)
    return answer.status_code, answer.json()


def listed(who: Client, query: str = "?to=director") -> list[str] | int:
    status, told = ask(who, "GET", PATH + query)
    return status if status != 200 else [one["caller"] for one in told["items"]]


def test_ticked_in_a_program_it_is_done_and_done_here_it_is_ticked(house: House) -> None:
    first, second = house.taken(), house.taken(caller="Tribunal")
    [task] = [one for one in house.tasks(house.director) if "Bourail" in one[1]]
    assert "SUMMARY:Rappeler Mairie de Bourail" in task[1]
    assert "PRIORITY:1" in task[1]
    ticked = task[1].replace("STATUS:NEEDS-ACTION", "STATUS:COMPLETED")
    assert house.director.put(task[0], ticked).status_code in {200, 204}

    assert ask(house.paul, "GET", first)[1]["done_at"] is not None
    assert listed(house.anne, "?to=director&undone=true") == ["Tribunal"]

    assert ask(house.anne, "PATCH", second, {"read": True})[1]["done_at"] is None
    assert ask(house.anne, "PATCH", second, {"done": True})[0] == 200
    assert all("STATUS:COMPLETED" in text for _, text in house.tasks(house.director))
    assert ask(house.director, "PATCH", first, {"done": False})[1]["done_at"] is None
    assert sum("NEEDS-ACTION" in text for _, text in house.tasks(house.director)) == 1


def test_the_person_and_those_who_schedule_for_her_see_it_and_the_writer_his_own(
    house: House,
) -> None:
    path = house.taken()
    for who, seen in (
        (house.director, 200), (house.anne, 200), (house.deputy, 200), (house.paul, 200),
        (house.rose, 404), (house.luc, 404),
    ):  # fmt: skip
        assert ask(who, "GET", path)[0] == seen
    assert listed(house.anne) == ["Mairie de Bourail"]
    assert [listed(who) for who in (house.rose, house.paul, house.luc)] == [404, 404, 404]
    assert len(ask(house.paul, "GET", "/api/v1/me/phone-messages")[1]["items"]) == 1
    marked = [ask(who, "PATCH", path, {"done": True})[0] for who in (house.paul, house.rose)]
    assert marked == [404, 404]
    assert "Bourail" not in "".join(text for _, text in house.tasks(house.rose))


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_is_confidential_is_for_the_person_and_who_stands_in(house: House) -> None:
    path = house.taken(confidential=True)
    seen = [ask(who, "GET", path)[0] for who in (house.director, house.deputy, house.anne)]
    assert seen == [200, 200, 404]
    assert (listed(house.anne), listed(house.director)) == ([], ["Mairie de Bourail"])
    assert "Bourail" not in "".join(text for _, text in house.tasks(house.anne))


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_mail_says_that_there_is_one_and_nothing_of_it(house: House) -> None:
    path = house.taken()
    with house.server.service.database.reading() as db:
        [row] = db.execute(select(outbox)).all()
    assert row.recipient == "mailto:director@example.org"
    written = json.dumps([str(value) for value in row])
    assert not any(word in written for word in ("Bourail", "687", "Convention"))

    ask(house.anne, "PATCH", path, {"done": True})
    with house.server.service.database.reading() as db:
        [row] = db.execute(select(outbox)).all()
    assert row.withdrawn_at is not None or row.state == "cancelled"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_task_that_its_owner_removed_is_done_with_until_it_is_opened_again(house: House) -> None:
    path = house.taken()
    [(name, _)] = house.tasks(house.director)
    assert house.director.ask("DELETE", name).status_code == 204
    assert ask(house.paul, "GET", path)[1]["done_at"] is not None
    assert ask(house.anne, "PATCH", path, {"done": False})[1]["done_at"] is None
    assert len(house.tasks(house.director)) == 1
