"""Who else sees calendars, and what of them: mounts, shares, masks, links."""

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

shares = Table(
    "shares",
    metadata,
    Column("id", BigId, primary_key=True),
    owned("collection_id", "collections.id"),
    owned("sharee_id", "principals.id"),
    Column("uid", String(64), nullable=False, unique=True),
    Column("access", String(16), nullable=False),  # read, read-write
    Column("state", String(16), nullable=False),  # noresponse, accepted, declined
    Column("summary", Text, nullable=False, server_default=""),
    Column("invited_at", BigInteger, nullable=False),
    Column("answered_at", BigInteger),
    UniqueConstraint("collection_id", "sharee_id"),
    Index(None, "sharee_id"),
)

sharing_notices = Table(
    "sharing_notices",
    metadata,
    Column("id", BigId, primary_key=True),
    owned("collection_id", "collections.id"),
    owned("other_id", "principals.id"),
    Column("name", String(255), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("share_uid", String(64), nullable=False),
    Column("host_login", String(255), nullable=False),
    Column("host_name", String(255), nullable=False),
    Column("access", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("summary", Text, nullable=False),
    Column("modseq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("collection_id", "name"),
    Index(None, "other_id"),
)

mounts = Table(
    "mounts",
    metadata,
    Column("id", BigId, primary_key=True),
    owned("member_id", "principals.id"),
    owned("collection_id", "collections.id"),
    Column("display_name", Text),
    Column("color", Text),
    Column("display_order", Text),
    Column("transparent", Boolean, nullable=False, server_default=text("true")),
    Column("hidden", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("member_id", "collection_id"),
    Index(None, "collection_id"),
)

object_masks = Table(
    "object_masks",
    metadata,
    Column(
        "object_id", BigId, ForeignKey("calendar_objects.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("collection_id", BigId, nullable=False),
    Column("modseq", BigInteger, nullable=False),
    Column("etag", String(64), nullable=False),
    Column("written_at", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index(None, "collection_id", "modseq"),
)

object_participants = Table(
    "object_participants",
    metadata,
    owned("object_id", "calendar_objects.id"),
    Column("collection_id", BigId, nullable=False),
    Column("participant", String(32), nullable=False),
    PrimaryKeyConstraint("object_id", "participant"),
    Index(None, "collection_id", "participant"),
)

view_changes = Table(
    "view_changes",
    metadata,
    Column("id", BigId, primary_key=True),
    owned("collection_id", "collections.id"),
    Column("object_id", BigId, nullable=False),
    Column("name", String(255), nullable=False),
    Column("modseq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("visibility", String(16)),
    Column("participant", String(32)),
    Column("saw", Boolean, nullable=False, server_default=text("false")),
    Index(None, "collection_id", "modseq"),
)

feeds = Table(
    "feeds",
    metadata,
    Column("id", BigId, primary_key=True),
    owned("principal_id", "principals.id"),
    Column("digest", String(64), nullable=False, unique=True),
    Column("label", Text, nullable=False, server_default=""),
    Column("level", String(16), nullable=False),  # full, times, freebusy
    Column("past_days", Integer, nullable=False),
    Column("future_days", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("last_used_at", BigInteger),
    # Of what it gave last: what that was made of, its entity tag, and since when it is so.
    Column("fingerprint", String(64)),
    Column("etag", String(64)),
    Column("changed_at", BigInteger, nullable=False),
    Index(None, "principal_id"),
)

feed_calendars = Table(
    "feed_calendars",
    metadata,
    owned("feed_id", "feeds.id"),
    owned("collection_id", "collections.id"),
    Column("position", Integer, nullable=False),
    PrimaryKeyConstraint("feed_id", "collection_id"),
    Index(None, "collection_id"),
)

failed_links = Table(
    "failed_links",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("address", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index(None, "address", "at"),
)
