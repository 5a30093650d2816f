"""Tables of what a search has to know of events beyond the occurrence index: where they are."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
)

from calendars.kernel.tables import BigId, new_metadata

metadata = new_metadata()

# One row says what holds for all occurrences of an object (starts_at 0), others for single ones.
event_places = Table(
    "event_places",
    metadata,
    Column("object_id", BigId, nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("owner_id", BigId, nullable=False),
    Column("commune", String(255), nullable=False),  # "" where it is not known
    Column("spot", String(64), nullable=False),
    Column("absent", Boolean, nullable=False),
    Column("immovable", Boolean, nullable=False),
    Column("first_at", BigInteger, nullable=False),  # the first occurrence starts
    Column("ends_at", BigInteger, nullable=False),  # the last one ends
    Column("long", Boolean, nullable=False),  # more than a month lies between: mostly a series
    PrimaryKeyConstraint("object_id", "starts_at"),
    Index(None, "owner_id", "long", "ends_at"),
)

places_followed = Table(
    "places_followed",
    metadata,
    Column("collection_id", BigId, primary_key=True),
    Column("position", BigInteger, nullable=False),
    # By which sites, ways and categories its events were read: others start it anew.
    Column("fingerprint", String(64), nullable=False),
)
