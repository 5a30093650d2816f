"""Puts a backup into a store, whole or not at all, and checks that it is there row by row.

Every collection gets a new incarnation: a client that synchronised after the backup was made knows
changes that the store knows no more, so that its token must not be taken (RFC 6578 §3.2).
"""

from __future__ import annotations

import json
import secrets
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, bindparam, func, insert, select, text, update

from calendars.kernel.database import Database
from calendars.kernel.errors import Conflict, InvalidInput
from scheduler.app import migrate
from scheduler.app.backup import (
    EVERY,
    FORMAT,
    MANIFEST,
    Manifest,
    RowDigest,
    TableEntry,
    Watch,
    decoded,
    lines_of,
    tables_of,
)

_MAX_MANIFEST = 2**20


class BadBackup(InvalidInput):
    """Not a backup, or not as it was written."""


class StoreNotEmpty(Conflict):
    """The store holds something that a restore would overwrite."""


def restore_backup(database: Database, path: Path, *, force: bool, watch: Watch) -> Manifest:
    """Load the backup and bring it to the newest schema, in one transaction.

    Raises BadBackup, StoreNotEmpty unless forced, UnknownSchema.
    """
    with _readable(path):
        manifest = _checked(path)
        if manifest.revision not in migrate.known():
            raise migrate.UnknownSchema(f"revision {manifest.revision[:20]} is not known here")
        with database.transaction() as db:
            _clear(db, force=force)
            migrate.upgrade(db, manifest.revision)
            _load(db, path, manifest, watch)
            migrate.upgrade(db, migrate.newest())
    return manifest


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error, OSError, KeyError, ValueError) as error:
        raise BadBackup(f"{path.name}: {type(error).__name__}") from error


def _checked(path: Path) -> Manifest:
    """The manifest of a backup whose every row is as it was written; the store is not touched."""
    digests: dict[str, RowDigest] = {}
    manifest = None
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream is None:
                raise BadBackup(member.name[:80])
            if member.name == MANIFEST:
                manifest = _manifest(json.loads(stream.read(_MAX_MANIFEST)))
                continue
            digest = digests[member.name.removesuffix(".jsonl")] = RowDigest()
            for line in stream:
                digest.add(line)
    if manifest is None:
        raise BadBackup(MANIFEST)
    for table in manifest.tables:
        found = digests.get(table.name)
        if found is None or (found.rows, found.value) != (table.rows, table.digest):
            raise BadBackup(table.name)
    return manifest


def _manifest(values: dict[str, Any]) -> Manifest:
    if values["format"] != FORMAT:
        raise BadBackup(str(values["format"])[:80])
    tables = tuple(
        TableEntry(each["name"], tuple(each["columns"]), each["rows"], each["digest"])
        for each in values["tables"]
    )
    return Manifest(values["revision"], values["made_at"], tables)


def _clear(db: Connection, *, force: bool) -> None:
    """No table is left, so that the schema of the backup can be made."""
    there = tables_of(db)
    if not force:
        for table in there:
            if db.execute(select(func.count()).select_from(table)).scalar_one():
                raise StoreNotEmpty(table.name)
    metadata = MetaData()
    metadata.reflect(db)
    metadata.drop_all(db)


def _load(db: Connection, path: Path, manifest: Manifest, watch: Watch) -> None:
    tables = {table.name: table for table in tables_of(db)}
    if {entry.name for entry in manifest.tables} != tables.keys():
        raise BadBackup("tables")
    with tarfile.open(path, "r:gz") as archive:
        for entry in manifest.tables:  # in the order of their references, as they were written
            stream = archive.extractfile(f"{entry.name}.jsonl")
            if stream is None:
                raise BadBackup(entry.name)
            _insert(db, tables[entry.name], entry, stream, watch)
    for entry in manifest.tables:
        _verify(db, tables[entry.name], entry)
    _start_new_incarnations(db, tables["collections"])


def _insert(
    db: Connection,
    table: Table,
    entry: TableEntry,
    lines: Iterable[bytes],
    watch: Watch,
) -> None:
    rows: list[dict[str, Any]] = []
    done = 0
    for line in lines:
        values = [decoded(value) for value in json.loads(line)]
        rows.append(dict(zip(entry.columns, values, strict=True)))
        if len(rows) == EVERY:
            db.execute(insert(table), rows)
            done += len(rows)
            rows = []
            watch(table.name, done, entry.rows)
    if rows:
        db.execute(insert(table), rows)
    watch(table.name, entry.rows, entry.rows)
    if db.dialect.name == "postgresql" and "id" in table.columns:
        _move_sequence(db, table)


def _move_sequence(db: Connection, table: Table) -> None:
    """The next row gets an id behind those that were loaded."""
    highest = db.execute(select(func.max(table.columns["id"]))).scalar()
    if isinstance(highest, int):
        db.execute(
            text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :highest)"),
            {"name": table.name, "highest": highest},
        )


def _verify(db: Connection, table: Table, entry: TableEntry) -> None:
    digest = RowDigest()
    for line in lines_of(db, table, entry.columns):
        digest.add(line)
    if (digest.rows, digest.value) != (entry.rows, entry.digest):
        raise BadBackup(f"{table.name} is not what was loaded")


def _start_new_incarnations(db: Connection, collections: Table) -> None:
    columns = collections.columns
    ids = db.execute(select(columns["id"])).scalars().all()
    if ids:
        db.execute(
            update(collections)
            .where(columns["id"] == bindparam("collection"))
            .values(incarnation=bindparam("fresh")),
            [{"collection": each, "fresh": secrets.token_hex(16)} for each in ids],
        )
