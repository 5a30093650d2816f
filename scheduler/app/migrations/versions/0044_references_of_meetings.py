"""References of meetings stand where those of everything else do; a system for what fits none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

OTHERS, PATTERN, LONGEST = "DIVERS", r"\S.{0,63}", 64

systems = sa.table("reference_systems", sa.column("code"), sa.column("label"), sa.column("pattern"))
refs = sa.table(
    "external_refs", sa.column("system"), sa.column("number"), sa.column("kind"),
    sa.column("owner"), sa.column("key"), sa.column("made_by"), sa.column("made_at"),
)  # fmt: skip
meetings = sa.table("meetings", sa.column("ref"), sa.column("external_refs"), sa.column("made_at"))


def upgrade() -> None:
    """Expand: the column stays, and stays empty."""
    db = op.get_bind()
    patterns: dict[str, str] = {
        row.code: row.pattern for row in db.execute(sa.select(systems.c.code, systems.c.pattern))
    }
    taken = {(row.system, row.number): (row.kind, row.key) for row in db.execute(sa.select(refs))}
    rows = db.execute(sa.select(meetings).where(meetings.c.external_refs != "[]")).all()
    if rows and OTHERS not in patterns:  # a new store stays without rows: backups go into it
        label = "Autres références"
        db.execute(sa.insert(systems).values(code=OTHERS, label=label, pattern=PATTERN))
    for row in rows:
        for text in json.loads(row.external_refs):
            _move(db, text.strip()[:LONGEST], row, patterns, taken)
    db.execute(sa.update(meetings).values(external_refs="[]"))


def _move(
    db: sa.Connection, number: str, meeting: sa.Row[tuple[str, str, int]],
    patterns: Mapping[str, str], taken: dict[tuple[str, str], tuple[str, str]],
) -> None:  # fmt: skip
    """One number; where it stands for something else already, it is told apart by a count."""
    if not number:
        return
    subject = ("meeting", meeting.ref)
    fitting = [code for code, one in patterns.items() if code != OTHERS and _fits(one, number)]
    system = fitting[0] if len(fitting) == 1 else OTHERS
    if taken.get((system, number)) == subject:
        return
    count, free = 2, number
    while (system, free) in taken:
        system, free = OTHERS, f"{number[: LONGEST - 6]} ({count})"
        count += 1
    taken[system, free] = subject
    values = {"system": system, "number": free, "kind": "meeting", "owner": "", "key": meeting.ref}
    db.execute(sa.insert(refs).values(**values, made_by="", made_at=meeting.made_at))


def _fits(pattern: str, number: str) -> bool:
    return re.fullmatch(pattern, number) is not None
