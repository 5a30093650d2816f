"""The table of messages taken on the telephone (RDV-1)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from calendars.kernel.tables import BigId, new_metadata

metadata = new_metadata()

phone_messages = Table(
    "phone_messages",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("owner_id", BigId, nullable=False, index=True),
    Column("writer_id", BigId, nullable=False, index=True),
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
