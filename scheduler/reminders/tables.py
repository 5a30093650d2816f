"""Tables of reminders: what is watched, the wishes of people, the policies, digests (TIM-11)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from calendars.kernel.tables import BigId, new_metadata

metadata = new_metadata()

# The change of each calendar up to which it was followed.
reminder_followed = Table(
    "reminder_followed",
    metadata,
    Column("collection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("modseq", BigInteger, nullable=False),
)

# One row for each object that will remind somebody, with the instant of the next reminder.
reminder_watches = Table(
    "reminder_watches",
    metadata,
    Column("object_id", BigInteger, primary_key=True, autoincrement=False),
    Column("collection_id", BigInteger, nullable=False),
    Column("owner_id", BigInteger, nullable=False),
    Column("uid", Text, nullable=False, index=True),
    Column("due_at", BigInteger, nullable=False, index=True),
    # What fell due until then was seen to.
    Column("done_until", BigInteger, nullable=False),
    Index(None, "collection_id"),
    Index(None, "owner_id", "due_at"),
)

# One row: when the last tick was, and since when there are reminders as they are planned now.
reminder_clock = Table(
    "reminder_clock",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("ticked_at", BigInteger, nullable=False),
    Column("planned_at", BigInteger, nullable=False),
    # Of the policies and the closed days that the plans were made with.
    Column("plan", String(64), nullable=False),
)

reminder_policies = Table(
    "reminder_policies",
    metadata,
    Column("key", String(255), primary_key=True),  # the kind, case folded
    Column("kind", String(255), nullable=False),
    Column("days", String(64), nullable=False),  # 7,2,1
    Column("at_minute", Integer, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("changed_by", String(255), nullable=False),
)

reminder_wishes = Table(
    "reminder_wishes",
    metadata,
    Column("principal_id", BigInteger, primary_key=True, autoincrement=False),
    Column("policies", Boolean, nullable=False),
    Column("alarms", Boolean, nullable=False),
    Column("muted", Text, nullable=False),  # kinds, one a line
)

digests = Table(
    "digests",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("owner_id", BigInteger, nullable=False),
    Column("reader_id", BigInteger, nullable=False),
    Column("period", String(8), nullable=False),  # day, week
    Column("at_minute", Integer, nullable=False),
    Column("when_empty", Boolean, nullable=False),
    Column("next_at", BigInteger, nullable=False, index=True),
    Column("made_by", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    UniqueConstraint("owner_id", "reader_id", "period"),
    Index(None, "reader_id"),
)
