"""Acceptance 5 of domain.md §15: who reads the director's diary of the sample data, and sees what.

What each person may see is told from the files of the directorate, not by the service.
"""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

from scheduler.demonstration.directorate import DATA, Directorate
from scheduler.demonstration.load import PASSWORD, load
from tests.serving import CALDAV, NAMESPACES, Client, Server, responses, running_server, text

DIRECTOR = "aurelien.cagou"
AGENDA = f"/dav/calendars/{DIRECTOR}/agenda/"
YEAR = "from=2026-01-01T00:00:00%2B11:00&to=2026-12-31T00:00:00%2B11:00"
READERS = ("rosalie.frangipane", "maelle.hibiscus", "hortense.niaouli")
OTHERS = ("lucas.letchi", "camille.recif")


class DirectorsDiary(Directorate):
    """The directorate with one diary: the others would only take time."""

    @property
    def diaries(self) -> list[object]:  # type: ignore[override]
        return [one for one in super().diaries if one.slug == "directeur"]


@dataclass
class Entry:
    """One object of the file: what is said of it, and to whom it is no secret."""

    visibility: str = "PUBLIC"
    words: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def entries() -> dict[str, Entry]:
    """The objects of the director's diary by UID, read line by line."""
    lines = (DATA / "calendars/people/directeur.ics").read_text().replace("\n ", "").splitlines()
    found: dict[str, Entry] = {}
    component: list[str] = []
    for line in lines:
        if line == "BEGIN:VEVENT":
            component = []
        component.append(line)
        if line == "END:VEVENT":
            _take(component, found)
    return found


def _take(component: list[str], found: dict[str, Entry]) -> None:
    values = [(line.partition(":")[0].partition(";")[0], line) for line in component]
    uid = next(line[4:] for name, line in values if name == "UID")
    entry = found.setdefault(uid, Entry())
    overriding = any(name == "RECURRENCE-ID" for name, _ in values)
    for name, line in values:
        if name == "CLASS" and line[6:] != "PUBLIC":
            entry.visibility = line[6:]
        if name in {"SUMMARY", "DESCRIPTION", "LOCATION"} and len(line) > 20:
            entry.words.add(line.partition(":")[2].replace("\\,", ",").replace("\\;", ";"))
        if name in {"ORGANIZER", "ATTENDEE"} and not overriding:
            entry.people.add(line.rpartition("mailto:")[2].lower())


def expected(login: str, entries: dict[str, Entry]) -> dict[str, Entry]:
    """What a reader sees of the diary, by the table of rights."""
    with (DATA / "people.csv").open() as people, (DATA / "delegations.csv").open() as given:
        logins = {row["id"]: row["email"].partition("@")[0] for row in csv.DictReader(people)}
        private = any(
            row["sees_private"] == "yes"
            for row in csv.DictReader(given)
            if logins[row["delegate"]] == login and row["calendar"] == "directeur"
        )
    classes = {"PUBLIC", "PRIVATE"} if private else {"PUBLIC"}
    address = f"{login}@dpass.example.org"
    return {
        uid: entry
        for uid, entry in entries.items()
        if entry.visibility in classes or address in entry.people
    }


