"""Tables of messages taken on the telephone, of bookable time and of appointments (RDV-1)."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
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

openings = Table(
    "openings",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("owner_id", BigId, nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("hours", JSON, nullable=False),  # [[weekdays], start, end] in minutes
    Column("minutes", Integer, nullable=False),
    Column("motives", JSON, nullable=False),  # [code, label]
    Column("channels", JSON, nullable=False),
    Column("buffer_before", Integer, nullable=False),
    Column("buffer_after", Integer, nullable=False),
    Column("notice", Integer, nullable=False),
    Column("change_notice", Integer, nullable=False),
    Column("horizon_days", Integer, nullable=False),
    Column("rooms", JSON, nullable=False),
    Column("place", Text, nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("closed_at", BigInteger),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", String(255), nullable=False),
)

appointments = Table(
    "appointments",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("opening_id", BigId, ForeignKey("openings.id"), nullable=False, index=True),
    Column("owner_id", BigId, nullable=False),
    Column("motive", String(40), nullable=False),
    Column("reference", String(40), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("contact", String(320), nullable=False),
    Column("booked_by", BigId, nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("uid", String(255)),
    Column("starts_at", BigInteger),
    Column("ends_at", BigInteger),
    Column("seen_etag", String(64)),
    Column("made_at", BigInteger, nullable=False),
    Index(None, "owner_id", "starts_at"),
    Index(None, "state"),
)
