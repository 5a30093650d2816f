"""The table of everything that leaves the service (NOT-1). Instants are epoch seconds UTC."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from calendars.kernel.tables import BigId, new_metadata

metadata = new_metadata()

# Which meeting and which attendee an address for answers stands for; the token is stored hashed.
reply_addresses = Table(
    "reply_addresses",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("owner_id", BigInteger, nullable=False),
    Column("recipient", String(320), nullable=False),
    Column("uid", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Index(None, "owner_id", "uid"),
)

# What a link without an account stands for, by the digest of its token (SEC-7).
links = Table(
    "links",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("purpose", String(16), nullable=False),
    Column("owner_id", BigInteger, nullable=False),
    Column("recipient", String(320), nullable=False),
    Column("about", Text, nullable=False),
    # The first link of its kind is 0; one that takes the place of a revoked one counts on.
    Column("number", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    # How often it was used to change something, since when: not without end.
    Column("deeds_from", BigInteger, nullable=False, server_default="0"),
    Column("deeds", Integer, nullable=False, server_default="0"),
    Index(None, "owner_id", "about"),
)

# Written in the transaction that decides it; delivered later, by whoever claims it.
outbox = Table(
    "outbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("kind", String(32), nullable=False),  # imip, or what a feature posts
    Column("idempotency_key", String(64), nullable=False, unique=True),
    Column("state", String(16), nullable=False),  # PENDING, HELD, SENT, FAILED, CANCELLED
    # In whose name, by whom: principals of the calendar store.
    Column("owner_id", BigInteger, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("sender", String(320), nullable=False),
    Column("sent_by", String(320)),
    Column("recipient", String(320), nullable=False),
    Column("uid", Text, nullable=False),
    Column("method", String(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # Whoever sends it has it until then; answer and instant are of the last try.
    Column("lease_until", BigInteger),
    Column("done_at", BigInteger),
    Column("answer", Text),
    # Whoever sends it just now sends it once more only if it was not withdrawn meanwhile.
    Column("withdrawn_at", BigInteger),
    # When it was claimed last: so many a minute may leave.
    Column("tried_at", BigInteger),
    # Posts: their words come from a template, the body holds the facts.
    Column("template", String(64)),
    Column("language", String(8)),
    Column("urgency", Integer, nullable=False, server_default="1"),
    Column("expires_at", BigInteger),
    Column("thread", String(998)),
    Column("reply_to", String(320)),
    # Retention (SEC-10): what the body was once it is gone, and from when on it may go where it is
    # needed for longer than others.
    Column("body_digest", String(64)),
    Column("forget_at", BigInteger),
    Index(None, "state", "urgency", "due_at"),
    Index(None, "tried_at"),
    Index(None, "owner_id", "id"),
    Index(None, "uid", "recipient"),
    Index(
        "ix_outbox_done_at_with_body", "done_at",
        sqlite_where=text("body_digest IS NULL"), postgresql_where=text("body_digest IS NULL"),
    ),
)  # fmt: skip

# What the guard keeps from leaving in titles: denied words, and names by a keyed digest (SEC-6).
guarded = Table(
    "guarded",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("kind", String(16), nullable=False),  # word, name
    Column("reference", String(200), nullable=False),
    Column("digest", String(32), nullable=False),
    Column("text", String(200)),  # of words alone
    Column("made_by", BigInteger),
    Column("made_at", BigInteger, nullable=False),
    UniqueConstraint("kind", "reference", "digest"),
    Index(None, "digest"),
)

# What the guard holds back: what it found, and who let it go all the same.
held_mails = Table(
    "held_mails",
    metadata,
    Column("outbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("flaws", Text, nullable=False),
    Column("held_at", BigInteger, nullable=False),
    Column("told_at", BigInteger),
    Column("closed_at", BigInteger),
    Column("released_by", BigInteger),
    Column("released_at", BigInteger),
    Column("reason", Text),
)

# Files that go along, once however many get them.
papers = Table(
    "papers",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("octets", LargeBinary, nullable=False),
    Column("kept_at", BigInteger, nullable=False),
)

outbox_papers = Table(
    "outbox_papers",
    metadata,
    Column("outbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("filename", Text, nullable=False),
    Column("media_type", String(128), nullable=False),
    Index(None, "digest"),
)

# Files that go with invitations to a meeting: to everybody, or to one reader alone.
cover_papers = Table(
    "cover_papers",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("owner_id", BigInteger, nullable=False),
    Column("uid", Text, nullable=False),
    Column("recipient", String(320), nullable=False),  # mailto:…, empty for everybody
    Column("digest", String(64), nullable=False),
    Column("filename", Text, nullable=False),
    Column("media_type", String(128), nullable=False),
    Column("size", Integer, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Index(None, "owner_id", "uid"),
    Index(None, "digest"),
)

# What one process does for all of them: who holds it, and until when.
leases = Table(
    "leases",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(128), nullable=False),
    Column("until", BigInteger, nullable=False),
)

# Mails that were taken in from a mailbox whose server cannot move them.
read_marks = Table(
    "read_marks",
    metadata,
    Column("mailbox", String(320), primary_key=True),
    Column("validity", BigInteger, primary_key=True),
    Column("uid", BigInteger, primary_key=True),
    Column("at", BigInteger, nullable=False),
)

# What was decided of each mail that arrived; one row for each, however often it comes.
mail_decisions = Table(
    "mail_decisions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("identity", String(64), nullable=False, unique=True),
    Column("at", BigInteger, nullable=False),
    Column("message_id", String(64)),  # hashed
    # Forgotten sooner than the row, as is what an absent person's program said.
    Column("sender", String(320)),
    Column("note", String(500)),
    Column("method", String(16), nullable=False),
    Column("uid", Text, nullable=False),
    # Whose meeting it is about, or whom it was for; nothing where nobody knows.
    Column("owner_id", BigInteger),
    Column("decision", String(16), nullable=False),
    Column("why", String(32), nullable=False),
    # What a person did with a mail that was kept: released, dropped, expired.
    Column("settled", String(16)),
    Column("settled_at", BigInteger),
    Column("settled_by", BigInteger),
    Index(None, "owner_id", "id"),
    Index(None, "sender", "at"),
    Index(None, "decision", "settled"),
)

# The mails that wait for a person.
quarantined_mails = Table(
    "quarantined_mails",
    metadata,
    Column("decision_id", BigId, primary_key=True, autoincrement=False),
    Column("octets", LargeBinary, nullable=False),
    Column("recipients", Text, nullable=False),  # of the envelope, JSON
)
