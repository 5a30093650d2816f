"""What presenters were told last of when their points are on (MTG-8)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("agenda_items", sa.Column("told_start", sa.BigInteger()))
