"""The shelf of imports: which items of a source were taken, so that a second run goes on there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import delete, insert, select

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.storage.tables import imports

_I = imports.c


class ImportedItem(NamedTuple):
    """One item as it was when it was taken, or refused and why."""

    item: str
    fingerprint: str
    refused_because: str | None = None


def list_of(db: Db, principal_id: PrincipalId, source: str) -> dict[str, ImportedItem]:
    """What a principal's imports have seen of a source, by item."""
    rows = db.execute(
        select(_I.item, _I.fingerprint, _I.refused_because).where(
            _I.principal_id == principal_id, _I.source == source
        )
    )
    return {row.item: ImportedItem(*row) for row in rows}


def record(
    db: Db, principal_id: PrincipalId, source: str, items: Iterable[ImportedItem], *, now: int
) -> None:
    """These items were seen; what was known of them before is replaced."""
    rows = [
        {"principal_id": principal_id, "source": source, "at": now, **item._asdict()}
        for item in items
    ]
    if not rows:
        return
    names = [row["item"] for row in rows]
    for start in range(0, len(names), 500):
        db.execute(
            delete(imports).where(
                _I.principal_id == principal_id,
                _I.source == source,
                _I.item.in_(names[start : start + 500]),
            )
        )
    db.execute(insert(imports), rows)
