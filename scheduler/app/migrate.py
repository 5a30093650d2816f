"""Brings a store to the newest schema."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text

from calendars.kernel.database import Database, Db
from calendars.kernel.errors import Conflict

MIGRATIONS = Path(__file__).with_name("migrations")
_LOCK = 0x6E6961  # several processes may start at once; one migrates, the others wait


class UnknownSchema(Conflict):
    """The store was made by a newer version of the service than this one."""


def migrate(database: Database, to: str | None = None) -> None:
    """Run every revision that this store has not had yet, up to the newest or the given one.

    Harmless when it is up to date; Alembic is not even imported then, which spares every command
    four tenths of a second. Raises UnknownSchema.
    """
    wanted = to or newest()
    with database.reading() as db:
        if revision_of(db) == wanted:
            return
    with database.transaction() as db:
        if not database.is_sqlite:
            db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        current = revision_of(db)
        if current is not None and current not in known():
            raise UnknownSchema(f"revision {current[:20]} of the store is not known here")
        upgrade(db, wanted)


def upgrade(db: Db, wanted: str) -> None:
    """Run the revisions up to one of them in the transaction that is open."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = db
    command.upgrade(config, wanted)


def known() -> list[str]:
    """Every revision of this version of the service, oldest first: files bear their numbers."""
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("*_*.py"))


def newest() -> str:
    """The revision that this version of the service works with."""
    return known()[-1]


def revision_of(db: Db) -> str | None:
    """The revision of a store, None for an empty one."""
    if not inspect(db).has_table("alembic_version"):
        return None
    revision: str | None = db.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision
