"""Tables of the diaries' own records: what iCalendar cannot say of options (DIA-3)."""

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
    UniqueConstraint,
)

from calendars.kernel.tables import BigId, new_metadata

metadata = new_metadata()

hold_groups = Table(
    "hold_groups",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("owner", String(255), nullable=False),  # login
    Column("ref", String(100), nullable=False),
    Column("state", String(16), nullable=False),  # open, retained, expired, abandoned
    Column("retained", Integer),
    Column("expires_at", BigInteger, index=True),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", String(255), nullable=False),
    Column("decided_at", BigInteger),
    Column("decided_by", String(255)),
    UniqueConstraint("owner", "ref"),
)

holds = Table(
    "holds",
    metadata,
    Column("group_id", BigId, ForeignKey("hold_groups.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("calendar", String(255), nullable=False),
    Column("name", String(255), nullable=False),
    Column("uid", Text, nullable=False),
    PrimaryKeyConstraint("group_id", "position"),
)

conflict_weighings = Table(
    "conflict_weighings",
    metadata,
    Column("code", String(32), primary_key=True),
    Column("severity", String(16), nullable=False),  # note, warn, refuse
    Column("override", String(16), nullable=False),  # writers, owner, nobody
)

# Somebody wrote against a conflict and said why: his reason stands here, its number in the audit.
conflict_overrides = Table(
    "conflict_overrides",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("owner_id", BigId, nullable=False),
    Column("uid", Text, nullable=False),
    Column("mark", String(64), nullable=False),  # of the times that it is about
    Column("codes", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(255), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index(None, "owner_id", "mark"),
)

# Which task tells whom of the conflicts of an object, so that it goes when they are gone.
conflict_tasks = Table(
    "conflict_tasks",
    metadata,
    Column("object_id", BigId, primary_key=True),
    Column("owner_id", BigId, nullable=False, index=True),
    Column("person_id", BigId, nullable=False),
    Column("task_uid", String(64), nullable=False),
    Column("told", Text, nullable=False),  # codes and starts of what it has told by now
)

conflicts_followed = Table(
    "conflicts_followed",
    metadata,
    Column("collection_id", BigId, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

# The ways to an appointment and back, which follow it (DIA-5).
travel_blocks = Table(
    "travel_blocks",
    metadata,
    Column("object_id", BigId, primary_key=True),  # of the appointment
    Column("owner_id", BigId, nullable=False),
    Column("parent_uid", Text, nullable=False),
    Column("vehicle", String(255), nullable=False),  # login, "" without one
)
