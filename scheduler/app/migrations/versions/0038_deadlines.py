"""Dates that must not be missed, and what they were before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "deadlines",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("owner_id", BIG_ID, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(16), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("uid", sa.String(255), nullable=False),
        sa.Column("after", BIG_ID),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deadlines"),
        sa.UniqueConstraint("uid", name="uq_deadlines_uid"),
    )
    op.create_index("ix_deadlines_owner_id", "deadlines", ["owner_id"])
    op.create_table(
        "deadline_moves",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("deadline_id", BIG_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(255), nullable=False),
        sa.Column("former", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deadline_moves"),
        sa.ForeignKeyConstraint(
            ["deadline_id"],
            ["deadlines.id"],
            name="fk_deadline_moves_deadline_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_deadline_moves_deadline_id", "deadline_moves", ["deadline_id"])
