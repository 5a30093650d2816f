"""Numbers of other systems, and what bears them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "reference_systems",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("pattern", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_reference_systems"),
    )
    op.create_table(
        "external_refs",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("system", sa.String(40), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("day", sa.Date()),
        sa.Column("direction", sa.String(16)),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_external_refs"),
        sa.ForeignKeyConstraint(
            ["system"], ["reference_systems.code"], name="fk_external_refs_system"
        ),
        sa.UniqueConstraint("system", "number", name="uq_external_refs_system_number"),
    )
    op.create_index("ix_external_refs_number", "external_refs", ["number"])
    op.create_index("ix_external_refs_kind_owner_key", "external_refs", ["kind", "owner", "key"])
