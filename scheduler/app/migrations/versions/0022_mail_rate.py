"""How many messages were tried a minute; the messages of one person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("outbox", sa.Column("tried_at", sa.BigInteger()))
    op.create_index("ix_outbox_tried_at", "outbox", ["tried_at"])
    op.create_index("ix_outbox_owner_id_id", "outbox", ["owner_id", "id"])
