"""Absences over REST and on the command line: who may, what stands in the diary (DIA-7)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from calendars.model.principal import Rights, Role
from calendars.services.find_principals import get_principal
from scheduler.absences.model import Absence
from scheduler.absences.service import Register, note_absence
from scheduler.absences.tables import absences
from tests.calendars.dav.test_delegation import delegate
from tests.command_line import CommandLine
from tests.serving import Client, Server, running_server

LIST = """Identifiant;Du;Au;Référence;Motif
anne;lundi 6 juillet 2026;10/07/2026;;Congé annuel
paul@example.org;2026-07-08;2026-07-08 matin;CG-7;Maladie
nobody;2026-07-08;2026-07-09;;
paul;2026-07-32;2026-07-09;;
"""


@pytest.fixture
def server(migrated_url: str, tmp_path: Path) -> Iterator[Server]:
    with running_server(migrated_url, tmp_path / "data") as running:
        yield running


def rest(
    who: Client, method: str, path: str, body: object = None, status: int = 200, **more: Any
) -> Any:
    answer = who.http.request(method, f"{who.base}/api/v1{path}", json=body, timeout=30, **more)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def take_in(who: Client, content: str, status: int = 200, **asked: str) -> Any:
    """Looked at, then done."""
    url = f"{who.base}/api/v1/absences/import"
    octets = {"Content-Type": "application/octet-stream"}
    seen = who.http.post(f"{url}/preview", content.encode(), headers=octets, params=asked)
    assert seen.status_code == status, seen.text
    if status != 200:
        return None
    told = {**asked, "token": seen.json()["token"]}
    done = who.http.post(url, content.encode(), headers=octets, params=told)
    assert done.status_code == 200, done.text
    assert done.json() == seen.json()
    return done.json()


def outcomes(told: Any) -> list[tuple[int, str]]:
    return [(one["line"], one["outcome"]) for one in told["lines"]]


def events(who: Client) -> list[str]:
    return [
        who.ask("GET", one.href).text
        for one in who.propfind(who.agenda, "<D:getetag/>", "1")
        if one.href.endswith(".ics")
    ]


@pytest.mark.rule("DIA-7")
def test_an_absence_is_an_event_without_a_reason(server: Server) -> None:
    anne, paul, rose = (server.add_person(login) for login in ("anne", "paul", "rose"))
    delegate(server, "anne", "rose", Rights.WRITE)
    wanted = {"first": "2026-03-03", "last": "2026-03-06", "until_noon": True}

    made = rest(rose, "POST", "/diaries/anne/absences", wanted, 201)
    again = rest(anne, "POST", "/diaries/anne/absences", wanted, 201)

    assert again["id"] == made["id"]
    [stored] = events(anne)
    for line in ("SUMMARY:Absent", "CATEGORIES:Absence", "TRANSP:OPAQUE",
                 "X-MICROSOFT-CDO-BUSYSTATUS:OOF"):  # fmt: skip
        assert line in stored
    assert "DESCRIPTION" not in stored
    [told] = rest(anne, "GET", "/presence?login=anne&day=2026-03-06")["items"]
    assert (told["state"], told["part"]) == ("absent", "morning")
    rest(paul, "POST", "/diaries/anne/absences", wanted, 404)
    rest(paul, "GET", "/diaries/anne/absences", None, 404)
    backwards = {"first": "2026-03-03", "last": "2026-03-02"}
    rest(anne, "POST", "/diaries/anne/absences", backwards, 422)
    path = f"/diaries/anne/absences/{made['id']}"
    rest(paul, "DELETE", path, None, 404)
    rest(rose, "DELETE", path, None, 204)
    assert events(anne) == []


@pytest.mark.rule("DIA-7")
@pytest.mark.parametrize("engine", ["postgresql"])
def test_noted_twice_at_once_it_is_noted_once(server: Server) -> None:
    anne, service = server.add_person("anne"), server.service
    wanted = {"first": "2026-03-03", "last": "2026-03-06"}
    register, now = Register(service.zone), int(service.clock.now().timestamp())
    with ThreadPoolExecutor(1) as pool:
        with service.database.transaction() as db:
            days = Absence(date(2026, 3, 3), date(2026, 3, 6))
            made = note_absence(db, get_principal(db, "anne"), "anne", days, register, now=now)
            again = pool.submit(rest, anne, "POST", "/diaries/anne/absences", wanted, 201)
            wait([again], timeout=0.5)
        assert again.result(timeout=30)["id"] == made.kept.id
    assert len(events(anne)) == 1


@pytest.mark.rule("DIA-7")
def test_a_list_is_seen_done_and_done_again_without_a_change(server: Server) -> None:
    anne, paul = server.add_person("anne"), server.add_person("paul")
    admin = server.add_person("admin", role=Role.ADMIN)

    told = take_in(admin, LIST)

    assert outcomes(told) == [(2, "added"), (3, "added"), (4, "refused"), (5, "refused")]
    assert "Motif" in told["unread"]
    assert "Aucun motif" in told["warning"]
    assert told["lines"][3]["field"] == "Du"
    [event] = events(anne)
    assert "DTSTART;VALUE=DATE:20260706" in event
    assert "DTEND;VALUE=DATE:20260711" in event
    before = [*events(anne), *events(paul)]
    assert outcomes(take_in(admin, LIST))[:2] == [(2, "unchanged"), (3, "unchanged")]
    assert [*events(anne), *events(paul)] == before
    with server.service.database.reading() as db:
        stored = repr(db.execute(select(absences)).all())
        stored += repr(db.execute(text("SELECT * FROM audit_lines")).all())
    assert "Maladie" not in stored + "".join(before)

    moved = LIST.replace("10/07/2026", "17/07/2026").replace("2026-07-08 matin", "2026-07-20")
    assert outcomes(take_in(admin, moved))[:2] == [(2, "moved"), (3, "moved")]
    [event] = events(anne)
    assert "DTEND;VALUE=DATE:20260718" in event
    assert "SEQUENCE:1" in event

    shorter = "login;from;until\nanne;2026-07-06;2026-07-31\n"
    told = take_in(admin, shorter)
    assert [one["login"] for one in told["gone"]] == ["paul"]
    assert len(events(paul)) == 1
    # Another list takes nothing of this one.
    assert take_in(admin, shorter, source="formation", replace="true")["gone"] == []
    take_in(admin, shorter, replace="true")
    assert events(paul) == []


@pytest.mark.rule("DIA-7")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_list_is_taken_as_far_as_rights_go(server: Server) -> None:
    anne, paul, rose = (server.add_person(login) for login in ("anne", "paul", "rose"))
    delegate(server, "anne", "rose", Rights.WRITE)
    delegate(server, "paul", "rose", Rights.READ)
    content = "login;du;au\nanne;2026-07-06;\npaul;2026-07-06;\nrose;2026-07-06;\nanne;2026-07-06;"

    told = take_in(rose, content)

    assert [one["outcome"] for one in told["lines"]] == ["added", "refused", "added", "refused"]
    assert (
        told["lines"][1]["because"]
        == take_in(rose, "login;du\nno;2026-07-06")["lines"][0]["because"]
    )
    assert len(events(anne)) == 1
    assert events(paul) == []
    take_in(rose, "nothing", 422)
    stale = rose.http.post(
        f"{rose.base}/api/v1/absences/import?token={'0' * 32}", content.encode(), timeout=30
    )
    assert stale.status_code == 409


@pytest.mark.rule("DIA-7")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_personnel_notes_everybodys(niaouli: CommandLine, tmp_path: Path) -> None:
    for login in ("anne", "paul", "sylvie"):
        niaouli.add_person(login)
    niaouli("group", "add", "rh", "--name", "Personnel")
    niaouli("group", "members", "rh", "--add", "sylvie")
    niaouli.set(PERSONNEL_GROUP="rh")
    file = tmp_path / "absences.csv"
    file.write_bytes("Courriel;Du;Au;Nature\nanne@example.org;6 juillet 2026;".encode("cp1252"))

    seen = niaouli("absence", "import", str(file), "--as", "sylvie", "--preview")
    assert "Rien n'est écrit" in seen.err
    assert "Nature" in seen.err
    done = niaouli("absence", "import", str(file), "--as", "sylvie")
    assert "1 ajoutée" in done.err
    [one] = niaouli("absence", "list", "anne", "--json").json
    assert (one["first"], one["last"]) == ("2026-07-06", "2026-07-06")
    added = niaouli("absence", "add", "paul", "--from", "7 juillet 2026", "--json").json
    assert added[0]["login"] == "paul"
    shown = niaouli("presence", "show", "anne", "paul", "--day", "2026-07-06", "--json").json
    assert [row["state"] for row in shown] == ["absent", "présent"]
    niaouli("absence", "remove", "anne", str(one["id"]))
    assert niaouli("absence", "list", "anne", "--json").json == []
