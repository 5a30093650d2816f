"""The store: one engine, SQLite or PostgreSQL, driven synchronously (docs/adr/0002).

A write is one transaction. SQLite has one writer: a fair lock in the process queues the writers,
so that none of them starves on SQLITE_BUSY, and `BEGIN IMMEDIATE` does the same between processes.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from types import ModuleType
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.pool import QueuePool

from calendars.kernel.errors import Conflict, ServiceError

Db: TypeAlias = Connection

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 8
BUSY_TIMEOUT_MS = 30_000

_DOWN = "the store cannot be reached just now"
_UNIQUE_VIOLATION = "23505"

# Before 3.51.3 SQLite may lose commits when a WAL is reset under another process.
SAFE_SQLITE = (3, 51, 3)

_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",
)


class StoreUnavailable(ServiceError):
    """The store is down, full or busy for too long: nothing was written, try again later."""


class Overtaken(Conflict):
    """Somebody else made the same thing at the same moment: nothing of this one was written."""

    words = "quelqu'un a fait de même au même instant : rechargez, puis recommencez"


class FairLock:
    """A lock that is granted in the order it was asked for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._held = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._held and not self._waiting:
                self._held = True
                return
            turn = threading.Event()
            self._waiting.append(turn)
        turn.wait()

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False


Deferred: TypeAlias = tuple[Callable[[Db, list[Any]], None], Any]
_deferred: WeakKeyDictionary[Db, list[Deferred]] = WeakKeyDictionary()


def defer(db: Db, write: Callable[[Db, list[Any]], None], row: object) -> None:
    """Let `write` have the row at the end of the transaction, with all others that it is to have.

    What is written last holds its locks for the shortest time, and whoever waits for them holds
    every other lock already. A connection that only reads leaves its rows to a transaction of
    their own, before anybody is told what was read.
    """
    _deferred.setdefault(db, []).append((write, row))


def write_deferred(db: Db) -> None:
    """Write now what was deferred: at the end of a transaction, or for who reads it within one."""
    _write_rows(db, _deferred.pop(db, []))


def _write_rows(db: Db, left: list[Deferred]) -> None:
    by_writer: dict[Callable[[Db, list[Any]], None], list[Any]] = {}
    for write, row in left:
        by_writer.setdefault(write, []).append(row)
    for write, rows in by_writer.items():
        write(db, rows)


class _Brief(threading.local):
    """The connection that a thread keeps for its brief reads."""

    db: Db | None = None


class Database:
    """An engine, and the three ways to use it: reading, transaction, run."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        driver = self.engine.dialect.loaded_dbapi
        self._down = (
            OperationalError, InterfaceError, driver.OperationalError, driver.InterfaceError,
        )  # fmt: skip
        self._brief, self._kept = _Brief(), list[Db]()
        self._writer = self.engine.execution_options(begin="BEGIN IMMEDIATE")
        self._reader = self.engine
        if not self.is_sqlite:
            self._reader = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        self._writing = FairLock()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="database")

    @contextmanager
    def reading(self) -> Iterator[Db]:
        """A connection on one consistent snapshot; nothing it does is kept.

        Raises StoreUnavailable.
        """
        with self._spoken_of(), self._reader.connect() as db:
            yield db
        self._write_left(_deferred.pop(db, []))

    @contextmanager
    def transaction(self) -> Iterator[Db]:
        """One write, committed at the end of the block or not at all.

        Raises StoreUnavailable, Overtaken.
        """
        if not self.is_sqlite:
            with self._spoken_of(), self.engine.begin() as db:
                yield db
                write_deferred(db)
            return
        with self._spoken_of(), self._writing, self._writer.begin() as db:
            yield db
            write_deferred(db)

    @contextmanager
    def trial(self) -> Iterator[Db]:
        """A write of which nothing is kept: to see what it would do. Raises StoreUnavailable."""
        alone = self._writing if self.is_sqlite else nullcontext()
        with self._spoken_of(), alone, self._writer.connect() as db:
            yield db
            _deferred.pop(db, None)
            db.rollback()

    async def run(
        self, unit: Callable[Concatenate[Db, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """A unit of work in a transaction of its own, in a worker thread: one hop."""

        def work() -> T:
            with self.transaction() as db:
                return unit(db, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def read(
        self, unit: Callable[Concatenate[Db, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """A unit of reading in a worker thread: for statements that may be long."""

        def work() -> T:
            with self.reading() as db:
                return unit(db, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def read_briefly(
        self, unit: Callable[Concatenate[Db, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """A unit of a few indexed rows: on the loop itself where that is cheaper than a hop.

        A short SQLite read takes 4 to 50 µs, a thread round trip 90 (docs/performance.md).
        """
        if not self.is_sqlite:
            return await self.read(unit, *args, **kwargs)
        db = None
        try:
            db = self._brief.db or self._keep_one()
            driver: Any = db.connection.dbapi_connection
            driver.execute("BEGIN")
            try:
                found = unit(db, *args, **kwargs)
            finally:
                left = _deferred.pop(db, None)
                if driver.in_transaction:
                    driver.execute("ROLLBACK")
        except self._down as error:
            if db is not None:
                self._let_go(db)
            raise StoreUnavailable(_DOWN) from error
        if left:
            await self.run(_write_rows, left)
        return found

    def _write_left(self, left: list[Deferred]) -> None:
        if left:
            with self.transaction() as db:
                _write_rows(db, left)

    def _keep_one(self) -> Db:
        """Taking a connection from the pool and giving it back takes longer than a brief read."""
        db = self.engine.connect().execution_options(begin=None)
        db.begin()
        self._brief.db = db
        self._kept.append(db)
        return db

    def _let_go(self, db: Db) -> None:
        self._brief.db = None
        self._kept.remove(db)
        db.invalidate()
        db.close()

    @contextmanager
    def _spoken_of(self) -> Iterator[None]:
        """A store that is down, locked or full is said to be so; a bug stays a bug.

        So is who came second: writers of SQLite wait for each other, those of PostgreSQL meet.
        """
        try:
            yield
        except self._down as error:
            raise StoreUnavailable(_DOWN) from error
        except IntegrityError as error:
            if getattr(error.orig, "sqlstate", None) != _UNIQUE_VIOLATION:
                raise
            raise Overtaken("the same was written at the same moment") from error

    def close(self) -> None:
        """Let go of threads and connections."""
        self._threads.shutdown()
        while self._kept:
            self._kept.pop().close()
        self.engine.dispose()


def sqlite_module() -> ModuleType:
    """The SQLite driver: the machine's, or the packaged one where the machine's is unsafe."""
    if sqlite3.sqlite_version_info >= SAFE_SQLITE:
        return sqlite3
    try:
        import pysqlite3.dbapi2 as packaged  # type: ignore[import-untyped]
    except ImportError:
        return sqlite3
    module: ModuleType = packaged
    return module


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed,
            pool_size=THREADS + 2,
            max_overflow=THREADS,
            pool_pre_ping=True,
            hide_parameters=True,
        )
    engine = create_engine(
        parsed,
        module=sqlite_module(),
        poolclass=QueuePool,
        pool_size=THREADS + 2,
        max_overflow=THREADS,
        hide_parameters=True,  # no title and no name in a log (SEC-1)
        pool_reset_on_return="rollback",
        connect_args={"check_same_thread": False, "isolation_level": None},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _begin_sqlite(db: Connection) -> None:
    begin = db.get_execution_options().get("begin", "BEGIN")
    if begin is not None:
        db.exec_driver_sql(begin)


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
