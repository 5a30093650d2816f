"""`niaouli audit …`: whoever changes the trail behind the service's back is found out (SEC-8)."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text

from calendars.kernel.audit import CONSOLE, Deed, Target
from calendars.kernel.database import Database, Db
from calendars.storage import audit
from scheduler.app.audit_checkpoints import FILE
from tests.command_line import CommandLine
from tests.stores import NOW, a_person

ROWS = 5


@pytest.fixture
def kept(database: Database, niaouli: CommandLine) -> CommandLine:
    """A trail with a few lines about Anne."""
    with database.transaction() as db:
        anne = a_person(db)
        for number in range(ROWS):
            audit.record(db, anne, Deed.CREATE, Target(anne.id, details={"n": number}), now=NOW)
        audit.record(db, CONSOLE, Deed.BACKUP, Target(), now=NOW)
    return niaouli


def sql(*statements: str) -> Callable[[Connection], None]:
    """Somebody who may write the table, and does."""

    def write(db: Db) -> None:
        for statement in statements:
            db.execute(text(statement))

    return write


ANNE = "(SELECT id FROM principals WHERE login = 'anne')"
COLUMNS = (
    "at, actor_id, face, address, credential_id, deed, collection_id, object, visibility, "
    "result, details, seal"
)
HACKS = {
    "a line is edited": (
        sql(f"UPDATE audit_lines SET deed = 'read' WHERE number = 3 AND owner_id = {ANNE}"),
        {(3, "changed")},
    ),
    "who did it is wiped out": (
        sql(f"UPDATE audit_lines SET actor_id = NULL WHERE number = 1 AND owner_id = {ANNE}"),
        {(1, "changed")},
    ),
    "a line is removed": (
        sql(f"DELETE FROM audit_lines WHERE number = 2 AND owner_id = {ANNE}"),
        {(2, "missing")},
    ),
    "a line is removed and the gap closed": (
        sql(
            f"DELETE FROM audit_lines WHERE number = 4 AND owner_id = {ANNE}",
            f"UPDATE audit_lines SET number = 4 WHERE number = 5 AND owner_id = {ANNE}",
        ),
        {(4, "changed"), (5, "cut")},
    ),
    "the last line is cut off": (
        sql(f"DELETE FROM audit_lines WHERE number = 5 AND owner_id = {ANNE}"),
        {(5, "cut")},
    ),
    "the last line is cut off, and the end set before it": (
        sql(
            f"DELETE FROM audit_lines WHERE number = 5 AND owner_id = {ANNE}",
            f"UPDATE audit_chains SET count = 4, head = (SELECT seal FROM audit_lines WHERE "
            f"number = 4 AND owner_id = {ANNE}) WHERE owner_id = {ANNE}",
        ),
        {(4, "false-end")},
    ),
    "all lines and the chain go": (
        sql(f"DELETE FROM audit_lines WHERE owner_id = {ANNE}"),
        {(1, "cut")},
    ),
    "two lines change places": (
        sql(
            f"UPDATE audit_lines SET number = 99 WHERE number = 2 AND owner_id = {ANNE}",
            f"UPDATE audit_lines SET number = 2 WHERE number = 3 AND owner_id = {ANNE}",
            f"UPDATE audit_lines SET number = 3 WHERE number = 99 AND owner_id = {ANNE}",
        ),
        {(2, "changed"), (3, "changed"), (4, "changed")},
    ),
    "a line is put in at the end": (
        sql(
            f"INSERT INTO audit_lines (owner_id, number, {COLUMNS}) SELECT owner_id, 6, {COLUMNS} "
            f"FROM audit_lines WHERE number = 5 AND owner_id = {ANNE}"
        ),
        {(6, "changed"), (6, "added")},
    ),
    "a line of another chain takes the place": (
        sql(
            f"DELETE FROM audit_lines WHERE number = 1 AND owner_id = {ANNE}",
            f"UPDATE audit_lines SET owner_id = {ANNE} WHERE owner_id = 0",
        ),
        {(1, "changed"), (1, "cut"), (2, "changed")},
    ),
}


@pytest.mark.rule("SEC-8")
def test_a_whole_trail_is_said_to_be_whole(kept: CommandLine) -> None:
    assert f"Journal intact : {ROWS + 1} lignes" in kept("audit", "verify").err
    assert kept("audit", "verify", "--json").json == {
        "whole": True,
        "lines": ROWS + 1,
        "breaks": [],
    }


@pytest.mark.rule("SEC-8")
@pytest.mark.parametrize(("hack", "found"), HACKS.values(), ids=HACKS.keys())
def test_a_change_behind_the_service_is_found_where_it_is(
    kept: CommandLine, database: Database, hack: Callable[[Db], None], found: set[tuple[int, str]]
) -> None:
    with database.transaction() as db:
        hack(db)

    told = kept("audit", "verify", "--json", fails=1).json
    assert not told["whole"]
    assert {(one["number"], one["fault"]) for one in told["breaks"]} == found
    assert {one["owner"] for one in told["breaks"]} <= {"anne", None}


def test_the_broken_line_is_named_in_words(kept: CommandLine, database: Database) -> None:
    with database.transaction() as db:
        HACKS["a line is edited"][0](db)
        query = text(f"SELECT id FROM audit_lines WHERE number = 3 AND owner_id = {ANNE}")
        row = db.execute(query).scalar_one()

    written = kept("audit", "verify", fails=1)
    expected = f"anne, n° 3 (ligne {row} de la table) : la ligne n'est pas celle"
    assert expected in written.out.replace("\xa0", " ")


def test_without_its_key_nothing_is_whole(kept: CommandLine, database: Database) -> None:
    with database.transaction() as db:
        db.execute(text("DELETE FROM service_keys"))

    assert kept("audit", "verify", "--json", fails=1).json["breaks"]


def test_the_doctor_sees_an_end_that_was_cut_off(kept: CommandLine, database: Database) -> None:
    def journal(*, fails: int = 0) -> list[str]:
        found = kept("doctor", "--json", fails=fails).json
        return [each["state"] for each in found if each["check"] == "Journal"]

    kept("user", "list")  # makes the folder of the service
    assert journal() == ["ok"]
    with database.transaction() as db:
        HACKS["the last line is cut off"][0](db)
    assert journal(fails=1) == ["erreur"]


def test_a_store_that_was_set_back_as_a_whole_is_found_by_a_checkpoint(
    kept: CommandLine, database: Database
) -> None:
    elsewhere = kept.data / "elsewhere.jsonl"
    with database.transaction() as db:
        chains = [tuple(row) for row in db.execute(text("SELECT * FROM audit_chains"))]
        anne = db.execute(text("SELECT id FROM principals")).scalar_one()
        audit.record(db, CONSOLE, Deed.DISABLE_ACCOUNT, Target(anne), now=NOW)
    elsewhere.write_text(kept("audit", "checkpoint").out)
    with database.transaction() as db:  # the morning's state again, seals and all
        db.execute(text("DELETE FROM audit_lines WHERE deed = 'disable-account'"))
        [(_, count, head, seal)] = [row for row in chains if row[0] == anne]
        db.execute(
            text("UPDATE audit_chains SET count = :c, head = :h, seal = :s WHERE owner_id = :o"),
            {"c": count, "h": head, "s": seal, "o": anne},
        )

    assert kept("audit", "verify", "--json").json["whole"]
    told = kept("audit", "verify", "--json", "--against", str(elsewhere), fails=1).json
    assert [(one["number"], one["fault"]) for one in told["breaks"]] == [(ROWS + 1, "set-back")]


def test_a_checkpoint_that_was_edited_is_none(kept: CommandLine) -> None:
    elsewhere = kept.data / "elsewhere.jsonl"
    written = json.loads(kept("audit", "checkpoint").out)
    written["at"] += 1
    elsewhere.write_text(json.dumps(written))

    assert "altéré" in kept("audit", "verify", "--against", str(elsewhere), fails=1).err


def test_what_is_due_makes_one_checkpoint_a_day(kept: CommandLine) -> None:
    for instant in ("2026-03-02T07:00", "2026-03-02T09:00", "2026-03-03T07:00"):
        kept("run-due", "--at", instant)

    lines = (kept.data / FILE).read_text().splitlines()
    assert len(lines) == 2
    assert kept("audit", "verify", "--json").json["whole"]


def test_the_console_shows_lines_of_one_person_and_leaves_one_itself(kept: CommandLine) -> None:
    first = kept("audit", "show", "anne", "--json").json
    second = kept("audit", "show", "anne", "--since", "2026-03-02T19:00", "--json").json

    assert [(one["actor"], one["owner"], one["deed"]) for one in first] == [
        ("anne", "anne", "create")
    ] * ROWS
    assert {one["at"] for one in first} == {"2026-03-02T19:00:00+11:00"}
    assert [(one["actor"], one["deed"], one["face"]) for one in second][ROWS:] == [
        (None, "read-audit", "cli")
    ]
    assert "Consultation du journal" in kept("audit", "show", "anne").out
