"""The table of messages taken on the telephone (RDV-1)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_BIG_ID = BigInteger().with_variant(Integer(), "sqlite")

phone_messages = Table(
    "phone_messages",
    metadata,
    Column("id", _BIG_ID, primary_key=True),
    Column("owner_id", _BIG_ID, nullable=False, index=True),
    Column("writer_id", _BIG_ID, nullable=False, index=True),
    Column("uid", String(255), nullable=False),
    Column("caller", Text, nullable=False),
    Column("number", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("urgency", String(16), nullable=False),
    Column("confidential", Boolean, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("is_task", Boolean, nullable=False),
    Column("read_at", BigInteger),
    Column("done_at", BigInteger),
    UniqueConstraint("uid"),
)
