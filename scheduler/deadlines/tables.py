"""Tables of dates that must not be missed, and of what they were before (DLN-1)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from calendars.kernel.tables import BigId, new_metadata

metadata = new_metadata()

deadlines = Table(
    "deadlines",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("owner_id", BigId, nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("rule", String(32), nullable=False),
    Column("from_day", Date, nullable=False),
    Column("count", Integer, nullable=False),
    Column("unit", String(16), nullable=False),
    Column("due", Date, nullable=False),
    Column("because", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("uid", String(255), nullable=False),
    Column("after", BigId),
    Column("state", String(16), nullable=False),
    Column("reminders", String(64), nullable=False, server_default=""),  # working days before
    Column("made_by", String(255), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    UniqueConstraint("uid"),
    Index(None, "after"),
    Index(None, "state", "due"),
)

deadline_moves = Table(
    "deadline_moves",
    metadata,
    Column("id", BigId, primary_key=True),
    Column(
        "deadline_id",
        BigId,
        ForeignKey("deadlines.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("at", BigInteger, nullable=False),
    Column("by", String(255), nullable=False),
    Column("former", Date, nullable=False),
    Column("due", Date, nullable=False),
    Column("because", Text, nullable=False),
)

deadline_proposals = Table(
    "deadline_proposals",
    metadata,
    Column("id", BigId, primary_key=True),
    Column(
        "deadline_id",
        BigId,
        ForeignKey("deadlines.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("day", Date, nullable=False),
    Column("due", Date, nullable=False),
    Column("former", Date, nullable=False),
    Column("by", String(255), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("because", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("answered_by", String(255)),
    Column("answered_at", BigInteger),
)

chain_templates = Table(
    "chain_templates",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("label", Text, nullable=False),
    Column("steps", Text, nullable=False),  # JSON
)

routines = Table(
    "routines",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("owner_id", BigId, nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date),
    Column("on_closed", String(16), nullable=False),
    Column("ahead", Integer, nullable=False),
    Column("written_until", Date, nullable=False),
    Column("made_by", String(255), nullable=False),
    Column("made_at", BigInteger, nullable=False),
)

# One task each; whether it is ticked is the task's to say, and is kept here for when it is gone.
routine_days = Table(
    "routine_days",
    metadata,
    Column("routine_id", BigId, ForeignKey("routines.id", ondelete="CASCADE"), nullable=False),
    Column("nominal", Date, nullable=False),
    Column("day", Date, nullable=False),
    Column("because", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("uid", String(255), nullable=False),
    Column("done_at", BigInteger),
    Column("former", Date),
    PrimaryKeyConstraint("routine_id", "nominal"),
    Index(None, "routine_id", "day"),
)
