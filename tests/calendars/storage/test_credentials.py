"""Credentials and failed tries."""

from __future__ import annotations

import threading

import pytest

from calendars.kernel.database import Database, Db
from calendars.model.principal import Principal
from calendars.storage import credentials, principals
from tests.stores import NOW, a_person


@pytest.fixture
def anne(db: Db) -> Principal:
    """Who signs in."""
    return a_person(db)


def test_a_credential_holds_until_it_is_revoked(db: Db, anne: Principal) -> None:
    one = credentials.add(db, anne.id, "APPLICATION", "secret", now=NOW)
    assert principals.holder_of(db, one, "secret") == anne

    credentials.revoke(db, anne.id, credential=one, now=NOW)

    assert principals.holder_of(db, one, "secret") is None
    assert credentials.list_of(db, anne.id) == []


def test_a_credential_holds_with_its_secret_alone(db: Db, anne: Principal) -> None:
    one = credentials.add(db, anne.id, "APPLICATION", "secret", now=NOW)

    assert principals.holder_of(db, one, "another") is None


def test_a_disabled_account_holds_no_credential(db: Db, anne: Principal) -> None:
    one = credentials.add(db, anne.id, "PASSWORD", "secret", now=NOW)
    principals.set_disabled(db, anne.id, NOW)

    assert principals.holder_of(db, one, "secret") is None


def test_revoking_a_kind_leaves_the_others(db: Db, anne: Principal) -> None:
    credentials.add(db, anne.id, "PASSWORD", "one", now=NOW)
    credentials.add(db, anne.id, "PASSWORD", "two", now=NOW)
    credentials.add(db, anne.id, "APPLICATION", "three", now=NOW)

    assert credentials.revoke(db, anne.id, kind="PASSWORD", now=NOW) == 2
    assert [c.secret for c in credentials.list_of(db, anne.id)] == ["three"]


def test_failures_are_counted_by_login_and_by_address(db: Db) -> None:
    for login, address, at in (
        ("anne", "10.0.0.1", NOW),
        ("anne", "10.0.0.2", NOW),
        ("paul", "10.0.0.1", NOW),
        ("anne", "10.0.0.1", NOW - 1000),
    ):
        credentials.add_failure(db, login, address, now=at, keep_since=0)

    since = NOW - 900
    assert credentials.count_failures(db, since=since, login="anne") == 2
    assert credentials.count_failures(db, since=since, address="10.0.0.1") == 2
    assert credentials.count_failures(db, since=since, login="anne", address="10.0.0.1") == 1


def test_old_failures_are_forgotten(db: Db) -> None:
    credentials.add_failure(db, "anne", "10.0.0.1", now=NOW - 5000, keep_since=0)
    credentials.add_failure(db, "anne", "10.0.0.1", now=NOW, keep_since=NOW - 1800)

    assert credentials.count_failures(db, since=0, login="anne") == 1


def test_many_connections_of_a_client_may_sign_in_at_once(database: Database) -> None:
    with database.transaction() as db:
        anne = a_person(db)
    barrier, failures = threading.Barrier(6), list[Exception]()

    def sign_in() -> None:
        try:
            barrier.wait()
            with database.transaction() as db:
                credentials.remember_address(db, anne.id, "10.0.0.1", now=NOW)
        except Exception as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    threads = [threading.Thread(target=sign_in) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with database.reading() as db:
        assert credentials.knows_address(db, anne.id, "10.0.0.1")
        assert not credentials.knows_address(db, anne.id, "10.0.0.2")
