"""A store is brought to the newest schema, once, and never by a program that is older than it."""

from __future__ import annotations

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from calendars.kernel.database import Database
from calendars.services.keep_files import read_file
from calendars.storage import attachments, octets
from scheduler.app import migrate
from scheduler.meetings import repository
from scheduler.meetings.model import MeetingId


def test_the_newest_revision_is_the_one_that_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [migrate.newest()]
    assert {each.revision for each in script.walk_revisions()} == set(migrate.known())


def test_an_empty_store_gets_every_table_and_a_second_run_changes_nothing(
    database_url: str,
) -> None:
    database = Database(database_url)
    for _ in range(2):
        migrate.migrate(database)
        with database.reading() as db:
            assert migrate.revision_of(db) == migrate.newest()
    database.close()


def test_a_store_of_a_newer_version_is_left_alone(database: Database) -> None:
    with database.transaction() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(migrate.UnknownSchema):
        migrate.migrate(database)
    with database.reading() as db:
        assert migrate.revision_of(db) == "9999"
    with database.transaction() as db:  # other tests share this PostgreSQL database
        db.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{migrate.newest()}'")


def test_files_of_two_stores_are_one_afterwards_and_are_read_as_before(database_url: str) -> None:
    database = Database(database_url)
    migrate.migrate(database, "0040")
    with database.transaction() as db:
        for number, data in ((1, b"one"), (2, b"two"), (3, b"one")):
            db.execute(
                text(
                    "INSERT INTO attachments (id, managed_id, made_by, made_at, filename,"
                    " media_type, size, data) VALUES (:n, :id, 7, 5, 'a.pdf', 'application/pdf',"
                    " 3, :data)"
                ),
                {"n": number, "id": f"m{number}", "data": data},
            )
        db.execute(
            text(
                "INSERT INTO meetings (id, ref, kind, state, owner_id, made_by, title, visibility,"
                " minutes, external_refs, made_at) VALUES (1, 'CODIR-1', 'CODIR', 'planned', 7, 7,"
                " 'x', 'PUBLIC', 60, '[]', 5)"
            )
        )
        for ref, content in (("DOC-1", b"one"), ("DOC-2", None), ("DOC-3", b"three")):
            named = {"ref": ref, "content": content, "name": content and "note.pdf"}
            db.execute(
                text(
                    "INSERT INTO meeting_papers (meeting_id, ref, filename, content, added_at)"
                    " VALUES (1, :ref, :name, :content, 6)"
                ),
                named,
            )
    migrate.migrate(database)

    with database.transaction() as db:
        read = {one: attachments.find(db, one) for one in ("m1", "m2", "m3")}
        assert {one: found and found.data for one, found in read.items()} == {
            "m1": b"one", "m2": b"two", "m3": b"one",
        }  # fmt: skip
        papers = repository.list_papers(db, MeetingId(1))
        assert [
            (one.ref, one.size, one.digest and read_file(db, one.digest)) for one in papers
        ] == [("DOC-1", 3, b"one"), ("DOC-2", None, None), ("DOC-3", 5, b"three")]
        # Nothing that is needed goes, and each content is there once.
        assert attachments.forget(db, before=2**40) == 0
        assert octets.forget(db, before=2**40) == 0
        assert len(db.execute(text("SELECT digest FROM octets")).all()) == 3
    database.close()
