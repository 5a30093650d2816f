"""What links without an account stand for, by the digests of their tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "links",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient", sa.String(320), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.Column("deeds_from", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("deeds", sa.Integer(), nullable=False, server_default="0"),
    )
    op.create_index("ix_links_owner_id_about", "links", ["owner_id", "about"])


def downgrade() -> None:
    """Contract."""
    op.drop_table("links")
