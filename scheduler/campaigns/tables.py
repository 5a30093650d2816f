"""Tables of campaigns: their terms, who appraises, who is appraised (RDV-3)."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from calendars.kernel.tables import BigId, new_metadata

metadata = new_metadata()


def _campaign() -> Column[int]:
    reference = ForeignKey("campaigns.id", ondelete="CASCADE")
    return Column("campaign_id", BigId, reference, nullable=False)


campaigns = Table(
    "campaigns",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("owner_id", BigId, nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("buffer_after", Integer, nullable=False),
    Column("rooms", JSON, nullable=False),
    Column("change_until", Date, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("opened_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", String(255), nullable=False),
)

campaign_evaluators = Table(
    "campaign_evaluators",
    metadata,
    _campaign(),
    Column("evaluator_id", BigId, nullable=False, index=True),
    Column("agreed", Boolean, nullable=False),
    PrimaryKeyConstraint("campaign_id", "evaluator_id"),
)

campaign_choices = Table(
    "campaign_choices",
    metadata,
    Column("id", BigId, primary_key=True),
    _campaign(),
    Column("evaluator_id", BigId, nullable=False),
    Column("person_id", BigId, nullable=False, index=True),
    Column("uid", String(255)),  # of the event in the evaluator's diary
    Column("chosen_at", BigInteger),
    Column("asked_at", BigInteger),
    UniqueConstraint("campaign_id", "person_id"),
)
