"""What was sent is kept for a time only (SEC-10)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("outbox", sa.Column("body_digest", sa.String(64)))
    op.add_column("outbox", sa.Column("forget_at", sa.BigInteger()))
    still_there = sa.text("body_digest IS NULL")
    op.create_index(
        "ix_outbox_done_at_with_body",
        "outbox",
        ["done_at"],
        sqlite_where=still_there,
        postgresql_where=still_there,
    )