@pytest.fixture(scope="module")
def server(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The directorate, with the director's diary."""
    folder = tmp_path_factory.mktemp("directorate")
    path = folder / "niaouli.sqlite"
    path.write_bytes(migrated_sqlite.read_bytes())
    with running_server(f"sqlite:///{path}", folder) as running:
        database = running.service.database
        now = int(time.time())
        directorate = DirectorsDiary()
        load(database, directorate, timezone_id="Pacific/Noumea", now=now, watch=lambda *_: None)
        yield running


Exit = Callable[[Client, str], str]


def _query(data: str) -> Exit:
    body = (
        f"<C:calendar-query><D:prop><D:getetag/>{data}</D:prop><C:filter>"
        '<C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>'
    )

    def ask(client: Client, base: str) -> str:
        answer = client.report(base, body)
        return "\n".join(
            text(one.found[f"{CALDAV}calendar-data"]) for one in responses(answer) if one.found
        )

    return ask


def _each(client: Client, base: str) -> str:
    listed = client.propfind(base, "<D:getetag/>", depth="1")[1:]
    return "\n".join(client.ask("GET", one.href).text for one in listed)


def _multiget(client: Client, base: str) -> str:
    listed = client.propfind(base, "<D:getetag/>", depth="1")[1:]
    hrefs = "".join(f"<D:href>{one.href}</D:href>" for one in listed)
    prop = "<D:prop><C:calendar-data/></D:prop>"
    body = f"<C:calendar-multiget {NAMESPACES}>{prop}{hrefs}</C:calendar-multiget>"
    answer = client.ask("REPORT", base, body, {"Depth": "1"})
    return "\n".join(text(one.found[f"{CALDAV}calendar-data"]) for one in responses(answer))


def _sync(client: Client, base: str) -> str:
    body = (
        "<D:sync-collection><D:sync-token/><D:sync-level>1</D:sync-level>"
        "<D:prop><C:calendar-data/></D:prop></D:sync-collection>"
    )
    found = responses(client.report(base, body))
    return "\n".join(text(one.found[f"{CALDAV}calendar-data"]) for one in found)


EXITS: dict[str, Exit] = {
    "the whole calendar": lambda client, base: client.ask("GET", base).text,
    "each object": _each,
    "multiget": _multiget,
    "query": _query("<C:calendar-data/>"),
    "sync": _sync,
}


@pytest.mark.rule("SEC-2", "SEC-3")
@pytest.mark.rule("acceptance 5")
@pytest.mark.parametrize("mounted", [False, True], ids=["there", "at home"])
@pytest.mark.parametrize("way", EXITS)
@pytest.mark.parametrize("login", READERS)
def test_every_reader_sees_what_is_for_him_through_every_exit(
    server: Server, entries: dict[str, Entry], login: str, way: str, mounted: bool
) -> None:
    client = Client(server.base, login, PASSWORD)
    base = f"/dav/calendars/{login}/{DIRECTOR}~agenda/" if mounted else AGENDA
    told = EXITS[way](client, base).replace("\r\n", "\n").replace("\n ", "")
    whole = expected(login, entries)

    uids = {line[4:] for line in told.splitlines() if line.startswith("UID:")}
    assert uids & entries.keys() == whole.keys()
    assert len(uids) == len(entries)
    for uid, entry in entries.items():
        if uid not in whole:
            plain = told.replace("\\,", ",").replace("\\;", ";")
            others = set().union(*(one.words for one in whole.values()))
            assert [word for word in entry.words - others if word in plain] == []
    hidden = {entry.visibility for uid, entry in entries.items() if uid not in whole}
    titles = {line[8:] for line in told.splitlines() if line.startswith("SUMMARY:")}
    assert ("Occupé" in titles, "Privé" in titles) == (
        "CONFIDENTIAL" in hidden,
        "PRIVATE" in hidden,
    )


@pytest.mark.rule("SEC-2")
@pytest.mark.parametrize("login", READERS)
def test_the_json_face_shows_the_same(
    server: Server, entries: dict[str, Entry], login: str
) -> None:
    client = Client(server.base, login, PASSWORD)
    path = f"/api/v1/principals/{DIRECTOR}/calendars/agenda/objects?{YEAR}&limit=500"
    items = json.loads(client.ask("GET", path).text)["items"]
    whole = expected(login, entries)
    instances = {item["uid"] for item in items}

    assert instances & entries.keys() <= whole.keys()
    masked = {item["name"] for item in items if item["uid"] not in entries}
    for name in masked:
        one = f"/api/v1/principals/{DIRECTOR}/calendars/agenda/objects/{quote(name)}"
        told = json.loads(client.ask("GET", one).text)
        assert told["title"] in {"Privé", "Occupé"}
        assert (told["location"], told["attendees"], told["alarms"]) == (None, [], [])
        assert client.ask("GET", f"{one}/history").status_code == 404
        assert client.ask("DELETE", one).status_code in {403}


@pytest.mark.rule("SEC-5")
@pytest.mark.parametrize("login", OTHERS)
def test_an_intern_and_who_has_no_right_find_nothing(server: Server, login: str) -> None:
    client = Client(server.base, login, PASSWORD)
    tried = [
        client.ask("GET", AGENDA),
        client.ask("PROPFIND", AGENDA, headers={"Depth": "1"}),
        client.report(AGENDA, "<D:sync-collection><D:sync-token/><D:prop/></D:sync-collection>"),
        client.ask("GET", f"/api/v1/principals/{DIRECTOR}/calendars/agenda/objects?{YEAR}"),
        client.ask("GET", f"/dav/calendars/{login}/{DIRECTOR}~agenda/"),
    ]

    assert {answer.status_code for answer in tried} == {404}


@pytest.mark.rule("SEC-5")
def test_who_is_not_known_is_not_let_in(server: Server) -> None:
    client = Client(server.base, "inconnue", PASSWORD)

    assert client.ask("GET", AGENDA).status_code == 401
    assert client.ask("GET", f"/api/v1/principals/{DIRECTOR}/calendars").status_code == 401


def test_the_rights_tell_the_readers_apart(entries: dict[str, Entry]) -> None:
    seen = [len(expected(login, entries)) for login in READERS]

    assert seen[0] > seen[1]
    assert all(number < len(entries) for number in seen)
