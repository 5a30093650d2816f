"""Tables of requests for an appointment: what is asked for, and the way that it goes (DIA-2)."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
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

diary_requests = Table(
    "diary_requests",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("owner", String(255), nullable=False),  # login
    Column("ref", String(40), nullable=False),
    Column("made_by", String(255), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("urgency", String(16), nullable=False),
    Column("requester", JSON, nullable=False),
    Column("wish", JSON, nullable=False),
    Column("due_on", Date),
    Column("claimed_by", String(255)),
    Column("claimed_until", BigInteger),
    Column("options", String(100)),
    Column("calendar", String(255)),
    Column("name", String(255)),
    Column("uid", Text),
    Column("because", Text, nullable=False, server_default=""),
    Column("until", Date),
    Column("redirected_to", Text, nullable=False, server_default=""),
    Column("meeting", String(100)),  # the reference of the meeting that it asks for (MTG-1)
    UniqueConstraint("owner", "ref"),
    Index(None, "owner", "state"),
    Index(None, "made_by"),
)

# The way that a request has gone: who, when, from what to what.
diary_request_steps = Table(
    "diary_request_steps",
    metadata,
    Column("id", BigId, primary_key=True),
    Column(
        "request_id",
        BigId,
        ForeignKey("diary_requests.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("at", BigInteger, nullable=False),
    Column("by", String(255), nullable=False),
    Column("state", String(16), nullable=False),
    Column("because", Text, nullable=False, server_default=""),
)
