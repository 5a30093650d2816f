"""Reminders of dates, proposals to other owners, and chain templates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    reminders = sa.Column("reminders", sa.String(64), nullable=False, server_default="")
    op.add_column("deadlines", reminders)
    op.create_index("ix_deadlines_after", "deadlines", ["after"])
    op.create_index("ix_deadlines_state_due", "deadlines", ["state", "due"])
    op.create_table(
        "deadline_proposals",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("deadline_id", BIG_ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("former", sa.Date(), nullable=False),
        sa.Column("by", sa.String(255), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("answered_by", sa.String(255)),
        sa.Column("answered_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["deadline_id"],
            ["deadlines.id"],
            name="fk_deadline_proposals_deadline_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deadline_proposals"),
    )
    op.create_index("ix_deadline_proposals_deadline_id", "deadline_proposals", ["deadline_id"])
    op.create_table(
        "chain_templates",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_chain_templates"),
    )
