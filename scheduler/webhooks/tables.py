"""Tables of webhooks: endpoints, events, and each event on its way to each endpoint."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from calendars.kernel.tables import BigId, new_metadata

metadata = new_metadata()

endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("url", Text, nullable=False),
    Column("kinds", Text, nullable=False),  # one a word
    Column("secret", String(64), nullable=False),  # what signs must be known in clear
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", BigInteger, nullable=False),
)

# Written in the transaction that it tells of, where some endpoint wants it.
events = Table(
    "webhook_events",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", String(36), nullable=False, unique=True),
    Column("kind", String(32), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False, index=True),
)

deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("event_id", BigId, ForeignKey("webhook_events.id", ondelete="CASCADE"), nullable=False),
    Column(
        "endpoint_id",
        BigId,
        ForeignKey("webhook_endpoints.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", BigInteger, nullable=False),
    # Whoever tries it has it until then.
    Column("lease_until", BigInteger),
    Column("done_at", BigInteger),
    Column("answer", String(64)),
    UniqueConstraint("event_id", "endpoint_id"),
    Index(None, "state", "due_at"),
    Index(None, "endpoint_id", "id"),
)
