"""Tables of references: the systems, and which thing bears which number (DIR-5)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from calendars.kernel.tables import BigId, new_metadata

metadata = new_metadata()

reference_systems = Table(
    "reference_systems",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("label", Text, nullable=False),
    Column("pattern", String(200), nullable=False),
)

external_refs = Table(
    "external_refs",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("system", String(40), ForeignKey("reference_systems.code"), nullable=False),
    Column("number", String(64), nullable=False),
    Column("day", Date),
    Column("direction", String(16)),
    Column("kind", String(32), nullable=False),
    Column("owner", String(255), nullable=False),  # login, empty where the key says it
    Column("key", Text, nullable=False),
    Column("made_by", String(255), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    UniqueConstraint("system", "number"),
    Index(None, "number"),
    Index(None, "kind", "owner", "key"),
)
