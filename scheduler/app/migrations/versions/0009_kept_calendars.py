"""Removed calendars are kept for a while; people are found without accents and capitals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendars.model.collation import search_key

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_PRINCIPALS = sa.table(
    "principals",
    sa.column("id", sa.BigInteger),
    sa.column("display_name", sa.Text),
    sa.column("login", sa.String),
    sa.column("email", sa.String),
    sa.column("search_key", sa.Text),
)


def upgrade() -> None:
    """Expand."""
    op.add_column("collections", sa.Column("former_name", sa.String(255)))
    op.add_column("collections", sa.Column("removed_at", sa.BigInteger()))
    op.add_column(
        "principals", sa.Column("search_key", sa.Text(), nullable=False, server_default="")
    )
    people = _PRINCIPALS.c
    rows = sa.select(people.id, people.display_name, people.login, people.email)
    for principal_id, name, login, email in op.get_bind().execute(rows).all():
        key = search_key(f"{name}\n{login}\n{email or ''}")
        op.execute(sa.update(_PRINCIPALS).where(people.id == principal_id).values(search_key=key))


def downgrade() -> None:
    """Contract: calendars that were removed go for good."""
    op.execute(sa.text("DELETE FROM collections WHERE kind = 'REMOVED'"))
    op.drop_column("principals", "search_key")
    op.drop_column("collections", "removed_at")
    op.drop_column("collections", "former_name")
