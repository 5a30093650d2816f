"""Mail leaves: leases, answers of the relay, addresses for answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("outbox", sa.Column("lease_until", sa.BigInteger()))
    op.add_column("outbox", sa.Column("done_at", sa.BigInteger()))
    op.add_column("outbox", sa.Column("answer", sa.Text()))
    op.create_table(
        "reply_addresses",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient", sa.String(320), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_reply_addresses_owner_id_uid", "reply_addresses", ["owner_id", "uid"])
