"""What the service keeps for itself: its keys, the audit trail, held messages."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from calendars.kernel.tables import BigId
from calendars.storage.tables.base import metadata, owned

held_messages = Table(
    "held_messages",
    metadata,
    Column("id", BigId, primary_key=True),
    owned("owner_id", "principals.id"),
    Column("actor_id", BigId, ForeignKey("principals.id", ondelete="SET NULL")),
    owned("collection_id", "collections.id"),
    Column("name", String(255), nullable=False),
    Column("uid", Text, nullable=False),
    Column("version_id", BigId, ForeignKey("object_versions.id", ondelete="SET NULL")),
    Column("visibility", String(16), nullable=False),
    Column("messages", LargeBinary, nullable=False),
    Column("held_at", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),  # HELD, RELEASED, UNDONE
    Column("decided_at", BigInteger),
    Column("decided_by", BigId, ForeignKey("principals.id", ondelete="SET NULL")),
    Index(None, "owner_id", "state"),
)

deletions_told = Table(
    "deletions_told",
    metadata,
    Column("id", BigId, primary_key=True),
    owned("owner_id", "principals.id"),
    Column("at", BigInteger, nullable=False),
    Index(None, "owner_id", "at"),
)

# Other times that people who are invited would rather have (RFC 5546 §3.2.7).
proposals = Table(
    "proposals",
    metadata,
    Column("id", BigId, primary_key=True),
    owned("owner_id", "principals.id"),
    Column("uid", Text, nullable=False),
    Column("attendee", String(320), nullable=False),
    Column("occurrences", Text, nullable=False),  # original starts; empty for the whole
    Column("at", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False),  # OPEN, ACCEPTED, DECLINED, REPLACED
    Column("decided_at", BigInteger),
    Column("decided_by", BigId, ForeignKey("principals.id", ondelete="SET NULL")),
    Index(None, "owner_id", "state"),
)

service_keys = Table(
    "service_keys",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

audit_lines = Table(
    "audit_lines",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("owner_id", BigInteger, nullable=False),  # whose chain: 0 is the house
    Column("number", BigInteger, nullable=False),  # its place in the chain, from 1 on
    Column("at", BigInteger, nullable=False),
    Column("actor_id", BigInteger),
    Column("face", String(16), nullable=False),  # caldav, rest, cli, mail, job, service
    Column("address", String(64)),
    Column("credential_id", BigInteger),
    Column("deed", String(32), nullable=False),
    Column("collection_id", BigInteger),
    Column("object", String(16)),  # a keyed digest of its name
    Column("visibility", String(16)),
    Column("result", String(16), nullable=False),  # done, refused
    Column("details", Text, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    UniqueConstraint("owner_id", "number"),
    Index(None, "actor_id", "id"),
)

audit_chains = Table(
    "audit_chains",
    metadata,
    Column("owner_id", BigId, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)
