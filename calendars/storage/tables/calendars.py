"""Collections, what stands in them, and what is indexed of it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from calendars.kernel.tables import BigId
from calendars.storage.tables.base import metadata, owned

collections = Table(
    "collections",
    metadata,
    Column("id", BigId, primary_key=True),
    owned("owner_id", "principals.id"),
    Column("kind", String(16), nullable=False),  # HOME, CALENDAR, INBOX, OUTBOX, REMOVED
    Column("name", String(255), nullable=False),  # last path segment, empty for the home
    Column("display_name", Text),
    Column("description", Text),
    Column("color", Text),
    Column("display_order", Text),
    # CALDAV:calendar-timezone as sent; without it floating times are in the zone of the id.
    Column("timezone", Text),
    Column("timezone_id", String(255), nullable=False),
    Column("components", String(255), nullable=False, server_default="VEVENT,VTODO,VJOURNAL"),
    Column("transparent", Boolean, nullable=False, server_default=text("false")),
    Column("shared", Boolean, nullable=False, server_default=text("false")),
    Column("default_class", String(16), nullable=False, server_default="PUBLIC"),
    # The change counter of the collection, and the mark that makes its tokens its own.
    Column("modseq", BigInteger, nullable=False, server_default="1"),
    Column("incarnation", String(32), nullable=False),
    # The change of the home that made it or last set its properties.
    Column("home_modseq", BigInteger, nullable=False, server_default="1"),
    # Below this change the log has been pruned: an older token starts a full sync.
    Column("oldest_modseq", BigInteger, nullable=False, server_default="0"),
    # Of the inbox alone: where invitations go, by name, and when the owner can be reached.
    Column("default_calendar", String(255)),
    Column("default_tasks", String(255)),
    Column("availability", Text),
    Column("created_at", BigInteger, nullable=False),
    # A removed calendar gives its name away at once and is kept for a while to be brought back.
    Column("former_name", String(255)),
    Column("removed_at", BigInteger),
    UniqueConstraint("owner_id", "name"),
)

calendar_objects = Table(
    "calendar_objects",
    metadata,
    Column("id", BigId, primary_key=True),
    owned("collection_id", "collections.id"),
    Column("name", String(255), nullable=False),
    Column("uid", Text, nullable=False),
    Column("component", String(16), nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("etag", String(64), nullable=False),
    Column("schedule_tag", String(64)),
    Column("modseq", BigInteger, nullable=False),
    Column("size", Integer, nullable=False),
    Column("recurring", Boolean, nullable=False),
    Column("floating", Boolean, nullable=False),  # its instants depend on the collection's zone
    Column("alarmed", Boolean, nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    # Inside this window `occurrences` holds every instance.
    Column("indexed_from", BigInteger, nullable=False),
    Column("indexed_until", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("written_at", BigInteger, nullable=False),
    Column("written_by", BigId, ForeignKey("principals.id", ondelete="SET NULL")),
    Column("data", LargeBinary, nullable=False),
    UniqueConstraint("collection_id", "name"),
    UniqueConstraint("collection_id", "uid"),
    # Covers sync and the listing of entity tags: neither touches the rows.
    Index("ix_calendar_objects_sync", "collection_id", "modseq", "name", "etag", "visibility"),
    # Series that go on beyond what is indexed of them, on either side. SQLite takes a partial
    # index only where its condition is written as in the query.
    Index(
        "ix_calendar_objects_until",
        "collection_id",
        "indexed_until",
        sqlite_where=text("recurring = 1"),
        postgresql_where=text("recurring"),
    ),
    Index(
        "ix_calendar_objects_from",
        "collection_id",
        "indexed_from",
        sqlite_where=text("recurring = 1"),
        postgresql_where=text("recurring"),
    ),
)

tombstones = Table(
    "tombstones",
    metadata,
    owned("collection_id", "collections.id"),
    Column("name", String(255), nullable=False),
    Column("modseq", BigInteger, nullable=False),
    Column("deleted_at", BigInteger, nullable=False),
    # What stood there, and for whom it was masked: he knows it by another name.
    Column("object_id", BigId),
    Column("visibility", String(16)),
    PrimaryKeyConstraint("collection_id", "name"),
    Index("ix_tombstones_sync", "collection_id", "modseq", "name"),
)

occurrences = Table(
    "occurrences",
    metadata,
    owned("object_id", "calendar_objects.id"),
    Column("collection_id", BigId, nullable=False),
    Column("component", String(16), nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("recurrence_id", BigInteger),
    Column("busy", String(1), nullable=False),  # B busy, T tentative, U unavailable, F free
    Column("long", Boolean, nullable=False),
    Index("ix_occurrences_object_id", "object_id"),
    Index(
        "ix_occurrences_range",
        "collection_id",
        "component",
        "long",
        "starts_at",
        "ends_at",
        "object_id",
        "busy",
    ),
)

object_versions = Table(
    "object_versions",
    metadata,
    Column("id", BigId, primary_key=True),
    owned("collection_id", "collections.id"),
    Column("name", String(255), nullable=False),
    Column("uid", Text, nullable=False),
    Column("component", String(16), nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("etag", String(64), nullable=False),
    Column("written_at", BigInteger, nullable=False),
    Column("written_by", BigId, ForeignKey("principals.id", ondelete="SET NULL")),
    Column("replaced_at", BigInteger, nullable=False),
    Column("replaced_by", BigId, ForeignKey("principals.id", ondelete="SET NULL")),
    Column("deed", String(16), nullable=False),  # OVERWRITE, DELETE, MOVE
    # The Schedule-Tag it stood under: what a client knows of who edits under that tag.
    Column("schedule_tag", String(64)),
    Column("data", LargeBinary, nullable=False),
    Index(None, "collection_id", "name"),
    Index(None, "collection_id", "uid"),
)

dead_properties = Table(
    "dead_properties",
    metadata,
    Column("id", BigId, primary_key=True),
    owned("principal_id", "principals.id", nullable=True),
    owned("collection_id", "collections.id", nullable=True),
    owned("object_id", "calendar_objects.id", nullable=True),
    Column("name", Text, nullable=False),  # {namespace}local
    Column("xml", Text, nullable=False),
    Index(None, "collection_id"),
    Index(None, "object_id"),
    Index(None, "principal_id"),
)

imports = Table(
    "imports",
    metadata,
    Column("id", BigId, primary_key=True),
    owned("principal_id", "principals.id"),
    Column("source", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("refused_because", Text),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("principal_id", "source", "item"),
)

# Managed attachments (RFC 8607): what was sent, under an id that nobody can guess.
attachments = Table(
    "attachments",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("managed_id", String(64), nullable=False, unique=True),
    Column("made_by", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("filename", String(255), nullable=False),
    Column("media_type", String(255), nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", String(64), nullable=False, server_default="", index=True),
    # The id under which the first version of it came, where it took another's place.
    Column("first_id", String(64)),
    # Since when no object bears it any more.
    Column("unused_since", BigInteger, index=True),
)

# What files consist of, each content once, whoever names it and under whatever name.
octets = Table(
    "octets",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("kept_at", BigInteger, nullable=False),
)

# Who else than an attachment needs them: a paper of a meeting without an event.
octet_keepers = Table(
    "octet_keepers",
    metadata,
    Column("digest", String(64), nullable=False),
    Column("keeper", String(80), nullable=False),
    PrimaryKeyConstraint("digest", "keeper"),
)

# Which objects bear which of them: who sees one of these sees the attachment.
object_attachments = Table(
    "object_attachments",
    metadata,
    owned("object_id", "calendar_objects.id"),
    owned("attachment_id", "attachments.id"),
    PrimaryKeyConstraint("object_id", "attachment_id"),
    Index(None, "attachment_id"),
)
