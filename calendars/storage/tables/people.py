"""Who there is, how they sign in, and who may act for whom."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from calendars.kernel.tables import BigId
from calendars.storage.tables.base import metadata, owned

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

calendar_user_addresses = Table(
    "calendar_user_addresses",
    metadata,
    Column("address", String(320), primary_key=True),
    owned("principal_id", "principals.id"),
    Column("position", Integer, nullable=False, server_default="0"),
    Index(None, "principal_id"),
)

# Of people without an account: the language that they want to be written to in.
outside_languages = Table(
    "outside_languages",
    metadata,
    Column("address", String(320), primary_key=True),  # mailto:…
    Column("language", String(8), nullable=False),
    Column("chosen_at", BigInteger, nullable=False),
)

group_members = Table(
    "group_members",
    metadata,
    owned("group_id", "principals.id"),
    owned("member_id", "principals.id"),
    PrimaryKeyConstraint("group_id", "member_id"),
    Index(None, "member_id"),
)

# From when to when somebody belongs to a group, both days included (DIR-1). Who has none here
# belongs to it while `group_members` says so, which follows these days by itself.
group_periods = Table(
    "group_periods",
    metadata,
    owned("group_id", "principals.id"),
    owned("member_id", "principals.id"),
    Column("valid_from", Date),
    Column("valid_to", Date),
    PrimaryKeyConstraint("group_id", "member_id"),
    Index(None, "member_id"),
)

credentials = Table(
    "credentials",
    metadata,
    Column("id", BigId, primary_key=True),
    owned("principal_id", "principals.id"),
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

known_addresses = Table(
    "known_addresses",
    metadata,
    owned("principal_id", "principals.id"),
    Column("address", String(64), nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("principal_id", "address"),
)

delegations = Table(
    "delegations",
    metadata,
    Column("id", BigId, primary_key=True),
    owned("owner_id", "principals.id"),
    owned("delegate_id", "principals.id"),
    Column("rights", String(16), nullable=False),  # freebusy < read < write < schedule < act_for
    Column("sees_private", Boolean, nullable=False, server_default=text("false")),
    Column("valid_from", BigInteger),
    Column("valid_to", BigInteger),
    Column("reason", Text, nullable=False, server_default=""),
    # One calendar of the owner's; without it all of them.
    owned("collection_id", "collections.id", nullable=True),
    Column("origin", String(16), nullable=False, server_default="delegation"),  # or sharing
    Index(None, "owner_id", "delegate_id"),
    Index(None, "delegate_id"),
    Index(None, "collection_id"),
)
