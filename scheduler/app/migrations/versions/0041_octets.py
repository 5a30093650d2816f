"""Files are kept once: attachments and papers of meetings name their octets by digest."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand, and move what there is."""
    op.create_table(
        "octets",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_octets"),
    )
    op.create_table(
        "octet_keepers",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("keeper", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("digest", "keeper", name="pk_octet_keepers"),
    )
    digest = sa.Column("digest", sa.String(64), nullable=False, server_default="")
    op.add_column("attachments", digest)
    op.add_column("attachments", sa.Column("first_id", sa.String(64)))
    op.create_index("ix_attachments_digest", "attachments", ["digest"])
    op.add_column("meeting_papers", sa.Column("size", sa.Integer()))
    op.add_column("meeting_papers", sa.Column("managed_id", sa.String(64)))
    _move()


def _move() -> None:
    """One file at a time: all of them together may be more than the memory holds."""
    db = op.get_bind()
    octets = sa.table("octets", sa.column("digest"), sa.column("data"), sa.column("kept_at"))
    there: set[str] = set()

    def keep(data: bytes, at: int) -> str:
        digest = sha256(data).hexdigest()
        if digest not in there:
            db.execute(octets.insert().values(digest=digest, data=data, kept_at=at))
            there.add(digest)
        return digest

    old = sa.table(
        "attachments", sa.column("id"), sa.column("data"), sa.column("made_at"), sa.column("digest")
    )
    for number in db.execute(sa.select(old.c.id).order_by(old.c.id)).scalars().all():
        found = db.execute(sa.select(old.c.data, old.c.made_at).where(old.c.id == number)).one()
        values = {"digest": keep(bytes(found.data), found.made_at)}
        db.execute(old.update().where(old.c.id == number).values(values))
    _move_papers(keep)


def _move_papers(keep: Callable[[bytes, int], str]) -> None:
    """What was handed in stays where it is read; the next change puts it on the event."""
    db = op.get_bind()
    papers = sa.table(
        "meeting_papers", *(sa.column(name) for name in ("id", "content", "added_at")),
        *(sa.column(name) for name in ("digest", "size")),
    )  # fmt: skip
    keepers = sa.table("octet_keepers", sa.column("digest"), sa.column("keeper"))
    handed = sa.select(papers.c.id).where(papers.c.content.is_not(None)).order_by(papers.c.id)
    for number in db.execute(handed).scalars().all():
        mine = papers.c.id == number
        found = db.execute(sa.select(papers.c.content, papers.c.added_at).where(mine)).one()
        digest = keep(bytes(found.content), found.added_at or 0)
        values = {"digest": digest, "size": len(found.content)}
        db.execute(papers.update().where(mine).values(values))
        db.execute(keepers.insert().values(digest=digest, keeper=f"meeting-paper/{number}"))
