"""Which events are absences that the service has written (DIA-7). No reason stands anywhere."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table, UniqueConstraint

from calendars.kernel.tables import BigId, new_metadata

metadata = new_metadata()

absences = Table(
    "absences",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("owner_id", BigId, nullable=False, index=True),
    Column("uid", String(255), nullable=False),
    # Whose list it came from, so that a list takes back only what is its own; "" by hand.
    Column("source", String(40), nullable=False),
    Column("reference", String(64), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    UniqueConstraint("uid"),
    Index(None, "source"),
)
