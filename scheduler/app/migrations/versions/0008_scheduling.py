"""Scheduling: tags of earlier versions, and messages that a mass deletion holds back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _references(name: str, target: str, *, ondelete: str, nullable: bool) -> sa.Column[int]:
    return sa.Column(name, BIG_ID, sa.ForeignKey(target, ondelete=ondelete), nullable=nullable)


def upgrade() -> None:
    """Expand."""
    op.add_column("object_versions", sa.Column("schedule_tag", sa.String(64)))
    op.create_table(
        "held_messages",
        sa.Column("id", BIG_ID, primary_key=True),
        _references("owner_id", "principals.id", ondelete="CASCADE", nullable=False),
        _references("actor_id", "principals.id", ondelete="SET NULL", nullable=True),
        _references("collection_id", "collections.id", ondelete="CASCADE", nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        _references("version_id", "object_versions.id", ondelete="SET NULL", nullable=True),
        sa.Column("visibility", sa.String(16), nullable=False),
        sa.Column("messages", sa.LargeBinary(), nullable=False),
        sa.Column("held_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_at", sa.BigInteger()),
        _references("decided_by", "principals.id", ondelete="SET NULL", nullable=True),
    )
    op.create_index("ix_held_messages_owner_id_state", "held_messages", ["owner_id", "state"])
    op.create_table(
        "deletions_told",
        sa.Column("id", BIG_ID, primary_key=True),
        _references("owner_id", "principals.id", ondelete="CASCADE", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_deletions_told_owner_id_at", "deletions_told", ["owner_id", "at"])
    op.create_table(
        "outbox",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("idempotency_key", sa.String(64), nullable=False, unique=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.String(320), nullable=False),
        sa.Column("sent_by", sa.String(320)),
        sa.Column("recipient", sa.String(320), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
    )
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"])
    op.create_index("ix_outbox_uid_recipient", "outbox", ["uid", "recipient"])
    # What was stored before is a scheduling object too where somebody organizes it.
    marked = (
        "position('ORGANIZER'::bytea in data)"
        if _is_postgresql()
        else ("instr(data, CAST('ORGANIZER' AS BLOB))")
    )
    op.execute(f"UPDATE calendar_objects SET schedule_tag = etag WHERE {marked} > 0")  # noqa: S608


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
