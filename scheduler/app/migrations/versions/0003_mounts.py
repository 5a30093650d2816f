"""Calendars of others in one's own home; delegations of one calendar."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand; two delegations of different calendars may start the same day."""
    op.create_table(
        "mounts",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("member_id", _BIG, nullable=False),
        sa.Column("collection_id", _BIG, nullable=False),
        sa.Column("display_name", sa.Text()),
        sa.Column("color", sa.Text()),
        sa.Column("display_order", sa.Text()),
        sa.Column("transparent", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("hidden", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["principals.id"], op.f("fk_mounts_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collections.id"], op.f("fk_mounts_collection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mounts")),
        sa.UniqueConstraint(
            "member_id", "collection_id", name=op.f("uq_mounts_member_id_collection_id")
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_mounts_collection_id"), "mounts", ["collection_id"])
    with op.batch_alter_table("delegations") as batch:
        batch.add_column(sa.Column("collection_id", _BIG, nullable=True))
        batch.add_column(
            sa.Column("origin", sa.String(16), nullable=False, server_default="delegation")
        )
        batch.create_foreign_key(
            op.f("fk_delegations_collection_id"),
            "collections", ["collection_id"], ["id"], ondelete="CASCADE",
        )  # fmt: skip
        batch.drop_constraint(
            op.f("uq_delegations_owner_id_delegate_id_valid_from"), type_="unique"
        )
    op.create_index(
        op.f("ix_delegations_owner_id_delegate_id"), "delegations", ["owner_id", "delegate_id"]
    )
    op.create_index(op.f("ix_delegations_collection_id"), "delegations", ["collection_id"])
