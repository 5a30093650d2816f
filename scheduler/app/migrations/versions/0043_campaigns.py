"""Campaigns of appraisals: their terms, who appraises, what was chosen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "campaigns",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("owner_id", BIG_ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("visibility", sa.String(16), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_after", sa.Integer(), nullable=False),
        sa.Column("rooms", sa.JSON(), nullable=False),
        sa.Column("change_until", sa.Date(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("opened_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_campaigns"),
    )
    op.create_index("ix_campaigns_owner_id", "campaigns", ["owner_id"])
    op.create_index("ix_campaigns_state", "campaigns", ["state"])
    op.create_table(
        "campaign_evaluators",
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("evaluator_id", BIG_ID, nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "evaluator_id", name="pk_campaign_evaluators"),
        _of_campaign("campaign_evaluators"),
    )
    op.create_index("ix_campaign_evaluators_evaluator_id", "campaign_evaluators", ["evaluator_id"])
    op.create_table(
        "campaign_choices",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("evaluator_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("uid", sa.String(255)),
        sa.Column("chosen_at", sa.BigInteger()),
        sa.Column("asked_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_choices"),
        _of_campaign("campaign_choices"),
        sa.UniqueConstraint(
            "campaign_id", "person_id", name="uq_campaign_choices_campaign_id_person_id"
        ),
    )
    op.create_index("ix_campaign_choices_person_id", "campaign_choices", ["person_id"])


def _of_campaign(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_campaign_id"
    return sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=name, ondelete="CASCADE")
