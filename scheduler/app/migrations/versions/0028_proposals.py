"""Other times that people who are invited would rather have wait for a decision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "proposals",
        sa.Column("id", _ID, primary_key=True),
        sa.Column(
            "owner_id", _ID, sa.ForeignKey("principals.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("attendee", sa.String(320), nullable=False),
        sa.Column("occurrences", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("decided_by", _ID, sa.ForeignKey("principals.id", ondelete="SET NULL")),
    )
    op.create_index("ix_proposals_owner_id_state", "proposals", ["owner_id", "state"])


def downgrade() -> None:
    """Contract."""
    op.drop_table("proposals")
