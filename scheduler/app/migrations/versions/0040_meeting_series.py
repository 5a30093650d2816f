"""Series of meetings, and what became of their dates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "meeting_series",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("chair", sa.String(255)),
        sa.Column("chair_function", sa.String(255)),
        sa.Column("secretary", sa.String(255)),
        sa.Column("visibility", sa.String(16), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date()),
        sa.Column("on_closed", sa.String(16), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("ahead", sa.Integer(), nullable=False),
        sa.Column("closes_before", sa.Integer()),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("treated_until", sa.Date(), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_series"),
        sa.UniqueConstraint("code", name="uq_meeting_series_code"),
    )
    op.create_index("ix_meeting_series_owner_id", "meeting_series", ["owner_id"])
    op.create_table(
        "meeting_series_dates",
        sa.Column("series_id", BIG_ID, nullable=False),
        sa.Column("nominal", sa.Date(), nullable=False),
        sa.Column("original", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date()),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("meeting_id", BIG_ID),
        sa.Column("carried", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"],
            ["meeting_series.id"],
            name="fk_meeting_series_dates_series_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("series_id", "nominal", name="pk_meeting_series_dates"),
    )
