"""The octets of attachments and papers stand in their own table alone."""

from __future__ import annotations

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Contract."""
    op.drop_column("attachments", "data")
    op.drop_column("meeting_papers", "content")
