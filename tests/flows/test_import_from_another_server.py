"""Moving house: `niaouli import LOGIN https://…` from servers of other makers."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from calendars.kernel.database import Database
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.component import Component, parse
from calendars.storage import calendar_objects, collections
from scheduler.app.cli import run
from tests.builders import NOUMEA, a_series, a_todo, a_valarm, a_vevent, an_event
from tests.other_servers import (
    LOGIN,
    PASSWORD,
    OtherServer,
    running_radicale,
    running_xandikos,
)

SERVERS = {"radicale": running_radicale, "xandikos": running_xandikos}

MOVED = a_vevent(
    uid="serie@example.org",
    recurrence_id=datetime(2026, 3, 10, 14, 30, tzinfo=NOUMEA),
    start=datetime(2026, 3, 11, 9, 0, tzinfo=NOUMEA),
)
ODD = {
    "accents@example.org": an_event(uid="accents@example.org", summary="Goûter d'été 🌺, à 16 h"),
    "inconnu@example.org": an_event(uid="inconnu@example.org", extra=["X-DPASS-REF:CP-2026-04"]),
    "rappel@example.org": an_event(uid="rappel@example.org", alarms=[a_valarm()]),
    "journee@example.org": an_event(uid="journee@example.org", start=date(2026, 9, 24), end=None),
    "serie@example.org": a_series(MOVED, uid="serie@example.org"),
    "prive@example.org": an_event(uid="prive@example.org", visibility="PRIVATE"),
    "invite@example.org": an_event(
        uid="invite@example.org", organizer="anne@example.org", attendees=["paul@example.org"]
    ),
}
TASKS = {f"tache-{n}@example.org": a_todo(uid=f"tache-{n}@example.org") for n in range(5)}


@pytest.fixture(scope="module", params=SERVERS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OtherServer]:
    """Two calendars of another maker, with half a hundred objects."""
    with SERVERS[request.param](tmp_path_factory.mktemp("other")) as running:
        running.make_calendar("reunions", name="Réunions du service", color="#c8553d")
        running.make_calendar("a-faire", name="À faire", components=("VTODO",))
        for uid, text in _events().items():
            running.put(f"reunions/{uid}.ics", text)
        for uid, text in TASKS.items():
            running.put(f"a-faire/{uid}.ics", text)
        yield running


def _events() -> dict[str, str]:
    plain = {f"ev-{n}@example.org": an_event(uid=f"ev-{n}@example.org") for n in range(38)}
    return {**ODD, **plain}


@pytest.fixture
def niaouli(
    migrated_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., str]:
    """The command line on a store of its own; what it wrote."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NIAOULI_DATABASE_URL", migrated_url)
    monkeypatch.setenv("NIAOULI_DATA", str(tmp_path / "data"))

    def command(*arguments: str, stdin: str = "", status: int = 0) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        assert run(arguments) == status
        written = capsys.readouterr()
        return written.out if status == 0 else written.err

    command("user", "add", "anne", "--name", "Anne", "--email", "anne@example.org",
            "--password-stdin", stdin="une longue phrase\n")  # fmt: skip
    return command


def _import(niaouli: Callable[..., str], server: OtherServer, *more: str) -> dict[str, Any]:
    written = niaouli(
        "import", "anne", server.url, "--user", LOGIN, "--password-stdin", "--json", *more,
        stdin=f"{PASSWORD}\n",
    )  # fmt: skip
    tally: dict[str, Any] = json.loads(written)
    return tally


def _calendars(url: str) -> dict[str, CalendarCollection]:
    database = Database(url)
    with database.reading() as db:
        found = {each.display_name or "": each for each in collections.list_of(db, "anne")}
    database.close()
    return found


def _texts(url: str, calendar: CalendarCollection) -> dict[str, str]:
    database = Database(url)
    with database.reading() as db:
        found = {one.uid: one.data.decode() for one in calendar_objects.each_of(db, calendar.id)}
    database.close()
    return found


@pytest.mark.parametrize("engine", ["sqlite"])
def test_an_account_moves_with_names_colours_and_every_object(
    server: OtherServer, niaouli: Callable[..., str], migrated_url: str
) -> None:
    tally = _import(niaouli, server)

    assert (tally["added"], tally["refused"]) == (len(_events()) + len(TASKS), [])
    found = _calendars(migrated_url)
    assert (found["Réunions du service"].color or "").lower()[:7] == "#c8553d"
    assert found["À faire"].components == ("VTODO",)
    assert _texts(migrated_url, found["À faire"]).keys() == TASKS.keys()
    events = _texts(migrated_url, found["Réunions du service"])
    assert events.keys() == _events().keys()
    for uid, text in ODD.items():
        assert _meaning(events[uid]) == _meaning(text)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_all_calendars_can_go_into_one(
    server: OtherServer, niaouli: Callable[..., str], migrated_url: str
) -> None:
    tally = _import(niaouli, server, "--calendar", "Ancien serveur")

    calendar = _calendars(migrated_url)["Ancien serveur"]
    assert len(_texts(migrated_url, calendar)) == tally["added"] == len(_events()) + len(TASKS)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_second_import_fetches_only_what_changed_there(
    server: OtherServer, niaouli: Callable[..., str], migrated_url: str
) -> None:
    _import(niaouli, server)
    before = _calendars(migrated_url)["Réunions du service"].modseq
    again = _import(niaouli, server)
    assert (again["added"], again["replaced"]) == (0, 0)
    assert _calendars(migrated_url)["Réunions du service"].modseq == before

    # Tests that come after find this server changed: it is the last one that uses it.
    server.put("reunions/ev-1@example.org.ics", an_event(uid="ev-1@example.org", summary="Autre"))
    server.put("reunions/neuf@example.org.ics", an_event(uid="neuf@example.org"))
    server.delete("reunions/ev-2@example.org.ics")
    later = _import(niaouli, server)

    assert (later["added"], later["replaced"]) == (1, 1)
    events = _texts(migrated_url, _calendars(migrated_url)["Réunions du service"])
    assert "SUMMARY:Autre" in events["ev-1@example.org"]
    assert "ev-2@example.org" in events


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_wrong_password_is_said_in_one_line(tmp_path: Path, niaouli: Callable[..., str]) -> None:
    with running_radicale(tmp_path) as running:
        said = niaouli(
            "import", "anne", running.url, "--user", LOGIN, "--password-stdin",
            stdin="faux\n", status=1,
        )  # fmt: skip
    assert said == "niaouli\xa0: l'autre serveur refuse l'identifiant ou le mot de passe\n"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_password_does_not_travel_in_the_clear(niaouli: Callable[..., str]) -> None:
    said = niaouli(
        "import", "anne", "http://agenda.example.org/", "--password-stdin",
        stdin="secret\n", status=1,
    )  # fmt: skip
    assert "https://" in said


def _meaning(text: str) -> list[object]:
    """What a text says, whatever the order of its lines; servers may set PRODID and defaults."""
    calendar = parse(text)
    return [_component(child) for child in calendar.components if child.name != "VTIMEZONE"]


def _component(component: Component) -> tuple[str, Sequence[str], list[object]]:
    lines = sorted(str(line).replace("VALUE=DATE-TIME;", "") for line in component.lines)
    return component.name, lines, [_component(child) for child in component.components]
