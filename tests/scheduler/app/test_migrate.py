"""A store is brought to the newest schema, once, and never by a program that is older than it."""

from __future__ import annotations

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from calendars.kernel.database import Database
from scheduler.app import migrate


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
