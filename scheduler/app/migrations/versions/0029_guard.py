"""The guard in the door: what leaves in no title, and what is held back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "guarded",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reference", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("text", sa.String(200)),
        sa.Column("made_by", sa.BigInteger()),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("kind", "reference", "digest", name="uq_guarded_kind_reference_digest"),
    )
    op.create_index("ix_guarded_digest", "guarded", ["digest"])
    op.create_table(
        "held_mails",
        sa.Column("outbox_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("flaws", sa.Text(), nullable=False),
        sa.Column("held_at", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger()),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("released_by", sa.BigInteger()),
        sa.Column("released_at", sa.BigInteger()),
        sa.Column("reason", sa.Text()),
    )


def downgrade() -> None:
    """Contract."""
    op.drop_table("held_mails")
    op.drop_table("guarded")
