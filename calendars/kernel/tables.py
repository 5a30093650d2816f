"""What all tables have in common, whoever's they are: the names of their keys, and wide ids."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

# SQLite gives row ids to INTEGER PRIMARY KEY only.
BigId = BigInteger().with_variant(Integer(), "sqlite")


def new_metadata() -> MetaData:
    """The tables of one part; keys are named alike on every engine, as migrations expect."""
    return MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
