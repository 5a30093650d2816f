"""What is short is found by its end: a search reads its own weeks, not the years that follow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column(
        "event_places", sa.Column("long", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    places = sa.table(
        "event_places", sa.column("long"), sa.column("first_at"), sa.column("ends_at")
    )
    short = places.c.ends_at - places.c.first_at <= 31 * 86_400
    op.execute(sa.update(places).where(short).values(long=sa.false()))
    op.drop_index("ix_event_places_owner_id_ends_at", "event_places")
    op.create_index(
        "ix_event_places_owner_id_long_ends_at", "event_places", ["owner_id", "long", "ends_at"]
    )
