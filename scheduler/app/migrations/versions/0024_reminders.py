"""Reminders: what is watched, policies, wishes, digests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "reminder_followed",
        sa.Column("collection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("modseq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("collection_id", name="pk_reminder_followed"),
    )
    op.create_table(
        "reminder_watches",
        sa.Column("object_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("collection_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("done_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("object_id", name="pk_reminder_watches"),
    )
    for columns in (["collection_id"], ["owner_id", "due_at"], ["uid"], ["due_at"]):
        name = f"ix_reminder_watches_{'_'.join(columns)}"
        op.create_index(name, "reminder_watches", columns)
    op.create_table(
        "reminder_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ticked_at", sa.BigInteger(), nullable=False),
        sa.Column("planned_at", sa.BigInteger(), nullable=False),
        sa.Column("plan", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_clock"),
    )
    op.create_table(
        "reminder_policies",
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(255), nullable=False),
        sa.Column("days", sa.String(64), nullable=False),
        sa.Column("at_minute", sa.Integer(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_reminder_policies"),
    )
    op.create_table(
        "reminder_wishes",
        sa.Column("principal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("policies", sa.Boolean(), nullable=False),
        sa.Column("alarms", sa.Boolean(), nullable=False),
        sa.Column("muted", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("principal_id", name="pk_reminder_wishes"),
    )
    op.create_table(
        "digests",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("reader_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(8), nullable=False),
        sa.Column("at_minute", sa.Integer(), nullable=False),
        sa.Column("when_empty", sa.Boolean(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_digests"),
        sa.UniqueConstraint(
            "owner_id", "reader_id", "period", name="uq_digests_owner_id_reader_id_period"
        ),
    )
    op.create_index("ix_digests_next_at", "digests", ["next_at"])
    op.create_index("ix_digests_reader_id", "digests", ["reader_id"])


def downgrade() -> None:
    """Contract."""
    for table in (
        "digests", "reminder_wishes", "reminder_policies", "reminder_clock", "reminder_watches",
        "reminder_followed",
    ):  # fmt: skip
        op.drop_table(table)
