"""Everybody can be invited by a name that no change of mail address touches: urn:uuid."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ADDRESSES = sa.table(
    "calendar_user_addresses",
    sa.column("address", sa.String),
    sa.column("principal_id", sa.BigInteger),
    sa.column("position", sa.Integer),
)


def upgrade() -> None:
    """Expand."""
    principals = sa.table("principals", sa.column("id", sa.BigInteger))
    for (principal_id,) in op.get_bind().execute(sa.select(principals.c.id)).all():
        # Behind the mail address: the first one is what clients write into ORGANIZER.
        op.execute(
            sa.insert(_ADDRESSES).values(
                address=uuid4().urn, principal_id=principal_id, position=1_000
            )
        )


def downgrade() -> None:
    """Contract."""
    op.execute(sa.delete(_ADDRESSES).where(_ADDRESSES.c.address.startswith("urn:uuid:")))
