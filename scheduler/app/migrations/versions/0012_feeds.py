"""Feeds: secret links to calendars, and wrong tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "feeds",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("principal_id", _BIG_ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("past_days", sa.Integer(), nullable=False),
        sa.Column("future_days", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("etag", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principals.id"],
            name=op.f("fk_feeds_principal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("digest", name=op.f("uq_feeds_digest")),
    )
    op.create_index(op.f("ix_feeds_principal_id"), "feeds", ["principal_id"])
    op.create_table(
        "feed_calendars",
        sa.Column("feed_id", _BIG_ID, nullable=False),
        sa.Column("collection_id", _BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feeds.id"], name=op.f("fk_feed_calendars_feed_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["collections.id"],
            name=op.f("fk_feed_calendars_collection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("feed_id", "collection_id", name=op.f("pk_feed_calendars")),
    )
    op.create_index(op.f("ix_feed_calendars_collection_id"), "feed_calendars", ["collection_id"])
    op.create_table(
        "failed_links",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_links")),
    )
    op.create_index(op.f("ix_failed_links_address_at"), "failed_links", ["address", "at"])


def downgrade() -> None:
    """Contract."""
    op.drop_table("failed_links")
    op.drop_table("feed_calendars")
    op.drop_table("feeds")
