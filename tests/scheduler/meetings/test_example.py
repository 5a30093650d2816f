"""The worked example of the samples: a meeting of the sample year, and what its record says."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from calendars.kernel.identifiers import Login, PrincipalId
from calendars.model.calendar_object import CalendarObject
from calendars.model.principal import Principal, PrincipalKind, Rights, Role
from calendars.services.make_calendar import provision
from calendars.services.put_object import ObjectPath, PutObject, put_object
from calendars.storage import principals
from tests.calendars.dav.test_delegation import delegate
from tests.scheduler.meetings.conftest import rest
from tests.scheduler.meetings.test_minutes import tasks
from tests.serving import Client, Server, running_server

DPASS = Path(__file__).parents[2] / "data" / "dpass"
EXAMPLE: dict[str, Any] = json.loads(
    (DPASS / "expected" / "meeting_example.json").read_text(encoding="utf-8")
)
KINDS = {"approbation": "approval", "décision": "decision", "information": "information",
         "divers": "other"}  # fmt: skip
PRESENCES = {"prés": "present", "excu": "excused"}

At = Callable[[str], None]


@pytest.fixture
def at(server: Server, monkeypatch: pytest.MonkeyPatch) -> At:
    """From now on it is that instant."""

    def turn(text: str) -> None:
        now = datetime.fromisoformat(text)
        monkeypatch.setattr(type(server.service.clock), "now", lambda _: now)

    return turn


@pytest.fixture
def server(migrated_url: str, tmp_path: Path) -> Iterator[Server]:
    with running_server(migrated_url, tmp_path / "data") as running:
        yield running


def rows(name: str) -> Iterator[dict[str, str]]:
    with (DPASS / "directory" / name).open(encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


@pytest.fixture
def people(server: Server) -> dict[str, Client]:
    """Those of the example by their keys, which are their logins here, and the room."""
    wanted = {*EXAMPLE["attendance"]}
    found = {}
    for row in rows("people.csv"):
        if row["id"] in wanted:
            found[row["id"]] = server.add_person(
                row["id"], name=f"{row['first_name']} {row['last_name']}"
            )
            with server.service.database.transaction() as db:
                person = principals.get(db, Login(row["id"]))
                principals.add_address(db, person.id, f"mailto:{row['email']}")
    [room] = [row for row in rows("resources.csv") if row["id"] == EXAMPLE["room"]]
    with server.service.database.transaction() as db:
        place = Principal(
            PrincipalId(0), Login(room["id"]), PrincipalKind.ROOM, Role.AGENT, room["label"],
            room["email"],
        )  # fmt: skip
        added = principals.add(db, place, now=0)
        provision(db, added, timezone_id="Pacific/Noumea", now=0)
    return found


def put_series(server: Server) -> None:
    """The director's series as it was imported."""
    text = (DPASS / "ics" / "people" / "directeur.ics").read_text(encoding="utf-8")
    events = [
        one
        for one in re.findall(r"BEGIN:VEVENT.*?END:VEVENT\r?\n", text, re.DOTALL)
        if f"UID:{EXAMPLE['calendar_uid']}" in one
    ]
    body = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//\r\n" + "".join(events)
    body += "END:VCALENDAR\r\n"
    with server.service.database.transaction() as db:
        director = principals.get(db, Login("dir"))
        put = PutObject(
            ObjectPath("dir", "agenda", "codir.ics"),
            CalendarObject.parse(body.encode()),
            body.encode(),
        )
        put_object(db, director, put, now=0)


@pytest.mark.rule("MTG-1")
@pytest.mark.rule("MTG-2")
@pytest.mark.rule("MTG-7")
@pytest.mark.shows("meeting_example.json")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_record_of_the_sample_meeting(
    server: Server, people: dict[str, Client], at: At
) -> None:
    at("2026-03-02T09:00:00+11:00")
    put_series(server)
    delegate(server, "dir", EXAMPLE["secretary"], Rights.SCHEDULE)
    assistant, director = people[EXAMPLE["secretary"]], people["dir"]
    ref = EXAMPLE["reference"]
    event = {"object": "codir.ics", "occurrence": EXAMPLE["recurrence_id"]}
    rest(assistant, "POST", "", {
        "kind": EXAMPLE["type"], "ref": ref, "title": EXAMPLE["title"], "on_behalf_of": "dir",
        "chair": EXAMPLE["chair"], "secretary": EXAMPLE["secretary"], "event": event,
    }, 201)  # fmt: skip
    for item in EXAMPLE["agenda"]:
        said = {"title": item["title"], "kind": KINDS[item["kind"]], "minutes": item["minutes"],
                "presenter": item["presenter"], "papers": item.get("documents", [])}  # fmt: skip
        rest(assistant, "POST", f"/{ref}/agenda", said, 201)
    at(EXAMPLE["starts_at"])
    for state in ("agenda_set", "in_session"):
        rest(assistant, "POST", f"/{ref}/state", {"state": state})
    _note_who_was_there(assistant, ref)
    at(EXAMPLE["ends_at"])
    rest(assistant, "POST", f"/{ref}/state", {"state": "held"})

    sections = [
        {
            "title": "Budget supplémentaire : arbitrages",
            "actions": [
                {name: one[name] for name in ("ref", "label", "owner", "due")}
                for one in EXAMPLE["actions"]
            ],
        }
    ]
    steps = EXAMPLE["minutes"]["versions"]
    at(steps[0]["at"])
    rest(assistant, "PUT", f"/{ref}/minutes", {"sections": sections})
    for step, (client, deed) in zip(
        steps[1:4],
        ((assistant, "submit"), (director, "validate"), (assistant, "distribute")),
        strict=True,
    ):
        at(step["at"])
        rest(client, "POST", f"/{ref}/minutes/{deed}")
    at(steps[4]["at"])
    rest(assistant, "POST", f"/{ref}/minutes/correct",
         {"sections": sections, "reason": steps[4]["reason"]})  # fmt: skip
    _tick(people["pole4"], "20260313T030000Z")
    rest(assistant, "POST", f"/{ref}/state", {"state": "closed"})

    at("2026-07-01T08:00:00+11:00")
    assert rest(assistant, "GET", f"/{ref}/record") == EXAMPLE


def _note_who_was_there(assistant: Client, ref: str) -> None:
    civilities = {row["id"]: row["civility"] for row in rows("people.csv")}
    items = [
        {"person": login, "presence": PRESENCES[said[:4]], "civility": civilities[login]}
        for login, said in EXAMPLE["attendance"].items()
    ]
    rest(assistant, "PUT", f"/{ref}/attendance", {"items": items})


def _tick(client: Client, completed: str) -> None:
    """As Thunderbird does it."""
    [href] = tasks(client).values()
    text = client.ask("GET", href).text
    done = f"STATUS:COMPLETED\r\nCOMPLETED:{completed}\r\nPERCENT-COMPLETE:100"
    assert client.put(href, text.replace("STATUS:NEEDS-ACTION", done)).status_code == 204
