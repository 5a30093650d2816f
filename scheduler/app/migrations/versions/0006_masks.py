"""Masks: what those see of an object who may not see its content."""

from __future__ import annotations

import secrets
import time

import sqlalchemy as sa
from alembic import op

from calendars.kernel.errors import ServiceError
from calendars.model.calendar_object import CalendarObject
from calendars.model.mask import mask_of, mask_tag
from calendars.model.principal import PrincipalKind
from calendars.model.visibility import participants_of

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand, and mask what stands there already."""
    op.create_table(
        "object_masks",
        sa.Column("object_id", _BIG_ID, nullable=False),
        sa.Column("collection_id", _BIG_ID, nullable=False),
        sa.Column("modseq", sa.BigInteger(), nullable=False),
        sa.Column("etag", sa.String(length=64), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["object_id"],
            ["calendar_objects.id"],
            name=op.f("fk_object_masks_object_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("object_id", name=op.f("pk_object_masks")),
    )
    op.create_index(
        op.f("ix_object_masks_collection_id_modseq"), "object_masks", ["collection_id", "modseq"]
    )
    op.create_table(
        "object_participants",
        sa.Column("object_id", _BIG_ID, nullable=False),
        sa.Column("collection_id", _BIG_ID, nullable=False),
        sa.Column("participant", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["object_id"],
            ["calendar_objects.id"],
            name=op.f("fk_object_participants_object_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("object_id", "participant", name=op.f("pk_object_participants")),
    )
    op.create_index(
        op.f("ix_object_participants_collection_id_participant"),
        "object_participants",
        ["collection_id", "participant"],
    )
    op.create_table(
        "view_changes",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("collection_id", _BIG_ID, nullable=False),
        sa.Column("object_id", _BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("modseq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=True),
        sa.Column("participant", sa.String(length=32), nullable=True),
        sa.Column("saw", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["collections.id"],
            name=op.f("fk_view_changes_collection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_changes")),
    )
    op.create_index(
        op.f("ix_view_changes_collection_id_modseq"), "view_changes", ["collection_id", "modseq"]
    )
    op.add_column("tombstones", sa.Column("object_id", _BIG_ID, nullable=True))
    op.add_column("tombstones", sa.Column("visibility", sa.String(length=16), nullable=True))
    _mask_all(op.get_bind())


def _mask_all(db: sa.Connection) -> None:
    now = int(time.time())
    rows = db.execute(
        sa.text(
            "SELECT o.id, o.collection_id, o.modseq, o.data, p.kind FROM calendar_objects o"
            " JOIN collections c ON c.id = o.collection_id JOIN principals p ON p.id = c.owner_id"
            " WHERE o.visibility <> 'PUBLIC'"
        )
    ).all()
    if rows:
        db.execute(
            sa.text("INSERT INTO service_keys VALUES ('visibility', :value, :now)"),
            {"value": secrets.token_bytes(32), "now": now},
        )
    for object_id, collection_id, modseq, data, kind in rows:
        try:
            parsed = CalendarObject.parse(bytes(data))
        except ServiceError:
            continue  # what cannot be read has no mask, and stays hidden
        mask = mask_of(parsed, PrincipalKind(kind))
        where = {"object_id": object_id, "collection_id": collection_id}
        db.execute(
            sa.text(
                "INSERT INTO object_masks VALUES"
                " (:object_id, :collection_id, :modseq, :etag, :now, :data)"
            ),
            {**where, "modseq": modseq, "etag": mask_tag(mask), "now": now, "data": mask},
        )
        for mark in participants_of(parsed):
            db.execute(
                sa.text(
                    "INSERT INTO object_participants VALUES (:object_id, :collection_id, :mark)"
                ),
                {**where, "mark": mark},
            )


def downgrade() -> None:
    """Contract."""
    op.execute("DELETE FROM service_keys WHERE name = 'visibility'")
    op.drop_column("tombstones", "visibility")
    op.drop_column("tombstones", "object_id")
    op.drop_table("view_changes")
    op.drop_table("object_participants")
    op.drop_table("object_masks")
