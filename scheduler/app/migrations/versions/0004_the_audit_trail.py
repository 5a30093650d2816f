"""The audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "audit_lines",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("face", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("credential_id", sa.BigInteger(), nullable=True),
        sa.Column("deed", sa.String(length=32), nullable=False),
        sa.Column("collection_id", sa.BigInteger(), nullable=True),
        sa.Column("object", sa.String(length=16), nullable=True),
        sa.Column("visibility", sa.String(length=16), nullable=True),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_lines")),
        sa.UniqueConstraint("owner_id", "number", name=op.f("uq_audit_lines_owner_id_number")),
    )
    op.create_index(op.f("ix_audit_lines_actor_id_id"), "audit_lines", ["actor_id", "id"])
    op.create_table(
        "audit_chains",
        sa.Column("owner_id", _BIG_ID, autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_audit_chains")),
    )


def downgrade() -> None:
    """Contract."""
    op.drop_table("audit_chains")
    op.drop_table("audit_lines")
