"""Options of appointments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "hold_groups",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("ref", sa.String(100), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("retained", sa.Integer()),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("decided_by", sa.String(255)),
        sa.UniqueConstraint("owner", "ref", name="uq_hold_groups_owner_ref"),
    )
    op.create_index("ix_hold_groups_expires_at", "hold_groups", ["expires_at"])
    op.create_table(
        "holds",
        sa.Column(
            "group_id", BIG_ID, sa.ForeignKey("hold_groups.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("calendar", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "position", name="pk_holds"),
    )
