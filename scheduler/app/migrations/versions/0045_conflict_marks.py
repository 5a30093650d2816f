"""A reason to pass over a conflict holds for the time it was given for, whatever the title says."""

from __future__ import annotations

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Contract: reasons that were kept by the entity tag of a text apply to none any more."""
    op.drop_index("ix_conflict_overrides_owner_id_etag", "conflict_overrides")
    op.execute("ALTER TABLE conflict_overrides RENAME COLUMN etag TO mark")
    op.create_index(
        "ix_conflict_overrides_owner_id_mark", "conflict_overrides", ["owner_id", "mark"]
    )
