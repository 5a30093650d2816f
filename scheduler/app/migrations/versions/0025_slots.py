"""Where events are: what a search for slots knows of them besides their time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "event_places",
        sa.Column("object_id", BIG_ID, nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", BIG_ID, nullable=False),
        sa.Column("commune", sa.String(255), nullable=False),
        sa.Column("spot", sa.String(64), nullable=False),
        sa.Column("absent", sa.Boolean(), nullable=False),
        sa.Column("immovable", sa.Boolean(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("object_id", "starts_at", name="pk_event_places"),
    )
    op.create_index("ix_event_places_owner_id_ends_at", "event_places", ["owner_id", "ends_at"])
    op.create_table(
        "places_followed",
        sa.Column("collection_id", BIG_ID, primary_key=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
    )
