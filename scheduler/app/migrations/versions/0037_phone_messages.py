"""Messages taken on the telephone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "phone_messages",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("owner_id", BIG_ID, nullable=False),
        sa.Column("writer_id", BIG_ID, nullable=False),
        sa.Column("uid", sa.String(255), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("urgency", sa.String(16), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("is_task", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.BigInteger()),
        sa.Column("done_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_phone_messages"),
        sa.UniqueConstraint("uid", name="uq_phone_messages_uid"),
    )
    op.create_index("ix_phone_messages_owner_id", "phone_messages", ["owner_id"])
    op.create_index("ix_phone_messages_writer_id", "phone_messages", ["writer_id"])
