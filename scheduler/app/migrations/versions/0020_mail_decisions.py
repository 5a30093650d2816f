"""Mail arrives: what was decided of it, and what waits for a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "mail_decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("identity", sa.String(64), nullable=False, unique=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(64)),
        sa.Column("sender", sa.String(320)),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger()),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("why", sa.String(32), nullable=False),
        sa.Column("settled", sa.String(16)),
        sa.Column("settled_at", sa.BigInteger()),
        sa.Column("settled_by", sa.BigInteger()),
    )
    table = "mail_decisions"
    op.create_index("ix_mail_decisions_owner_id_id", table, ["owner_id", "id"])
    op.create_index("ix_mail_decisions_sender_at", table, ["sender", "at"])
    op.create_index("ix_mail_decisions_decision_settled", table, ["decision", "settled"])
    op.create_table(
        "quarantined_mails",
        sa.Column("decision_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("octets", sa.LargeBinary(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    """Contract."""
    op.drop_table("quarantined_mails")
    op.drop_table("mail_decisions")
