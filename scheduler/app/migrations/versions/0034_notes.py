"""What the program of an absent person wrote is kept beside the decision on its mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("mail_decisions", sa.Column("note", sa.String(500)))
