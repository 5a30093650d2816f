"""Conflicts: how they weigh, who passed over one, which task tells; events from their first day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand; where events are is read anew."""
    op.drop_table("event_places")
    op.create_table(
        "event_places",
        sa.Column("object_id", BIG_ID, nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", BIG_ID, nullable=False),
        sa.Column("commune", sa.String(255), nullable=False),
        sa.Column("spot", sa.String(64), nullable=False),
        sa.Column("absent", sa.Boolean(), nullable=False),
        sa.Column("immovable", sa.Boolean(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("object_id", "starts_at", name="pk_event_places"),
    )
    op.create_index("ix_event_places_owner_id_ends_at", "event_places", ["owner_id", "ends_at"])
    op.execute("DELETE FROM places_followed")
    _conflicts()


def _conflicts() -> None:
    op.create_table(
        "conflict_weighings",
        sa.Column("code", sa.String(32), primary_key=True),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("override", sa.String(16), nullable=False),
    )
    op.create_table(
        "conflict_overrides",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("owner_id", BIG_ID, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("etag", sa.String(64), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(255), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index(
        "ix_conflict_overrides_owner_id_etag", "conflict_overrides", ["owner_id", "etag"]
    )
    op.create_table(
        "conflict_tasks",
        sa.Column("object_id", BIG_ID, primary_key=True),
        sa.Column("owner_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("task_uid", sa.String(64), nullable=False),
    )
    op.create_index("ix_conflict_tasks_owner_id", "conflict_tasks", ["owner_id"])
    op.create_table(
        "conflicts_followed",
        sa.Column("collection_id", BIG_ID, primary_key=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
    )
