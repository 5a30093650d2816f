"""Tables of references: the systems, and which thing bears which number (DIR-5)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
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
    Column("id", _BIG_ID, primary_key=True),
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
