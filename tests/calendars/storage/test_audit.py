"""The audit trail: a line for each deed, sealed behind the one before it (SEC-8)."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from calendars.kernel.audit import CONSOLE, HOUSE, Deed, Face, Origin, Target
from calendars.kernel.database import Database, Db, write_deferred
from calendars.storage import audit
from calendars.storage.tables import audit_chains, audit_lines, service_keys
from tests.stores import NOW, a_person, agenda_of

COUNT = select(func.count()).select_from(audit_lines)


def rows(db: Db) -> list[tuple[int, int, str]]:
    """Owner, place and deed of every line, in the order of the chains."""
    write_deferred(db)
    columns = audit_lines.c
    query = select(columns.owner_id, columns.number, columns.deed).order_by(
        columns.owner_id, columns.number
    )
    return [(row[0], row[1], row[2]) for row in db.execute(query)]


def test_lines_of_a_transaction_that_fails_are_not_kept(database: Database) -> None:
    def fail() -> None:
        with database.transaction() as db:
            audit.record(db, CONSOLE, Deed.PURGE, Target(), now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with database.reading() as db:
        assert db.execute(COUNT).scalar_one() == 0
        assert db.execute(select(func.count()).select_from(service_keys)).scalar_one() == 0


def test_a_key_that_was_undone_seals_nothing_later(database: Database) -> None:
    def fail() -> None:
        with database.transaction() as db:
            audit.key_of(db)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.transaction() as db:
        made = audit.key_of(db)

    with database.reading() as db:
        assert audit.key_of(db) == made == db.execute(select(service_keys.c.value)).scalar_one()


def test_what_is_recorded_while_reading_is_kept_too(database: Database) -> None:
    with database.reading() as db:
        audit.record(db, CONSOLE, Deed.EXPORT, Target(), now=NOW)

    with database.reading() as db:
        assert rows(db) == [(HOUSE, 1, "export")]


def test_each_owner_has_a_chain(db: Db) -> None:
    anne, paul = a_person(db, "anne"), a_person(db, "paul")
    for person, deed in ((paul, Deed.CREATE), (anne, Deed.CREATE), (paul, Deed.DELETE)):
        audit.record(db, anne, deed, audit.about(agenda_of(db, person), "a.ics"), now=NOW)

    assert [row for row in rows(db) if row[0] != HOUSE] == [
        (anne.id, 1, "create"),
        (paul.id, 1, "create"),
        (paul.id, 2, "delete"),
    ]


def test_a_line_bears_no_name(db: Db) -> None:
    anne = a_person(db)
    audit.record(db, anne, Deed.CREATE, audit.about(agenda_of(db, anne), "dossier.ics"), now=NOW)
    write_deferred(db)

    [line] = db.execute(select(audit_lines).where(audit_lines.c.owner_id == anne.id)).all()
    assert "dossier" not in repr(line)


def test_who_signed_in_is_told_with_where_from(db: Db) -> None:
    anne = a_person(db)
    origin = Origin(Face.REST, "192.0.2.7")
    audit.record(db, origin, Deed.SIGN_IN, Target(anne.id), now=NOW)
    write_deferred(db)

    columns = audit_lines.c
    query = select(columns.actor_id, columns.face, columns.address)
    assert db.execute(query.where(columns.owner_id == anne.id)).all() == [
        (None, "rest", "192.0.2.7")
    ]


def test_many_write_to_one_chain_at_once(database: Database) -> None:
    def write() -> None:
        for _ in range(10):
            with database.transaction() as db:
                audit.record(db, CONSOLE, Deed.PURGE, Target(), now=NOW)
                audit.record(db, CONSOLE, Deed.BACKUP, Target(), now=NOW)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as db:
        assert [row[1] for row in rows(db)] == list(range(1, 81))
        assert db.execute(select(audit_chains.c.count)).scalars().all() == [80]
