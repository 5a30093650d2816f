"""What is booked, and by which rules (RES-1)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from calendars.kernel.tables import BigId
from calendars.storage.tables.base import metadata, owned

resource_policies = Table(
    "resource_policies",
    metadata,
    Column(
        "resource_id",
        BigId,
        ForeignKey("principals.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("category", String(16), nullable=False),  # room, vehicle, equipment
    Column("site", Text, nullable=False, server_default=""),
    Column("features", Text, nullable=False, server_default=""),  # one a line
    Column("mode", String(16), nullable=False),
    Column("min_notice", Integer, nullable=False),  # minutes
    Column("max_ahead", Integer),  # days
    Column("max_duration", Integer),  # minutes
    Column("buffer_before", Integer, nullable=False),
    Column("buffer_after", Integer, nullable=False),
    Column("max_attendees", Integer),
    Column("conflicts_allowed", Integer),
    Column("conflict_percent", Integer),
    Column("hours", Text, nullable=False),  # JSON: [[weekdays], first minute, last minute]
    Column("look_ahead", Integer, nullable=False),  # days
)

resource_parties = Table(
    "resource_parties",
    metadata,
    owned("resource_id", "principals.id"),
    owned("party_id", "principals.id"),
    Column("part", String(16), nullable=False),  # BOOKER, APPROVER
    PrimaryKeyConstraint("resource_id", "party_id", "part"),
    Index(None, "party_id"),
)

resource_closures = Table(
    "resource_closures",
    metadata,
    Column("id", BigId, primary_key=True),
    owned("resource_id", "principals.id"),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Index(None, "resource_id", "ends_at"),
)
