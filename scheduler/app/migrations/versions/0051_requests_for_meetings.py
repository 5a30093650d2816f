"""A request for an appointment and the meeting that it asks for name each other."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("diary_requests", sa.Column("meeting", sa.String(100)))
    op.add_column("meetings", sa.Column("request_ref", sa.String(40)))
