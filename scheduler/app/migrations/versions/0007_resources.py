"""How rooms, vehicles and equipment answer, who is asked, and when they are out of service."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "resource_policies",
        sa.Column("resource_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("category", sa.String(16), nullable=False),
        sa.Column("site", sa.Text(), server_default="", nullable=False),
        sa.Column("features", sa.Text(), server_default="", nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("min_notice", sa.Integer(), nullable=False),
        sa.Column("max_ahead", sa.Integer()),
        sa.Column("max_duration", sa.Integer()),
        sa.Column("buffer_before", sa.Integer(), nullable=False),
        sa.Column("buffer_after", sa.Integer(), nullable=False),
        sa.Column("max_attendees", sa.Integer()),
        sa.Column("conflicts_allowed", sa.Integer()),
        sa.Column("conflict_percent", sa.Integer()),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("look_ahead", sa.Integer(), nullable=False),
        _to_principals("resource_id", "resource_policies"),
        sa.PrimaryKeyConstraint("resource_id", name=op.f("pk_resource_policies")),
    )
    op.create_table(
        "resource_parties",
        sa.Column("resource_id", _BIG, nullable=False),
        sa.Column("party_id", _BIG, nullable=False),
        sa.Column("part", sa.String(16), nullable=False),
        _to_principals("resource_id", "resource_parties"),
        _to_principals("party_id", "resource_parties"),
        sa.PrimaryKeyConstraint(
            "resource_id", "party_id", "part", name=op.f("pk_resource_parties")
        ),
    )
    op.create_index(op.f("ix_resource_parties_party_id"), "resource_parties", ["party_id"])
    op.create_table(
        "resource_closures",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("resource_id", _BIG, nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        _to_principals("resource_id", "resource_closures"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_closures")),
    )
    op.create_index(
        op.f("ix_resource_closures_resource_id_ends_at"),
        "resource_closures",
        ["resource_id", "ends_at"],
    )


def _to_principals(column: str, table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], ["principals.id"], name, ondelete="CASCADE")


def downgrade() -> None:
    """Contract."""
    for table in ("resource_closures", "resource_parties", "resource_policies"):
        op.drop_table(table)
