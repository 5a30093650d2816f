"""Ways to appointments and back, which follow them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "travel_blocks",
        sa.Column("object_id", BIG_ID, primary_key=True),
        sa.Column("owner_id", BIG_ID, nullable=False),
        sa.Column("parent_uid", sa.Text(), nullable=False),
        sa.Column("vehicle", sa.String(255), nullable=False),
    )
