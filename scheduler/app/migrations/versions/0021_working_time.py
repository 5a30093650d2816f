"""Days, hours, computed dates; sites and the ways between them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "decided_days",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
    )
    op.create_table(
        "school_breaks",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
    )
    op.create_table(
        "working_hours",
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "subject", name="pk_working_hours"),
    )
    op.create_table(
        "working_figures",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )
    op.create_table(
        "calendar_versions",
        sa.Column("version", BIG_ID, primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(255), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
    )
    op.create_table(
        "kept_dates",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("about", sa.String(255), nullable=False),
        sa.Column("occasion", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("former_day", sa.Date()),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("sent_at", sa.BigInteger()),
        sa.UniqueConstraint("about", "occasion", name="uq_kept_dates_about_occasion"),
    )
    _directory()


def _directory() -> None:
    op.create_table(
        "sites",
        sa.Column("code", sa.String(64), primary_key=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("commune", sa.String(255), nullable=False),
    )
    op.create_table(
        "travel_times",
        sa.Column("commune_a", sa.String(255), nullable=False),
        sa.Column("commune_b", sa.String(255), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("commune_a", "commune_b", name="pk_travel_times"),
    )
    op.create_table(
        "workplaces",
        sa.Column("login", sa.String(255), primary_key=True),
        sa.Column("site", sa.String(64), nullable=False),
    )
    op.create_table(
        "not_together",
        sa.Column("login_a", sa.String(255), nullable=False),
        sa.Column("login_b", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("login_a", "login_b", name="pk_not_together"),
    )
