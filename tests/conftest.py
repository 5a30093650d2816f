"""Stores for the tests: every test that asks for one runs on SQLite and on PostgreSQL.

A test for one engine says so: `@pytest.mark.parametrize("engine", ["sqlite"])`.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from fastapi.dependencies import models as remembered_routes
from hypothesis import settings

from calendars.kernel.database import Database, Db
from scheduler.app.migrate import migrate
from scheduler.app.schema import PARTS
from tests.postgres import Postgres, running_postgres

ENGINES = ("sqlite", "postgresql")

# Friday evening in Nouméa; another day is tried by the variable. It begins before any test is read:
# some reckon their dates when they are.
_TODAY = time_machine.travel(
    datetime.fromisoformat(os.environ.get("TESTS_TODAY", "2026-11-27T09:00:00+00:00"))
)
_TODAY.start()

# What CI says of a commit it says again the next day; who develops goes on searching.
settings.register_profile("developer", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "developer")


def pytest_configure(config: pytest.Config) -> None:
    """It is always the same day: what tests say of meetings to come is true in ten years too.

    Real programs have the real clock, and so has the service that they speak to.
    """
    if config.option.markexpr == "interop":
        _TODAY.stop()
    else:
        config.add_cleanup(_TODAY.stop)


@pytest.fixture
def real_clock() -> Iterator[None]:
    """For what compares clocks with another program: the database has the real one."""
    _TODAY.stop()
    yield
    _TODAY.start()


def pytest_collection_finish() -> None:
    """Garbage is looked for seldom, and never in what was imported: it took a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


@pytest.fixture(autouse=True, scope="module")
def _forgotten_services() -> Iterator[None]:
    """FastAPI remembers 4,096 functions of routes, and by them whole services that are over."""
    yield
    for one in vars(remembered_routes).values():
        if hasattr(one, "cache_clear"):
            one.cache_clear()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Which engine this run of the test is about."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server of this test process, started when the first test needs it."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres) -> str:
    """The name of a migrated database that others are copied from."""
    name = postgres.create_database()
    _migrate(postgres.url(name))
    return name


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that others are copied from."""
    path = tmp_path_factory.mktemp("store") / "migrated.sqlite"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """An empty PostgreSQL database."""
    name = postgres.create_database()
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store on each engine: no table yet."""
    if engine == "sqlite":
        return f"sqlite:///{tmp_path / 'niaouli.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def shared_postgres(postgres: Postgres, migrated_postgres: str) -> Iterator[Database]:
    """The database of this test process: emptying it is ten times faster than making another."""
    name = postgres.create_database(migrated_postgres)
    store = Database(postgres.url(name))
    yield store
    store.close()
    postgres.drop_database(name)


@pytest.fixture
def migrated_postgres_url(shared_postgres: Database) -> Iterator[str]:
    """A PostgreSQL database with every table and no row."""
    yield shared_postgres.engine.url.render_as_string(hide_password=False)
    with shared_postgres.transaction() as db:
        tables = [table for part in PARTS for table in part.sorted_tables]
        for table in reversed(tables):
            db.execute(table.delete())


@pytest.fixture
def migrated_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store with every table and no row, on each engine."""
    if engine == "sqlite":
        path = tmp_path / "niaouli.sqlite"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("migrated_postgres_url")
    return url


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    """A migrated, empty store on each engine."""
    store = Database(migrated_url)
    yield store
    store.close()


@pytest.fixture
def db(database: Database) -> Iterator[Db]:
    """One transaction on a migrated, empty store, for a test that needs no second one."""
    with database.transaction() as opened:
        yield opened


def _migrate(url: str) -> None:
    store = Database(url)
    migrate(store)
    store.close()
