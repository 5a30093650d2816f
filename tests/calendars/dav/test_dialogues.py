"""The dialogues of `tests/data/itip` over HTTP, on both engines (RFC 6638 appendix B).

One server plays them all, each with people of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

import pytest

from calendars.model.resource_name import name_of_uid
from calendars.services.default_calendars import DEFAULT_TASK_LIST
from tests.builders import UID
from tests.calendars.itip.dialogue import DIALOGUES, Play, Refused
from tests.serving import CALDAV, Client, Server, precondition

PEOPLE = ("anne", "paul", "luc", "eve")
REFUSALS = {
    f"{CALDAV}allowed-attendee-scheduling-object-change",
    f"{CALDAV}allowed-organizer-scheduling-object-change",
    f"{CALDAV}same-organizer-in-all-components",
}


@dataclass(slots=True)
class HttpStage:
    """The service itself: PUT, DELETE and GET of one object, and the scheduling inboxes."""

    clients: dict[str, Client]
    number: int
    seen: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, server: Server, number: int) -> HttpStage:
        """A stage with new people."""
        return cls({name: server.add_person(f"{name}{number}") for name in PEOPLE}, number)

    def put(self, who: str, text: str) -> None:
        text = text.replace("\r\n ", "")
        for name in PEOPLE:
            text = text.replace(f":{name}@", f":{name}{self.number}@")
        client = self.clients[who]
        answer = client.put(self._path(client, "BEGIN:VTODO" in text), text)
        if answer.status_code == 403:
            assert precondition(answer) in REFUSALS
            raise Refused(answer.text)
        assert answer.status_code in {201, 204}, answer.text

    def delete(self, who: str, *, silently: bool) -> None:
        client = self.clients[who]
        headers = {"Schedule-Reply": "F"} if silently else {}
        path = next(path for path in self._paths(client) if self._found(client, path))
        answer = client.ask("DELETE", path, headers=headers)
        assert answer.status_code == 204, answer.text

    def read(self, who: str) -> str | None:
        client = self.clients[who]
        found = [text for path in self._paths(client) if (text := self._found(client, path))]
        if not found:
            return None
        return found[0].replace(f"{self.number}@example.org", "@example.org")

    def news(self) -> Counter[tuple[str, str]]:
        found: Counter[tuple[str, str]] = Counter()
        for who, client in self.clients.items():
            inbox = f"/dav/calendars/{client.login}/inbox/"
            for item in client.propfind(inbox, "<D:getetag/>", depth="1"):
                if item.found and item.href != inbox and item.href not in self.seen:
                    self.seen.add(item.href)
                    matched = re.search(r"METHOD:([A-Z]+)", client.ask("GET", item.href).text)
                    assert matched is not None
                    found[matched[1], who] += 1
        return found

    @staticmethod
    def _found(client: Client, path: str) -> str | None:
        answer = client.ask("GET", path)
        assert answer.status_code in {200, 404}, answer.text
        return answer.text.replace("\r\n ", "") if answer.status_code == 200 else None

    @classmethod
    def _paths(cls, client: Client) -> list[str]:
        return [cls._path(client, todo) for todo in (False, True)]

    @staticmethod
    def _path(client: Client, todo: bool) -> str:
        """Tasks have a list of their own."""
        home = client.agenda.replace("/agenda/", f"/{DEFAULT_TASK_LIST}/")
        return (home if todo else client.agenda) + name_of_uid(UID)


@pytest.mark.rfc("6638 B")
@pytest.mark.timeout(240)
def test_the_dialogues_go_as_they_are_written(server: Server, subtests: pytest.Subtests) -> None:
    for number, path in enumerate(DIALOGUES, start=1):
        with subtests.test(path.stem):
            lines = path.read_text(encoding="utf-8").splitlines()
            Play(HttpStage.of(server, number), lines).play()
