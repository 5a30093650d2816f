"""Reminders over REST: one's own, the policies of the house, who gets which digest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calendars.kernel.audit import CONSOLE
from calendars.model.principal import Rights, Role
from calendars.services.delegate import DelegationDraft, delegate
from scheduler.app.due_work import remind_all
from tests.builders import an_event
from tests.scheduler.reminders.house import mail
from tests.serving import Client, Server, running_server

NOUMEA = ZoneInfo("Pacific/Noumea")
pytestmark = pytest.mark.parametrize("engine", ["sqlite"])


@pytest.fixture
def server(migrated_url: str, tmp_path: Path) -> Iterator[Server]:
    with running_server(migrated_url, tmp_path / "data") as running:
        yield running


def ask(
    client: Client, method: str, path: str, body: object = None
) -> tuple[int, dict[str, object]]:
    answer = client.http.request(method, f"{client.base}/api/v1{path}", json=body, timeout=30)
    return answer.status_code, answer.json() if answer.content else {}


def test_everybody_sees_what_he_will_be_reminded_of_and_chooses(server: Server) -> None:
    anne, paul = server.add_person("anne"), server.add_person("paul")
    remind_all(server.service)
    start = datetime.now(NOUMEA).replace(microsecond=0) + timedelta(days=20)
    text = an_event(
        start=start, summary="Formation PEAD", categories=["Formation"], alarms=[mail("-PT1H")]
    )
    assert anne.put(anne.agenda + "a.ics", text).status_code == 201
    remind_all(server.service)

    status, found = ask(anne, "GET", "/me/reminders?days=31")
    assert status == 200
    items = found["items"]
    assert isinstance(items, list)
    assert [one["days_before"] for one in items] == [7, 2, None]
    assert items[2]["at"] == (start - timedelta(hours=1)).isoformat()
    assert ask(paul, "GET", "/me/reminders")[1]["items"] == []

    assert (
        ask(anne, "PUT", "/me/reminder-wishes", {"alarms": True, "muted": ["formation"]})[0] == 200
    )
    assert ask(anne, "GET", "/me/reminders")[1]["items"] == []
    wishes = ask(anne, "GET", "/me/reminder-wishes")[1]
    assert wishes == {"policies": True, "alarms": True, "muted": ["formation"]}


def test_policies_are_read_by_all_and_set_by_administrators(server: Server) -> None:
    anne = server.add_person("anne")
    admin = server.add_person("chef", role=Role.ADMIN)
    path = "/reminder-policies/Atelier%20parents"
    assert ask(anne, "PUT", path, {"days": [1]})[0] == 403
    assert ask(admin, "PUT", path, {"days": [1, 3], "at": "08:00"})[1]["days"] == [3, 1]
    assert ask(admin, "PUT", path, {"days": [0]})[0] == 422
    assert ask(admin, "DELETE", "/reminder-policies/Formation")[0] == 204
    found = ask(anne, "GET", "/reminder-policies")[1]["items"]
    assert isinstance(found, list)
    assert [one["kind"] for one in found] == ["Atelier parents", "Audience", "Commission"]


@pytest.mark.rule("SEC-5")
def test_digests_are_chosen_by_the_owner_his_assistants_and_each_reader_for_himself(
    server: Server,
) -> None:
    director, anne, paul, eve = (
        server.add_person(login) for login in ("director", "anne", "paul", "eve")
    )
    with server.service.database.transaction() as db:
        for login, rights in (("anne", Rights.SCHEDULE), ("paul", Rights.READ)):
            draft = DelegationDraft(rights)
            delegate(db, "director", login, draft, zone=NOUMEA, now=1, by=CONSOLE)
    base = "/diaries/director/digests"
    assert ask(anne, "PUT", f"{base}/director/day", {"at": "17:00"})[0] == 200
    assert ask(paul, "PUT", f"{base}/paul/week", {})[1]["at"] == "17:00"
    assert ask(paul, "PUT", f"{base}/director/week", {})[0] == 403
    assert ask(director, "PUT", f"{base}/eve/day", {})[0] == 422
    assert ask(eve, "PUT", f"{base}/eve/day", {})[0] == 404
    assert ask(eve, "GET", base)[0] == 404

    def readers(client: Client) -> list[tuple[str, str]]:
        items = ask(client, "GET", base)[1]["items"]
        assert isinstance(items, list)
        return [(one["reader"], one["period"]) for one in items]

    assert readers(director) == readers(anne) == [("director", "day"), ("paul", "week")]
    assert readers(paul) == [("paul", "week")]
    assert ask(paul, "DELETE", f"{base}/director/day")[0] == 404
    assert ask(paul, "DELETE", f"{base}/paul/week")[0] == 204
    assert readers(director) == [("director", "day")]
