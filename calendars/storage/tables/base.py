"""What all tables have in common."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives row ids to INTEGER PRIMARY KEY only.
BigId = BigInteger().with_variant(Integer(), "sqlite")


def owned(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    """A row that goes with the one it belongs to."""
    return Column(name, BigId, ForeignKey(target, ondelete="CASCADE"), nullable=nullable)
