"""The language that somebody without an account wants to be written to in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "outside_languages",
        sa.Column("address", sa.String(320), primary_key=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("chosen_at", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    """Contract."""
    op.drop_table("outside_languages")
