"""Backup and restore: row by row the same, on either engine, and old sync tokens end."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from calendars.kernel.audit import CONSOLE
from calendars.kernel.database import Database
from calendars.services.list_changes import InvalidSyncToken, list_changes
from calendars.services.sign_in import add_application_password
from calendars.storage import calendar_objects, principals
from calendars.storage.tables import metadata
from scheduler.app.backup import MANIFEST, write_backup
from scheduler.app.restore import BadBackup, StoreNotEmpty, restore_backup
from tests.builders import a_series, an_event
from tests.stores import NOW, a_person, agenda_of, listing, put

PATH = "backup.tar.gz"


@pytest.fixture
def filled(database: Database) -> Database:
    """A store with two people, objects, a history, secrets and a delegation's worth of rows."""
    with database.transaction() as db:
        anne = a_person(db, "anne")
        a_person(db, "paul")
        for number in range(5):
            put(db, anne, an_event(uid=f"{number}@x", summary="Goûter 🌺"), f"{number}.ics")
        put(db, anne, an_event(uid="1@x", summary="Changé"), "1.ics")
        put(db, anne, a_series(uid="serie@x"), "serie.ics")
        add_application_password(db, anne.id, "téléphone", by=CONSOLE, now=NOW)
    return database


@pytest.fixture
def empty_url(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Another store, without any table."""

    def url(engine: str) -> str:
        if engine == "sqlite":
            return f"sqlite:///{tmp_path / 'other.sqlite'}"
        found: str = request.getfixturevalue("postgres_url")
        return found

    return url


def _silent(*_: object) -> None:
    """Nobody watches."""


def _rows(database: Database) -> dict[str, list[str]]:
    """Every row of every table, but for the marks that a restore renews."""
    found = {}
    with database.reading() as db:
        for table in metadata.sorted_tables:
            columns = [column for column in table.columns if column.name != "incarnation"]
            rows = [
                tuple(row._mapping[column] for column in columns)
                for row in db.execute(table.select())
            ]
            found[table.name] = sorted(map(repr, rows))
    return found


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_restored_store_holds_every_row(
    filled: Database, tmp_path: Path, target: str, empty_url: Callable[[str], str]
) -> None:
    manifest = write_backup(filled, tmp_path / PATH, now=NOW, watch=_silent)
    other = Database(empty_url(target))
    restored = restore_backup(other, tmp_path / PATH, force=False, watch=_silent)

    assert restored == manifest
    assert _rows(other) == _rows(filled)
    with other.transaction() as db:
        # New rows get ids behind the old ones.
        paul = principals.get(db, "paul")
        put(db, paul, an_event(uid="neuf@x"), "neuf.ics")
        assert listing(db, paul).keys() == {"neuf.ics"}
    other.close()


def test_sync_tokens_from_before_the_restore_are_refused(filled: Database, tmp_path: Path) -> None:
    write_backup(filled, tmp_path / PATH, now=NOW, watch=_silent)
    with filled.transaction() as db:
        anne = principals.get(db, "anne")
        put(db, anne, an_event(uid="verloren@x"), "lost.ics")
        token = agenda_of(db, anne).sync_token

    restore_backup(filled, tmp_path / PATH, force=True, watch=_silent)

    with filled.reading() as db:
        from calendars.model.principal import OWNER

        agenda = agenda_of(db, principals.get(db, "anne"))
        with pytest.raises(InvalidSyncToken):
            list_changes(db, agenda, OWNER, token)
        assert calendar_objects.find(db, agenda.id, "lost.ics") is None


def test_a_store_in_use_is_not_overwritten_unless_forced(filled: Database, tmp_path: Path) -> None:
    write_backup(filled, tmp_path / PATH, now=NOW, watch=_silent)
    before = _rows(filled)
    with pytest.raises(StoreNotEmpty):
        restore_backup(filled, tmp_path / PATH, force=False, watch=_silent)
    assert _rows(filled) == before


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-200]), id="cut off"),
        pytest.param(lambda path: path.write_bytes(b"something else"), id="another file"),
        pytest.param(lambda path: _replace(path, "principals.jsonl", b"paul", b"jean"), id="row"),
        pytest.param(lambda path: _replace(path, "principals.jsonl", None, b""), id="rows gone"),
        pytest.param(lambda path: _replace(path, MANIFEST, b"niaouli-backup-1", b"2"), id="format"),
    ],
)
def test_a_spoiled_backup_changes_nothing(
    filled: Database, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    write_backup(filled, tmp_path / PATH, now=NOW, watch=_silent)
    before = _rows(filled)
    spoil(tmp_path / PATH)

    with pytest.raises(BadBackup):
        restore_backup(filled, tmp_path / PATH, force=True, watch=_silent)
    assert _rows(filled) == before


def test_a_backup_is_one_state_of_the_store(filled: Database, tmp_path: Path) -> None:
    """Somebody writes while the backup is being made."""
    written = False

    def write_meanwhile(table: str, *_: int) -> None:
        nonlocal written
        if table == "collections" and not written:
            written = True
            with filled.transaction() as db:
                put(db, principals.get(db, "anne"), an_event(uid="late@x"), "late.ics")

    write_backup(filled, tmp_path / PATH, now=NOW, watch=write_meanwhile)

    assert written
    assert b"late@x" not in _member(tmp_path / PATH, "calendar_objects.jsonl")


def test_nobody_else_may_read_a_backup(filled: Database, tmp_path: Path) -> None:
    write_backup(filled, tmp_path / PATH, now=NOW, watch=_silent)
    assert (tmp_path / PATH).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.glob("*backup*")] == [PATH]
    assert json.loads(_member(tmp_path / PATH, MANIFEST))["revision"]


def _member(path: Path, name: str) -> bytes:
    with tarfile.open(path) as archive:
        stream = archive.extractfile(name)
        assert stream is not None
        return stream.read()


def _replace(path: Path, name: str, old: bytes | None, new: bytes) -> None:
    """The archive with another text in one of its members."""
    with tarfile.open(path) as archive:
        members = {each.name: _member(path, each.name) for each in archive}
    members[name] = new if old is None else members[name].replace(old, new)
    with tarfile.open(path, "w:gz") as archive:
        for each, content in members.items():
            info = tarfile.TarInfo(each)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
