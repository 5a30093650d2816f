"""Tables of meetings: what iCalendar cannot say, linked to the event by UID and owner (MTG-2).

People are calendar user addresses (`mailto:`), account here or not; instants epoch seconds UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from calendars.kernel.tables import BigId, new_metadata

metadata = new_metadata()


def _meeting() -> Column[int]:
    key = ForeignKey("meetings.id", ondelete="CASCADE")
    return Column("meeting_id", BigId, key, nullable=False)


meetings = Table(
    "meetings",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("ref", String(100), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),  # CODIR, BUREAU…: data of the house
    Column("series", String(255)),  # what its agenda follows on from
    Column("state", String(16), nullable=False),
    Column("owner_id", BigInteger, nullable=False),  # in whose name it is called
    Column("made_by", BigInteger, nullable=False),
    Column("chair_id", BigInteger),
    Column("chair_function", String(255)),  # "le directeur": how documents name the chair
    Column("secretary_id", BigInteger),
    Column("uid", Text),  # the event, once there is one
    Column("recurrence_id", BigInteger),  # original start, where it is one of a series
    # As the event had it when it was last looked at; the event itself is the truth.
    Column("title", Text, nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("starts_at", BigInteger, index=True),
    Column("ends_at", BigInteger),
    Column("seen_etag", String(64)),
    Column("minutes", Integer, nullable=False),  # how long it is wanted to be
    Column("agenda_closes_at", BigInteger),
    Column("external_refs", Text, nullable=False),  # empty: references have a shelf of their own
    Column("made_at", BigInteger, nullable=False),
    Column("held_at", BigInteger),
    Column("request_ref", String(40)),  # the request for an appointment that asked for it (DIA-2)
    Index(None, "owner_id", "uid"),
    Index(None, "series", "starts_at"),
)

agenda_items = Table(
    "agenda_items",
    metadata,
    Column("id", BigId, primary_key=True),
    _meeting(),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("presenter", String(320)),
    Column("visibility", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("added_in_session", Boolean, nullable=False),
    Column("carried_from", BigInteger),  # the postponed item that it takes up
    Column("told_start", BigInteger),  # what the presenter was told last (MTG-8)
    Index(None, "meeting_id", "position"),
)

meeting_papers = Table(
    "meeting_papers",
    metadata,
    Column("id", BigId, primary_key=True),
    _meeting(),
    Column("item_id", BigId, ForeignKey("agenda_items.id", ondelete="SET NULL")),
    Column("ref", String(100), nullable=False),
    # A paper that is expected has no content yet.
    Column("filename", String(255)),
    Column("media_type", String(127)),
    Column("size", Integer),
    Column("digest", String(64)),
    Column("managed_id", String(64)),  # as the event bears it, if it does (RFC 8607)
    Column("added_by", BigInteger),
    Column("added_at", BigInteger),
    UniqueConstraint("meeting_id", "ref"),
)

attendances = Table(
    "attendances",
    metadata,
    _meeting(),
    Column("address", String(320), nullable=False),
    Column("name", Text, nullable=False),
    Column("civility", String(8)),
    Column("presence", String(16), nullable=False),
    Column("represented_by", Text),
    Column("arrived_at", BigInteger),
    Column("left_at", BigInteger),
    PrimaryKeyConstraint("meeting_id", "address"),
)

# Steps are added, never changed but for the text of a draft: what was sent can be read for ever.
minutes = Table(
    "minutes",
    metadata,
    Column("id", BigId, primary_key=True),
    _meeting(),
    Column("version", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("kind", String(16), nullable=False),  # account, decisions
    Column("author_id", BigInteger, nullable=False),
    Column("for_id", BigInteger),  # whose interim the author held
    Column("at", BigInteger, nullable=False),
    Column("reason", Text),
    Column("replaces", Integer),
    Column("content", Text, nullable=False),  # JSON
    Index(None, "meeting_id", "id"),
)

# Which version each reader was sent: what he had he may read again, and nothing else.
minutes_given = Table(
    "minutes_given",
    metadata,
    Column("id", BigId, primary_key=True),
    _meeting(),
    Column("version", Integer, nullable=False),
    Column("address", String(320), nullable=False),
    Column("given_at", BigInteger, nullable=False),
    UniqueConstraint("meeting_id", "address", "version"),
)

actions = Table(
    "actions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("ref", String(40), nullable=False, unique=True),
    _meeting(),
    Column("item_id", BigId, ForeignKey("agenda_items.id", ondelete="SET NULL")),
    Column("label", Text, nullable=False),
    Column("owner", String(320), nullable=False),
    Column("owner_id", BigInteger, index=True),
    Column("due", Date),
    # The owner's task is the truth for what he did; this is what it said last.
    Column("state", String(16), nullable=False),
    Column("uid", Text, nullable=False),
    Column("opened_at", BigInteger),
    Column("done_at", BigInteger),
    Index(None, "meeting_id"),
    Index(None, "state", "due"),
)

counters = Table(
    "meeting_counters",
    metadata,
    Column("name", String(60), primary_key=True),  # CODIR-2026, ACT-2026
    Column("last", Integer, nullable=False),
)

meeting_series = Table(
    "meeting_series",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("code", String(255), nullable=False, unique=True),  # what its meetings call their series
    Column("kind", String(40), nullable=False),
    Column("title", Text, nullable=False),
    Column("owner_id", BigInteger, nullable=False, index=True),
    Column("chair", String(255)),
    Column("chair_function", String(255)),
    Column("secretary", String(255)),
    Column("visibility", String(16), nullable=False),
    Column("rule", Text, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date),
    Column("on_closed", String(16), nullable=False),
    Column("start_minute", Integer, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("ahead", Integer, nullable=False),
    Column("closes_before", Integer),
    Column("items", Text, nullable=False),  # JSON: what stands on every agenda
    Column("uid", Text, nullable=False),
    Column("treated_until", Date, nullable=False),
    Column("over", Boolean, nullable=False),
    Column("made_by", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)

meeting_series_dates = Table(
    "meeting_series_dates",
    metadata,
    Column("series_id", BigId, ForeignKey("meeting_series.id", ondelete="CASCADE"), nullable=False),
    Column("nominal", Date, nullable=False),
    Column("original", BigInteger, nullable=False),
    Column("day", Date),  # none: left out
    Column("because", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("meeting_id", BigId),
    Column("carried", String(80), nullable=False),
    PrimaryKeyConstraint("series_id", "nominal"),
)
