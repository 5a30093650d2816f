"""A table of references: what was seen is what is done, and done again it changes nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from calendars.kernel.database import Database
from calendars.model.written_days import read_day
from scheduler.app import migrate
from scheduler.references.import_rules import BadTable, Fault, read_table
from tests.command_line import CommandLine
from tests.scheduler.references.test_references import House, attach, found, house
from tests.serving import Client

__all__ = ["house"]
pytestmark = pytest.mark.rule("DIR-5")
TODAY = date(2026, 3, 3)
TABLE = """Système;Numéro;Date;Sens;Objet;Clé;Propriétaire
COURRIER;2026-C-00001;Vendredi 27 juin 2025;reçu;événement;open;director
COURRIER;2026-C-00002;04 juillet;Envoyé;événement;open;director
COURRIER;2026-C-00123;;;événement;open;director
COURRIER;2026-C-00003;31/02/2026;;événement;open;director
COURRIER;C-4;;;événement;open;director
AUTRE;2026-C-00005;;;événement;open;director
COURRIER;2026-C-00006;;;événement;closed;director
COURRIER;2026-C-00001;;;événement;closed;director
"""
OUTCOMES = [
    ("added", None), ("added", None), ("unchanged", None), ("refused", "bad-date"),
    ("refused", "bad-number"), ("refused", "no-system"), ("refused", "not-found"),
    ("refused", "not-found"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2025-06-27", date(2025, 6, 27)),
        ("27/06/2025", date(2025, 6, 27)),
        ("27 juin 2025", date(2025, 6, 27)),
        ("Vendredi 27 juin 2025", date(2025, 6, 27)),
        ("1er août 2025", date(2025, 8, 1)),
        ("04 juillet", date(2025, 7, 4)),
        ("3 mars", date(2026, 3, 3)),
        ("29 février", date(2024, 2, 29)),
        ("DIMANCHE  1er FÉVRIER 2026", date(2026, 2, 1)),
        ("Jeudi 27 juin 2025", None),
        ("31/02/2026", None),
        ("2026-13-01", None),
        ("27 juinn 2025", None),
        ("demain", None),
        ("", None),
    ],
)
def test_days_as_people_write_them(said: str, expected: date | None) -> None:
    assert read_day(said, near=TODAY, past=True) == expected


def test_tables_as_programs_write_them() -> None:
    old = "système,n°,objet,clé\r\nCOURRIER,1,réunion,CODIR-2026-01\r\n\r\n,2,réunion,x\r\n"
    for content in (old.encode("cp1252"), old.encode("utf-8-sig")):
        lines = read_table(content, today=TODAY)
        assert [(one.at, one.number, one.fault) for one in lines] == [
            (2, "1", None), (4, "2", Fault.UNREADABLE),
        ]  # fmt: skip
    for content in (b"", b"a;b\n1;2\n", b"Num\xe9ro;Objet\n"):
        with pytest.raises(BadTable):
            read_table(content, today=TODAY)


def send(who: Client, step: str, table: str = TABLE) -> requests.Response:
    return who.http.post(
        f"{who.base}/api/v1/references/import{step}",
        data=table.encode(),
        headers={"Content-Type": "application/octet-stream"},
        timeout=30,
    )


@pytest.mark.rule("SEC-8")
def test_what_was_seen_is_what_is_done(house: House) -> None:
    attach(house.anne)
    seen = send(house.anne, "/preview").json()
    assert [(one["outcome"], one["fault"]) for one in seen["lines"]] == OUTCOMES
    assert (seen["added"], seen["unchanged"], seen["refused"]) == (2, 1, 5)
    assert "n'est pas ce jour" in seen["lines"][3]["because"]
    assert found(house.anne, number="2026-C-0000") == []

    # Meanwhile somebody notes one of them: what was seen is not what would be done.
    attach(house.director, number="2026-C-00002")
    token = f"?token={seen['token']}"
    assert send(house.anne, token).status_code == 409
    assert send(house.rose, token).status_code == 409
    assert found(house.anne, number="2026-C-00001") == []
    again = send(house.anne, "/preview").json()
    assert again["changed"] == 1
    assert send(house.anne, f"?token={again['token']}").status_code == 200
    assert found(house.rose, number="2026-C-0000") == ["2026-C-00002", "2026-C-00001"]

    done = send(house.anne, "/preview").json()
    assert (done["added"], done["changed"], done["unchanged"]) == (0, 0, 3)
    assert send(house.rose, "/preview").json()["lines"][0]["fault"] == "read-only"
    assert send(house.paul, "/preview").json()["lines"][0]["fault"] == "not-found"
    table = house.anne.ask("GET", "/api/v1/references.csv?number=2026-C-0000").text
    assert "COURRIER;2026-C-00001;27/06/2025;reçu;événement;open;director" in table
    assert send(house.anne, "/preview", table).json()["unchanged"] == 2

    paths = house.anne.http.get(f"{house.anne.base}/api/v1/openapi.json", timeout=30).json()[
        "paths"
    ]
    body = paths["/api/v1/references/import/preview"]["post"]["requestBody"]["content"]
    example = body["application/octet-stream"]["example"]
    assert send(house.anne, "/preview", example).json()["lines"][0]["fault"] == "not-found"

    # Each leaves a line in the trail of whose the thing is, and the number is not in it.
    lines = house.director.ask("GET", "/api/v1/me/audit?deed=note-reference").text
    assert lines.count('"note-reference"') >= 4
    assert "2026-C" not in lines


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_meeting_has_its_references_from_the_one_table(house: House) -> None:
    said = {"kind": "CODIR", "start": "2027-03-02T09:00:00+11:00",
            "external_refs": ["2026-C-00300", "3134-25-0973/SR"]}  # fmt: skip
    url = f"{house.director.base}/api/v1/meetings"
    made = house.director.http.post(url, json=said, timeout=30).json()
    assert made["external_refs"] == said["external_refs"]
    assert found(house.director, number="3134-25", system="DIVERS") == ["3134-25-0973/SR"]
    assert found(house.director, number="2026-C-003", system="COURRIER") == ["2026-C-00300"]
    on_it = {"kind": "meeting", "owner": "", "key": made["ref"]}
    assert attach(house.director, number="2026-C-00301", **on_it).status_code == 201
    path = f"{url}/{made['ref']}"
    now = house.director.http.get(path, timeout=30).json()["external_refs"]
    assert now == ["2026-C-00300", "3134-25-0973/SR", "2026-C-00301"]
    kept = house.director.http.patch(path, json={"external_refs": now[1:]}, timeout=30).json()
    assert kept["external_refs"] == now[1:]
    assert found(house.director, number="2026-C-003") == ["2026-C-00301"]
    assert house.director.http.post(url, json=said, timeout=30).status_code == 409


@pytest.mark.parametrize("engine", ["sqlite"])
def test_references_of_meetings_that_stand_are_moved(database_url: str) -> None:
    database = Database(database_url)
    insert = (
        "INSERT INTO meetings (ref, kind, state, owner_id, made_by, title, visibility, minutes,"
        " external_refs, made_at)"
        " VALUES (:ref, 'CODIR', 'planned', 1, 1, '', 'PUBLIC', 60, :refs, 7)"
    )
    with database.transaction() as db:
        migrate.upgrade(db, "0043")
        db.execute(text("INSERT INTO reference_systems VALUES ('SALSA', 'SALSA', 'S-[0-9]+')"))
        db.execute(text(insert), {"ref": "CODIR-1", "refs": '["S-1", "Libre"]'})
        db.execute(text(insert), {"ref": "CODIR-2", "refs": '["S-1", "Libre", "S-1"]'})
        migrate.upgrade(db, migrate.newest())
        rows = db.execute(text("SELECT system, number, key FROM external_refs ORDER BY id"))
        assert [tuple(row) for row in rows] == [
            ("SALSA", "S-1", "CODIR-1"), ("DIVERS", "Libre", "CODIR-1"),
            ("DIVERS", "S-1 (2)", "CODIR-2"), ("DIVERS", "Libre (2)", "CODIR-2"),
            ("DIVERS", "S-1 (3)", "CODIR-2"),
        ]  # fmt: skip
    database.close()


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_table_is_imported_at_the_console(niaouli: CommandLine, tmp_path: Path) -> None:
    niaouli.add_person("anne")
    table = tmp_path / "salsa.csv"
    table.write_text("Système;Numéro;Objet;Clé\nDIVERS;A-1;échéance;1\nDIVERS;A-2;échéance;2\n")
    told = niaouli("reference", "import", str(table), "--as", "anne", "--preview", "--json").json
    assert [one["fault"] for one in told["lines"]] == ["not-found", "not-found"]
    done = niaouli("reference", "import", str(table), "--as", "anne")
    assert "2 refusée(s)" in done.err
    niaouli("reference", "import", str(table), "--as", "anne", "--token", "0" * 32, fails=1)
    assert niaouli("reference", "find", "anne", "A-", "--json").json == []

    made = niaouli("deadline", "add", "anne", "Réponse", "--day", "2027-03-01", "--json").json[0]
    niaouli("reference", "systems", "SALSA", "--pattern", "S-[0-9]+")
    on_it = ("deadline", str(made["id"]), "--date", "2027-02-26", "--direction", "received")
    niaouli("reference", "add", "anne", "SALSA", "S-1", *on_it)
    niaouli("reference", "add", "anne", "SALSA", "1", *on_it, fails=1)
    assert (
        "SALSA;S-1;26/02/2027;reçu;échéance"
        in niaouli("reference", "find", "anne", "S-", "--csv").out
    )
    niaouli("reference", "remove", "anne", "1")
    assert niaouli("reference", "find", "anne", "S-", "--json").json == []
