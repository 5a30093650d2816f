"""Memberships of groups bear days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _whose(name: str) -> sa.Column[int]:
    key = sa.ForeignKey("principals.id", name=f"fk_group_periods_{name}", ondelete="CASCADE")
    return sa.Column(name, BIG_ID, key, nullable=False)


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "group_periods",
        _whose("group_id"),
        _whose("member_id"),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.PrimaryKeyConstraint("group_id", "member_id", name="pk_group_periods"),
    )
    op.create_index("ix_group_periods_member_id", "group_periods", ["member_id"])
