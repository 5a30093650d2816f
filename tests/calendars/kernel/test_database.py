"""The store itself: all of a transaction or nothing, one writer at a time, honest failures."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from calendars.kernel.database import Database, Db, FairLock, Overtaken, StoreUnavailable

COUNT = text("SELECT count(*) FROM service_keys")
INSERT = text("INSERT INTO service_keys VALUES (:name, :value, 0)")


def keep(db: Db, name: str) -> None:
    """Write one row."""
    db.execute(INSERT, {"name": name, "value": b"x"})


def rows(db: Db) -> int:
    """How many rows there are."""
    return int(db.execute(COUNT).scalar_one())


def test_a_transaction_is_kept_at_its_end(database: Database) -> None:
    with database.transaction() as db:
        keep(db, "a")

    with database.reading() as db:
        assert rows(db) == 1


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.transaction() as db:
            keep(db, "a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with database.reading() as db:
        assert rows(db) == 0


@pytest.mark.parametrize("engine", ["postgresql"])
def test_who_comes_second_is_told_so(database: Database) -> None:
    both = threading.Barrier(2, timeout=10)
    ends: list[str] = []

    def make_the_same() -> None:
        try:
            with database.transaction() as db:
                seen = rows(db)
                both.wait()
                keep(db, "a")
        except Overtaken as error:
            ends.append(error.words or "")
        else:
            ends.append(f"made, {seen} before")

    writers = [threading.Thread(target=make_the_same, daemon=True) for _ in range(2)]
    for one in writers:
        one.start()
    for one in writers:
        one.join(10)

    second = "quelqu'un a fait de même au même instant : rechargez, puis recommencez"
    assert sorted(ends) == ["made, 0 before", second]
    with database.reading() as db:
        assert rows(db) == 1


def test_a_reader_sees_one_moment_from_its_first_look_on(database: Database) -> None:
    with database.reading() as reader:
        before = rows(reader)
        with database.transaction() as db:
            keep(db, "a")
        after = rows(reader)

    assert (before, after) == (0, 0)


def test_reading_keeps_nothing(database: Database) -> None:
    with database.reading() as db:
        rows(db)
    with database.transaction() as db:
        keep(db, "a")
    with database.reading() as db:
        assert rows(db) == 1


@pytest.mark.parametrize("way", ["run", "read", "read_briefly"])
def test_a_unit_of_work_gives_back_what_it_returns(database: Database, way: str) -> None:
    assert asyncio.run(getattr(database, way)(rows)) == 0


@pytest.mark.parametrize("way", ["run", "read", "read_briefly"])
def test_an_error_of_a_unit_of_work_reaches_the_caller(database: Database, way: str) -> None:
    def fail(_: Db) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(getattr(database, way)(fail))
    assert asyncio.run(getattr(database, way)(rows)) == 0


def test_brief_reads_see_what_was_just_written(database: Database) -> None:
    async def story() -> list[int]:
        seen = [await database.read_briefly(rows)]
        for name in "abc":
            await database.run(keep, name)
            seen.append(await database.read_briefly(rows))
        return seen

    assert asyncio.run(story()) == [0, 1, 2, 3]


def test_writers_at_once_all_get_their_turn(database: Database) -> None:
    async def story() -> None:
        await asyncio.gather(*(database.run(keep, f"key {number}") for number in range(40)))

    asyncio.run(story())

    with database.reading() as db:
        assert rows(db) == 40


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_reader_does_not_hold_up_the_writer(database: Database) -> None:
    with database.reading() as reader:
        rows(reader)
        started = time.monotonic()
        with database.transaction() as db:
            keep(db, "a")

    assert time.monotonic() - started < 1


@pytest.mark.parametrize("engine", ["sqlite"])
def test_each_commit_of_sqlite_is_on_disk(database: Database) -> None:
    with database.reading() as db:
        assert db.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert db.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert db.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_store_that_cannot_be_reached_is_said_to_be_so(tmp_path: Path) -> None:
    missing = Database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite'}")

    with pytest.raises(StoreUnavailable), missing.reading() as db:
        rows(db)
    with pytest.raises(StoreUnavailable), missing.transaction() as db:
        rows(db)
    with pytest.raises(StoreUnavailable):
        asyncio.run(missing.read_briefly(rows))
    missing.close()


def test_a_postgresql_that_is_down_is_said_to_be_so() -> None:
    down = Database("postgresql://nobody@127.0.0.1:9/none")

    with pytest.raises(StoreUnavailable), down.reading() as db:
        rows(db)
    down.close()


def test_the_fair_lock_is_granted_in_the_order_it_was_asked_for() -> None:
    lock, order = FairLock(), list[int]()

    def wait(number: int) -> None:
        with lock:
            order.append(number)

    waiting = [threading.Thread(target=wait, args=(number,)) for number in range(6)]
    with lock:
        for thread in waiting:
            thread.start()
            time.sleep(0.02)  # so that they ask one after the other
    for thread in waiting:
        thread.join()

    assert order == sorted(order)
