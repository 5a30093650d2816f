"""Tables of polls: who is asked about which dates, and what each has said (MTG-3)."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from calendars.kernel.tables import BigId, new_metadata

metadata = new_metadata()

polls = Table(
    "polls",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("owner", String(255), nullable=False),  # login
    Column("ref", String(100), nullable=False),  # of the hold group
    Column("title", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("closes_at", BigInteger),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", String(255), nullable=False),
    UniqueConstraint("owner", "ref"),
)

poll_voters = Table(
    "poll_voters",
    metadata,
    Column("poll_id", BigId, ForeignKey("polls.id", ondelete="CASCADE"), nullable=False),
    Column("address", String(320), nullable=False),
    Column("name", Text, nullable=False),
    Column("required", Boolean, nullable=False),
    Column("answered_at", BigInteger),
    Column("comment", Text, nullable=False, server_default=""),
    Column("votes", JSON, nullable=False),  # option number -> yes, if-needed, no
    PrimaryKeyConstraint("poll_id", "address"),
)
