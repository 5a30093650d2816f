"""Calendars offered to colleagues, and the collection where they hear of it."""

from __future__ import annotations

import secrets
import time

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand; everybody gets a place to hear of offers."""
    op.create_table(
        "shares",
        sa.Column("id", _BIG, nullable=False),
        _owned("collection_id"),
        _owned("sharee_id"),
        sa.Column("uid", sa.String(64), nullable=False),
        sa.Column("access", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("invited_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger()),
        _references("shares", "collection_id", "collections"),
        _references("shares", "sharee_id", "principals"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shares")),
        sa.UniqueConstraint("uid", name=op.f("uq_shares_uid")),
        sa.UniqueConstraint(
            "collection_id", "sharee_id", name=op.f("uq_shares_collection_id_sharee_id")
        ),
    )
    op.create_index(op.f("ix_shares_sharee_id"), "shares", ["sharee_id"])
    op.create_table(
        "sharing_notices",
        sa.Column("id", _BIG, nullable=False),
        _owned("collection_id"),
        _owned("other_id"),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("share_uid", sa.String(64), nullable=False),
        sa.Column("host_login", sa.String(255), nullable=False),
        sa.Column("host_name", sa.String(255), nullable=False),
        sa.Column("access", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("modseq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _references("sharing_notices", "collection_id", "collections"),
        _references("sharing_notices", "other_id", "principals"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_notices")),
        sa.UniqueConstraint(
            "collection_id", "name", name=op.f("uq_sharing_notices_collection_id_name")
        ),
    )
    op.create_index(op.f("ix_sharing_notices_other_id"), "sharing_notices", ["other_id"])
    op.add_column(
        "collections",
        sa.Column("shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    _provide()


def _owned(name: str) -> sa.Column[int]:
    return sa.Column(name, _BIG, nullable=False)


def _references(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"
    )


def _provide() -> None:
    """The collection “notification” in every home that there is."""
    collections = sa.table(
        "collections",
        *(
            sa.column(name)
            for name in (
                "owner_id", "kind", "name", "display_name", "timezone_id", "components",
                "incarnation", "created_at",
            )
        ),
    )  # fmt: skip
    homes = sa.select(collections.c.owner_id, collections.c.timezone_id).where(
        collections.c.kind == "HOME"
    )
    connection = op.get_bind()
    for owner, zone in connection.execute(homes).all():
        connection.execute(
            collections.insert().values(
                owner_id=owner,
                kind="NOTIFICATIONS",
                name="notification",
                display_name="Partages",
                timezone_id=zone,
                components="VEVENT",
                incarnation=secrets.token_hex(16),
                created_at=int(time.time()),
            )
        )
