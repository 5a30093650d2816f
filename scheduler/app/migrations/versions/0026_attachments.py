"""Managed attachments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "attachments",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("managed_id", sa.String(64), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("media_type", sa.String(255), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("unused_since", sa.BigInteger()),
        sa.UniqueConstraint("managed_id", name="uq_attachments_managed_id"),
    )
    op.create_index("ix_attachments_unused_since", "attachments", ["unused_since"])
    op.create_table(
        "object_attachments",
        sa.Column(
            "object_id",
            BIG_ID,
            sa.ForeignKey("calendar_objects.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "attachment_id",
            BIG_ID,
            sa.ForeignKey("attachments.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("object_id", "attachment_id", name="pk_object_attachments"),
    )
    op.create_index("ix_object_attachments_attachment_id", "object_attachments", ["attachment_id"])
