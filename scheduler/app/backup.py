"""The whole store in one file: a tar.gz of one JSON-lines file per table, and a manifest.

The same on both engines, and read in one snapshot, so that a running service may be backed up and
a SQLite store may move to PostgreSQL or back. The file is as secret as the store itself.
"""

from __future__ import annotations

import base64
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, TypeAlias

from sqlalchemy import Connection, MetaData, Table, func, select

from calendars.kernel.database import Database
from calendars.kernel.errors import NotFound
from scheduler.app.migrate import revision_of

FORMAT = "niaouli-backup-1"
MANIFEST = "manifest.json"
VERSION_TABLE = "alembic_version"
EVERY = 1_000

Watch: TypeAlias = Callable[[str, int, int], None]
"""Told a table's name, how many of its rows are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class TableEntry:
    """One table in the manifest."""

    name: str
    columns: tuple[str, ...]
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds, and of which schema it is."""

    revision: str
    made_at: int
    tables: tuple[TableEntry, ...]
    format: str = FORMAT

    @property
    def rows(self) -> int:
        """All rows together."""
        return sum(table.rows for table in self.tables)

    def as_json(self) -> dict[str, Any]:
        """For the file, and for other programs."""
        return asdict(self)


def write_backup(database: Database, path: Path, *, now: int, watch: Watch) -> Manifest:
    """Write the backup; the file appears under its name once it is whole and on disk.

    Raises NotFound where the store has no table yet.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        with snapshot(database) as db, tarfile.open(partial, "w:gz", compresslevel=6) as archive:
            manifest = _write_tables(db, archive, now=now, watch=watch)
            text = json.dumps(manifest.as_json(), indent=2).encode()
            _add(archive, MANIFEST, io.BytesIO(text), len(text), now)
        partial.chmod(0o600)
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """One state of the whole store, whatever is written meanwhile."""
    if database.is_sqlite:
        with database.reading() as db:
            yield db
        return
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as db:
        yield db


def tables_of(db: Connection) -> list[Table]:
    """Every table, each after those it refers to; the schema's own version is no content."""
    metadata = MetaData()
    metadata.reflect(db)
    return [table for table in metadata.sorted_tables if table.name != VERSION_TABLE]


def _write_tables(db: Connection, archive: tarfile.TarFile, *, now: int, watch: Watch) -> Manifest:
    revision = revision_of(db)
    if revision is None:
        raise NotFound("the store is empty: there is nothing to back up")
    entries = []
    for table in tables_of(db):
        with tempfile.TemporaryFile() as spool:
            entry = _spool(db, table, spool, watch)
            size = spool.tell()
            spool.seek(0)
            _add(archive, f"{table.name}.jsonl", spool, size, now)
        entries.append(entry)
    return Manifest(revision, now, tuple(entries))


def _spool(db: Connection, table: Table, spool: IO[bytes], watch: Watch) -> TableEntry:
    """A tar entry begins with its size, so that the rows go to a temporary file first."""
    digest = RowDigest()
    total = db.execute(select(func.count()).select_from(table)).scalar_one()
    watch(table.name, 0, total)
    for line in lines_of(db, table):
        digest.add(line)
        spool.write(line)
        if digest.rows % EVERY == 0:
            watch(table.name, digest.rows, total)
    watch(table.name, digest.rows, total)
    columns = tuple(column.name for column in table.columns)
    return TableEntry(table.name, columns, digest.rows, digest.value)


class RowDigest:
    """A digest of rows in any order: engines do not sort text alike."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, line: bytes) -> None:
        """One more row, as it stands in the file."""
        self.rows += 1
        self._sum += int.from_bytes(sha256(line.rstrip(b"\n")).digest())

    @property
    def value(self) -> str:
        """The same for the same rows."""
        return f"{self._sum % 2**256:064x}"


def lines_of(db: Connection, table: Table, columns: Sequence[str] = ()) -> Iterator[bytes]:
    """Each row as a line of JSON, a thousand in memory at a time."""
    chosen = [table.columns[name] for name in columns] or list(table.columns)
    query = select(*chosen).order_by(*table.primary_key.columns)
    with db.execute(query, execution_options={"yield_per": EVERY}) as rows:
        for row in rows:
            values = [encoded(value) for value in row]
            yield json.dumps(values, ensure_ascii=False).encode() + b"\n"


def _add(archive: tarfile.TarFile, name: str, stream: IO[bytes], size: int, now: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, now, 0o600
    archive.addfile(info, stream)


def encoded(value: Any) -> Any:  # noqa: ANN401 - a column of any table
    """A value as JSON; what JSON cannot say is an object with one key."""
    if isinstance(value, (bytes, memoryview)):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, (dict, list)):
        return {"json": value}
    return value


def decoded(value: Any) -> Any:  # noqa: ANN401 - a column of any table
    """The value that `encoded` wrote."""
    if not isinstance(value, dict):
        return value
    [(kind, content)] = value.items()
    if kind == "base64":
        return base64.b64decode(content)
    if kind == "datetime":
        return datetime.fromisoformat(content)
    return date.fromisoformat(content) if kind == "date" else content
