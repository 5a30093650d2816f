"""Recurring tasks, and each day of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "routines",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("owner_id", BIG_ID, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date()),
        sa.Column("on_closed", sa.String(16), nullable=False),
        sa.Column("ahead", sa.Integer(), nullable=False),
        sa.Column("written_until", sa.Date(), nullable=False),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_routines"),
    )
    op.create_index("ix_routines_owner_id", "routines", ["owner_id"])
    op.create_table(
        "routine_days",
        sa.Column("routine_id", BIG_ID, nullable=False),
        sa.Column("nominal", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("uid", sa.String(255), nullable=False),
        sa.Column("done_at", sa.BigInteger()),
        sa.Column("former", sa.Date()),
        sa.ForeignKeyConstraint(
            ["routine_id"], ["routines.id"], name="fk_routine_days_routine_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("routine_id", "nominal", name="pk_routine_days"),
    )
    op.create_index("ix_routine_days_routine_id_day", "routine_days", ["routine_id", "day"])
