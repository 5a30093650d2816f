"""Polls of dates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "polls",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("ref", sa.String(100), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("visibility", sa.String(16), nullable=False),
        sa.Column("closes_at", sa.BigInteger()),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.UniqueConstraint("owner", "ref", name="uq_polls_owner_ref"),
    )
    op.create_table(
        "poll_voters",
        sa.Column("poll_id", BIG_ID, sa.ForeignKey("polls.id", ondelete="CASCADE"), nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("comment", sa.Text(), nullable=False, server_default=""),
        sa.Column("votes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("poll_id", "address", name="pk_poll_voters"),
    )
