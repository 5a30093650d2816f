"""Where invitations go and when a person can be reached, as set on the scheduling inbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COLUMNS = {
    "default_calendar": sa.String(255),
    "default_tasks": sa.String(255),
    "availability": sa.Text(),
}


def upgrade() -> None:
    """Expand."""
    for name, kind in _COLUMNS.items():
        op.add_column("collections", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    """Contract."""
    with op.batch_alter_table("collections") as batch_op:
        for name in _COLUMNS:
            batch_op.drop_column(name)
