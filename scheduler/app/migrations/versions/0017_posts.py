"""Letters that features post: worded when they leave, urgent ones first, with papers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("outbox", sa.Column("withdrawn_at", sa.BigInteger()))
    op.add_column("outbox", sa.Column("template", sa.String(64)))
    op.add_column("outbox", sa.Column("language", sa.String(8)))
    op.add_column("outbox", sa.Column("urgency", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("outbox", sa.Column("expires_at", sa.BigInteger()))
    op.add_column("outbox", sa.Column("thread", sa.String(998)))
    op.create_index("ix_outbox_state_urgency_due_at", "outbox", ["state", "urgency", "due_at"])
    op.drop_index("ix_outbox_state_due_at", "outbox")
    op.create_table(
        "papers",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("octets", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "outbox_papers",
        sa.Column("outbox_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(128), nullable=False),
    )
    op.create_index("ix_outbox_papers_digest", "outbox_papers", ["digest"])
