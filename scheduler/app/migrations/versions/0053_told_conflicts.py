"""A task on conflicts remembers which it has told: a series that changes is told what is new."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("conflict_tasks", sa.Column("told", sa.Text(), nullable=False, server_default=""))
