"""Dates that must not be missed: reckoned with reasons, and never moved silently."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from calendars.model.principal import Rights, Role
from tests.calendars.dav.test_delegation import delegate
from tests.serving import Client, Server, running_server

pytestmark = pytest.mark.rule("DLN-1")
PATH = "/api/v1/deadlines"
SAID = {
    "owner": "director", "label": "Réponse au tribunal", "day": "2027-03-01", "count": 5,
    "unit": "working",
}  # fmt: skip


class House:
    """A director, who keeps her diary, who only reads it, and a colleague."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.director = server.add_person("director")
        self.anne, self.rose = server.add_person("anne"), server.add_person("rose")
        self.paul = server.add_person("paul")
        self.chief = server.add_person("chief", role=Role.ADMIN)
        delegate(server, "director", "anne", Rights.SCHEDULE)
        delegate(server, "director", "rose", Rights.READ)

    def added(self, **more: object) -> dict[str, Any]:
        status, told = ask(self.anne, "POST", PATH, {**SAID, **more})
        assert status == 201, told
        return told

    def tasks(self) -> dict[str, str]:
        """The director's tasks by their names."""
        found = self.director.propfind("/dav/calendars/director/taches/", "<D:getetag/>", "1")
        names = [one.href for one in found if one.href.endswith(".ics")]
        return {name: self.director.ask("GET", name).text for name in names}


@pytest.fixture
def house(migrated_url: str, tmp_path: Path) -> Iterator[House]:
    with running_server(migrated_url, tmp_path / "data") as running:
        yield House(running)


def ask(who: Client, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    answer = who.http.request(method, who.base + path, json=body, timeout=30)
    return answer.status_code, answer.json()


def test_a_move_is_proposed_and_done_only_where_all_of_it_is_confirmed(house: House) -> None:
    first = house.added()
    second = house.added(label="Relance", after=first["id"], count=2)
    assert (first["due"], second["due"]) == ("2027-03-08", "2027-03-10")
    assert "5 jours ouvrés" in first["because"].replace("\u00a0", " ")

    path = f"{PATH}/{first['id']}"
    _, proposal = ask(house.anne, "POST", f"{path}/proposal", {"day": "2027-03-03"})
    moves = [(one["former"], one["due"]) for one in proposal["items"]]
    assert moves == [("2027-03-08", "2027-03-10"), ("2027-03-10", "2027-03-12")]
    assert ask(house.anne, "GET", path)[1]["due"] == "2027-03-08"

    confirmed = [{"deadline": one["deadline"], "due": one["due"]} for one in proposal["items"]]
    half = {"day": "2027-03-03", "confirmed": confirmed[:1]}
    assert ask(house.anne, "POST", f"{path}/move", half)[0] == 409
    assert ask(house.anne, "GET", path)[1]["due"] == "2027-03-08"

    whole = {"day": "2027-03-03", "confirmed": confirmed, "because": "Report"}
    status, moved = ask(house.anne, "POST", f"{path}/move", whole)
    assert (status, [one["due"] for one in moved["items"]]) == (200, ["2027-03-10", "2027-03-12"])
    [past] = ask(house.director, "GET", f"{PATH}/{second['id']}")[1]["moves"]
    assert (past["by"], past["former"], past["because"]) == ("anne", "2027-03-10", "Report")
    assert sorted("DUE:20270310T060000Z" in text for text in house.tasks().values()) == [
        False, True,
    ]  # fmt: skip


def test_ticked_in_a_program_it_is_met_and_moves_no_more(house: House) -> None:
    first = house.added()
    second = house.added(after=first["id"])
    path = f"{PATH}/{second['id']}"
    assert ask(house.director, "PATCH", path, {"state": "done"})[1]["state"] == "done"
    assert ask(house.anne, "POST", f"{path}/proposal", {"day": "2027-04-01"})[0] == 409
    _, proposal = ask(house.anne, "POST", f"{PATH}/{first['id']}/proposal", {"day": "2027-04-01"})
    assert [one["deadline"] for one in proposal["items"]] == [first["id"]]

    [(name, text)] = [one for one in house.tasks().items() if "NEEDS-ACTION" in one[1]]
    ticked = text.replace("STATUS:NEEDS-ACTION", "STATUS:COMPLETED")
    assert house.director.put(name, ticked).status_code in {200, 204}
    assert ask(house.anne, "GET", f"{PATH}/{first['id']}")[1]["state"] == "done"
    assert ask(house.anne, "PATCH", path, {"state": "open"})[1]["state"] == "open"
    assert ask(house.anne, "PATCH", path, {"state": "abandoned"})[1]["state"] == "abandoned"
    assert len(house.tasks()) == 1


@pytest.mark.parametrize("engine", ["sqlite"])
def test_others_find_no_date_and_no_number_of_one(house: House) -> None:
    made = house.added()
    path = f"{PATH}/{made['id']}"
    system = {"label": "Registre", "pattern": "C-[0-9]+"}
    assert ask(house.chief, "PUT", "/api/v1/reference-systems/COURRIER", system)[0] == 200
    on_it = {"system": "COURRIER", "number": "C-12", "kind": "deadline", "key": str(made["id"])}
    for who in (house.rose, house.paul):
        assert ask(who, "GET", path)[0] == 404
        assert ask(who, "GET", f"{PATH}?owner=director")[0] == 404
        assert ask(who, "POST", PATH, SAID)[0] == 404
        assert ask(who, "PATCH", path, {"state": "done"})[0] == 404
        assert ask(who, "POST", "/api/v1/references", on_it)[0] == 404
    assert ask(house.anne, "POST", "/api/v1/references", on_it)[0] == 201
    found = [ask(who, "GET", "/api/v1/references?number=C-")[1]["items"]
             for who in (house.director, house.rose)]  # fmt: skip
    assert [len(items) for items in found] == [1, 0]
