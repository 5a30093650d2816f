"""Tables of the directory: sites, ways, who works where, who must not be away together."""

from __future__ import annotations

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, String, Table, Text

from calendars.kernel.tables import new_metadata

metadata = new_metadata()

sites = Table(
    "sites",
    metadata,
    Column("code", String(64), primary_key=True),
    Column("label", Text, nullable=False),
    Column("commune", String(255), nullable=False),
)

travel_times = Table(
    "travel_times",
    metadata,
    Column("commune_a", String(255), nullable=False),  # a pair is kept once, a <= b
    Column("commune_b", String(255), nullable=False),
    Column("minutes", Integer, nullable=False),
    PrimaryKeyConstraint("commune_a", "commune_b"),
)

workplaces = Table(
    "workplaces",
    metadata,
    Column("login", String(255), primary_key=True),
    Column("site", String(64), nullable=False),
)

not_together = Table(
    "not_together",
    metadata,
    Column("login_a", String(255), nullable=False),  # a pair is kept once, a < b
    Column("login_b", String(255), nullable=False),
    PrimaryKeyConstraint("login_a", "login_b"),
)
