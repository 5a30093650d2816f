"""Every table of the calendar store. Instants are epoch seconds UTC, moduli count changes.

Text is the truth, rows are an index: `calendar_objects.data` holds what the client sent, the
other columns and `occurrences` only answer queries without reading it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives row ids to INTEGER PRIMARY KEY only.
BigId = BigInteger().with_variant(Integer(), "sqlite")


def _owned(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigId, ForeignKey(target, ondelete="CASCADE"), nullable=nullable)


# --- people ------------------------------------------------------------------------------------

principals = Table(
    "principals",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("login", String(255), nullable=False, unique=True),
    Column(
        "kind", String(16), nullable=False
    ),  # INDIVIDUAL, GROUP, ROOM, RESOURCE (RFC 5545 CUTYPE)
    Column("role", String(32), nullable=False, server_default="agent"),
    Column("display_name", Text, nullable=False),
    Column("email", String(320)),
    # Name, login and e-mail as people type them who look for somebody.
    Column("search_key", Text, nullable=False, server_default=""),
    Column("capacity", Integer),
    Column("language", String(8)),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
)

# The first is the one that clients put in ORGANIZER; compared without case (RFC 6638 §2.4.1).
calendar_user_addresses = Table(
    "calendar_user_addresses",
    metadata,
    Column("address", String(320), primary_key=True),
    _owned("principal_id", "principals.id"),
    Column("position", Integer, nullable=False, server_default="0"),
    Index(None, "principal_id"),
)

group_members = Table(
    "group_members",
    metadata,
    _owned("group_id", "principals.id"),
    _owned("member_id", "principals.id"),
    PrimaryKeyConstraint("group_id", "member_id"),
    Index(None, "member_id"),
)

credentials = Table(
    "credentials",
    metadata,
    Column("id", BigId, primary_key=True),
    _owned("principal_id", "principals.id"),
    Column("kind", String(16), nullable=False),  # PASSWORD, APPLICATION, TOKEN
    Column("label", Text, nullable=False, server_default=""),
    Column("secret", Text, nullable=False),  # Argon2id, or a digest of a random secret
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
    Column("revoked_at", BigInteger),
    Index(None, "principal_id", "kind"),
)

failed_logins = Table(
    "failed_logins",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("login", String(255), nullable=False),
    Column("address", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index(None, "login", "at"),
    Index(None, "address", "at"),
)

# Where a person has signed in before: a right password from there is never held up by guessers.
known_addresses = Table(
    "known_addresses",
    metadata,
    _owned("principal_id", "principals.id"),
    Column("address", String(64), nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("principal_id", "address"),
)

# DIR-2: who keeps whose diary.
delegations = Table(
    "delegations",
    metadata,
    Column("id", BigId, primary_key=True),
    _owned("owner_id", "principals.id"),
    _owned("delegate_id", "principals.id"),
    Column("rights", String(16), nullable=False),  # freebusy < read < write < schedule < act_for
    Column("sees_private", Boolean, nullable=False, server_default=text("false")),
    Column("valid_from", BigInteger),
    Column("valid_to", BigInteger),
    Column("reason", Text, nullable=False, server_default=""),
    # One calendar of the owner's; without it all of them.
    _owned("collection_id", "collections.id", nullable=True),
    Column("origin", String(16), nullable=False, server_default="delegation"),  # or sharing
    Index(None, "owner_id", "delegate_id"),
    Index(None, "delegate_id"),
    Index(None, "collection_id"),
)

# --- calendars ---------------------------------------------------------------------------------

collections = Table(
    "collections",
    metadata,
    Column("id", BigId, primary_key=True),
    _owned("owner_id", "principals.id"),
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
    _owned("collection_id", "collections.id"),
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

# A calendar that its owner offers to a colleague; once taken, a delegation says so.
shares = Table(
    "shares",
    metadata,
    Column("id", BigId, primary_key=True),
    _owned("collection_id", "collections.id"),
    _owned("sharee_id", "principals.id"),
    Column("uid", String(64), nullable=False, unique=True),
    Column("access", String(16), nullable=False),  # read, read-write
    Column("state", String(16), nullable=False),  # noresponse, accepted, declined
    Column("summary", Text, nullable=False, server_default=""),
    Column("invited_at", BigInteger, nullable=False),
    Column("answered_at", BigInteger),
    UniqueConstraint("collection_id", "sharee_id"),
    Index(None, "sharee_id"),
)

# What stands in the collections “notification”: offers to sharees, answers to owners.
sharing_notices = Table(
    "sharing_notices",
    metadata,
    Column("id", BigId, primary_key=True),
    _owned("collection_id", "collections.id"),
    _owned("other_id", "principals.id"),
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

# How somebody sees a calendar of another that stands in his own home. A row gives no right.
mounts = Table(
    "mounts",
    metadata,
    Column("id", BigId, primary_key=True),
    _owned("member_id", "principals.id"),
    _owned("collection_id", "collections.id"),
    Column("display_name", Text),
    Column("color", Text),
    Column("display_order", Text),
    Column("transparent", Boolean, nullable=False, server_default=text("true")),
    Column("hidden", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("member_id", "collection_id"),
    Index(None, "collection_id"),
)

# SEC-11: what is gone, so that a client that was away drops it too.
tombstones = Table(
    "tombstones",
    metadata,
    _owned("collection_id", "collections.id"),
    Column("name", String(255), nullable=False),
    Column("modseq", BigInteger, nullable=False),
    Column("deleted_at", BigInteger, nullable=False),
    # What stood there, and for whom it was masked: he knows it by another name.
    Column("object_id", BigId),
    Column("visibility", String(16)),
    PrimaryKeyConstraint("collection_id", "name"),
    Index("ix_tombstones_sync", "collection_id", "modseq", "name"),
)

# One row an instance; `long` ones (over 32 days) stand apart so that a range scan stays short.
occurrences = Table(
    "occurrences",
    metadata,
    _owned("object_id", "calendar_objects.id"),
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

# SEC-3: what those see of an object that is not PUBLIC who may not see its content. `modseq` is the
# last change that shows in it, `etag` that of what it tells.
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

# SEC-2: who sees all of an object that is not PUBLIC, by digests of calendar user addresses.
object_participants = Table(
    "object_participants",
    metadata,
    _owned("object_id", "calendar_objects.id"),
    Column("collection_id", BigId, nullable=False),
    Column("participant", String(32), nullable=False),
    PrimaryKeyConstraint("object_id", "participant"),
    Index(None, "collection_id", "participant"),
)

# Who knew an object by which name before its class or its people changed: a synchronisation takes
# that name away. `visibility` is the class before, or `participant` is who saw all of it or not.
view_changes = Table(
    "view_changes",
    metadata,
    Column("id", BigId, primary_key=True),
    _owned("collection_id", "collections.id"),
    Column("object_id", BigId, nullable=False),
    Column("name", String(255), nullable=False),
    Column("modseq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("visibility", String(16)),
    Column("participant", String(32)),
    Column("saw", Boolean, nullable=False, server_default=text("false")),
    Index(None, "collection_id", "modseq"),
)

# What stood there before each overwrite and each deletion, who had written it and who removed it.
object_versions = Table(
    "object_versions",
    metadata,
    Column("id", BigId, primary_key=True),
    _owned("collection_id", "collections.id"),
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

# Messages that a mass deletion would have sent: they wait until a person says what was meant.
held_messages = Table(
    "held_messages",
    metadata,
    Column("id", BigId, primary_key=True),
    _owned("owner_id", "principals.id"),
    Column("actor_id", BigId, ForeignKey("principals.id", ondelete="SET NULL")),
    _owned("collection_id", "collections.id"),
    Column("name", String(255), nullable=False),
    Column("uid", Text, nullable=False),
    Column("version_id", BigId, ForeignKey("object_versions.id", ondelete="SET NULL")),
    Column("visibility", String(16), nullable=False),
    Column("messages", LargeBinary, nullable=False),
    Column("held_at", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),  # HELD, RELEASED, UNDONE
    Column("decided_at", BigInteger),
    Column("decided_by", BigId, ForeignKey("principals.id", ondelete="SET NULL")),
    Index(None, "owner_id", "state"),
)

# When a person's calendar last told others that something is off: what makes it a mass.
deletions_told = Table(
    "deletions_told",
    metadata,
    Column("id", BigId, primary_key=True),
    _owned("owner_id", "principals.id"),
    Column("at", BigInteger, nullable=False),
    Index(None, "owner_id", "at"),
)

# RFC 4918 §4: properties that clients keep here and the service does not understand.
dead_properties = Table(
    "dead_properties",
    metadata,
    Column("id", BigId, primary_key=True),
    _owned("principal_id", "principals.id", nullable=True),
    _owned("collection_id", "collections.id", nullable=True),
    _owned("object_id", "calendar_objects.id", nullable=True),
    Column("name", Text, nullable=False),  # {namespace}local
    Column("xml", Text, nullable=False),
    Index(None, "collection_id"),
    Index(None, "object_id"),
    Index(None, "principal_id"),
)

# SEC-7: secret links to calendars, for programs that sign in as nobody. The token is not kept.
feeds = Table(
    "feeds",
    metadata,
    Column("id", BigId, primary_key=True),
    _owned("principal_id", "principals.id"),
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
    _owned("feed_id", "feeds.id"),
    _owned("collection_id", "collections.id"),
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

# Keys the service made for itself, such as the one that signs links.
service_keys = Table(
    "service_keys",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

# SEC-8: who did what to what. Lines outlive what they speak of: they refer to nothing.
audit_lines = Table(
    "audit_lines",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("owner_id", BigInteger, nullable=False),  # whose chain: 0 is the house
    Column("number", BigInteger, nullable=False),  # its place in the chain, from 1 on
    Column("at", BigInteger, nullable=False),
    Column("actor_id", BigInteger),
    Column("face", String(16), nullable=False),  # caldav, rest, cli, mail, job, service
    Column("address", String(64)),
    Column("credential_id", BigInteger),
    Column("deed", String(32), nullable=False),
    Column("collection_id", BigInteger),
    Column("object", String(16)),  # a keyed digest of its name
    Column("visibility", String(16)),
    Column("result", String(16), nullable=False),  # done, refused
    Column("details", Text, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    UniqueConstraint("owner_id", "number"),
    Index(None, "actor_id", "id"),
)

# How long each chain is and how it ends, so that cutting off its end is seen.
audit_chains = Table(
    "audit_chains",
    metadata,
    Column("owner_id", BigId, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)

# Which leg of an import from another server is done, so that it goes on where it was.
imports = Table(
    "imports",
    metadata,
    Column("id", BigId, primary_key=True),
    _owned("principal_id", "principals.id"),
    Column("source", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("refused_because", Text),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("principal_id", "source", "item"),
)

# --- what is booked (RES-1) --------------------------------------------------------------------

# How a resource answers; one without a row is lent to everybody whenever it is free.
resource_policies = Table(
    "resource_policies",
    metadata,
    Column(
        "resource_id",
        BigId,
        ForeignKey("principals.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("category", String(16), nullable=False),  # room, vehicle, equipment
    Column("site", Text, nullable=False, server_default=""),
    Column("features", Text, nullable=False, server_default=""),  # one a line
    Column("mode", String(16), nullable=False),
    Column("min_notice", Integer, nullable=False),  # minutes
    Column("max_ahead", Integer),  # days
    Column("max_duration", Integer),  # minutes
    Column("buffer_before", Integer, nullable=False),
    Column("buffer_after", Integer, nullable=False),
    Column("max_attendees", Integer),
    Column("conflicts_allowed", Integer),
    Column("conflict_percent", Integer),
    Column("hours", Text, nullable=False),  # JSON: [[weekdays], first minute, last minute]
    Column("look_ahead", Integer, nullable=False),  # days
)

# Who may book a resource, and who is asked: people and groups.
resource_parties = Table(
    "resource_parties",
    metadata,
    _owned("resource_id", "principals.id"),
    _owned("party_id", "principals.id"),
    Column("part", String(16), nullable=False),  # BOOKER, APPROVER
    PrimaryKeyConstraint("resource_id", "party_id", "part"),
    Index(None, "party_id"),
)

resource_closures = Table(
    "resource_closures",
    metadata,
    Column("id", BigId, primary_key=True),
    _owned("resource_id", "principals.id"),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Index(None, "resource_id", "ends_at"),
)
