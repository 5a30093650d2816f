"""Tables of working time: what people decide of days and hours, and the dates computed from it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from calendars.kernel.tables import BigId, new_metadata

metadata = new_metadata()

decided_days = Table(
    "decided_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("kind", String(16), nullable=False),  # holiday, closure, worked
    Column("label", Text, nullable=False),
)

school_breaks = Table(
    "school_breaks",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("label", Text, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
)

working_hours = Table(
    "working_hours",
    metadata,
    Column("scope", String(16), nullable=False),  # everybody, site, person
    Column("subject", String(255), nullable=False),  # "", the code of a site, a login
    Column("spans", Text, nullable=False),  # JSON: [[weekdays, start, end], …] in minutes
    PrimaryKeyConstraint("scope", "subject"),
)

working_figures = Table(
    "working_figures",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),  # JSON
)

# One row for each change of days: its number is the version that computed dates name.
calendar_versions = Table(
    "calendar_versions",
    metadata,
    Column("version", BigId, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("by", String(255), nullable=False),
    Column("day", Date, nullable=False),
)

kept_dates = Table(
    "kept_dates",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("about", String(255), nullable=False),  # what it is the date of: a UID, a reference
    Column("occasion", String(64), nullable=False),
    Column("rule", String(32), nullable=False),
    Column("from_day", Date, nullable=False),
    Column("count", Integer, nullable=False),
    Column("unit", String(16), nullable=False),
    Column("day", Date, nullable=False),
    Column("because", Text, nullable=False),
    Column("version", String(64), nullable=False),
    Column("former_day", Date),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", String(255), nullable=False),
    Column("sent_at", BigInteger),
    UniqueConstraint("about", "occasion"),
)
