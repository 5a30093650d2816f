"""A directorate of a few people, and what they do over REST."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from calendars.model.principal import Rights
from tests.calendars.dav.test_delegation import delegate
from tests.serving import Client, Server, running_server

Json = dict[str, Any]
OUTSIDER = "sophie@partenaires.example"


class Office:
    """The director, his assistant, two heads of bureau and somebody who is no part of it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.director = server.add_person("director", name="Aurélien Cagou")
        self.assistant = server.add_person("assistant", name="Rosalie Frangipane")
        self.head = server.add_person("head", name="Solange Vanille")
        self.other = server.add_person("other", name="Olivier Dugong")
        self.stranger = server.add_person("stranger", name="Lucas Letchi")
        delegate(server, "director", "assistant", Rights.SCHEDULE)

    def call(self, **more: object) -> Json:
        """A management committee, called by the assistant for the director."""
        wanted = {
            "kind": "CODIR",
            "title": "Comité de direction",
            "on_behalf_of": "director",
            "chair_function": "le directeur",
            "secretary": "assistant",
            "series": "codir",
            "start": "2027-03-09T08:00:00+11:00",
            "minutes": 120,
            "location": "Salle Turquoise",
            "required": ["head", "other", OUTSIDER],
            **more,
        }
        return rest(self.assistant, "POST", "", wanted, 201)


def rest(
    client: Client, method: str, path: str, body: object = None, status: int | None = None
) -> Json:
    """One request below /api/v1/meetings, which ends as expected."""
    answer = client.http.request(
        method, f"{client.base}/api/v1/meetings{path}", json=body, timeout=30
    )
    expected = {200, 201, 204} if status is None else {status}
    assert answer.status_code in expected, (answer.status_code, answer.text)
    found: Json = answer.json() if answer.content else {}
    return found


@pytest.fixture
def server(migrated_url: str, tmp_path: Path) -> Iterator[Server]:
    with running_server(migrated_url, tmp_path / "data") as running:
        yield running


@pytest.fixture
def office(server: Server) -> Office:
    return Office(server)
