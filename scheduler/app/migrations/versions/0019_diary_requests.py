"""Requests for an appointment, and the way that each has gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "diary_requests",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("ref", sa.String(40), nullable=False),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("urgency", sa.String(16), nullable=False),
        sa.Column("requester", sa.JSON(), nullable=False),
        sa.Column("wish", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("claimed_by", sa.String(255)),
        sa.Column("claimed_until", sa.BigInteger()),
        sa.Column("options", sa.String(100)),
        sa.Column("calendar", sa.String(255)),
        sa.Column("name", sa.String(255)),
        sa.Column("uid", sa.Text()),
        sa.Column("because", sa.Text(), nullable=False, server_default=""),
        sa.Column("until", sa.Date()),
        sa.Column("redirected_to", sa.Text(), nullable=False, server_default=""),
        sa.UniqueConstraint("owner", "ref", name="uq_diary_requests_owner_ref"),
    )
    op.create_index("ix_diary_requests_owner", "diary_requests", ["owner", "state"])
    op.create_index("ix_diary_requests_made_by", "diary_requests", ["made_by"])
    op.create_table(
        "diary_request_steps",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column(
            "request_id",
            BIG_ID,
            sa.ForeignKey("diary_requests.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(255), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("because", sa.Text(), nullable=False, server_default=""),
    )
    op.create_index("ix_diary_request_steps_request_id", "diary_request_steps", ["request_id"])
