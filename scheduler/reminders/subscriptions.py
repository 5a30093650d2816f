"""The shelf of digests: who gets that of which diary, and when the next one leaves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, delete, insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from scheduler.reminders.digests import Period
from scheduler.reminders.tables import digests

_D = digests.c


class Subscription(NamedTuple):
    """The digest of one diary for one reader."""

    owner_id: PrincipalId
    reader_id: PrincipalId
    period: Period
    at: time
    when_empty: bool
    """It comes too where there is nothing to tell."""
    next_at: int
    made_by: PrincipalId


_COLUMNS = (
    _D.owner_id, _D.reader_id, _D.period, _D.at_minute, _D.when_empty, _D.next_at, _D.made_by
)  # fmt: skip


def list_of(
    db: Db, *, owner: PrincipalId | None = None, reader: PrincipalId | None = None
) -> list[Subscription]:
    """Those of a diary, of a reader, or of both."""
    query = select(*_COLUMNS).order_by(_D.id)
    if owner is not None:
        query = query.where(_D.owner_id == owner)
    if reader is not None:
        query = query.where(_D.reader_id == reader)
    return _read(db, query)


def claim_due(db: Db, *, now: int, limit: int) -> list[Subscription]:
    """Those that are due, ours until the transaction ends."""
    query = select(*_COLUMNS).where(_D.next_at <= now).order_by(_D.next_at, _D.id)
    return _read(db, query.limit(limit).with_for_update(skip_locked=True))


def _read(db: Db, query: Select[Any]) -> list[Subscription]:
    return [
        Subscription(
            PrincipalId(owner), PrincipalId(reader), Period(period),
            time(*divmod(minute, 60)), bool(when_empty), next_at, PrincipalId(by),
        )
        for owner, reader, period, minute, when_empty, next_at, by in db.execute(query)
    ]  # fmt: skip


def put(db: Db, one: Subscription, *, now: int) -> None:
    """The reader gets it so from now on."""
    values = {
        "at_minute": one.at.hour * 60 + one.at.minute,
        "when_empty": one.when_empty,
        "next_at": one.next_at,
        "made_by": one.made_by,
        "made_at": now,
    }
    if not db.execute(update(digests).where(*_same(one)).values(**values)).rowcount:
        key = {"owner_id": one.owner_id, "reader_id": one.reader_id, "period": one.period}
        db.execute(insert(digests).values(**key, **values))


def set_next(db: Db, found: Sequence[Subscription]) -> None:
    """When each leaves next."""
    for one in found:
        db.execute(update(digests).where(*_same(one)).values(next_at=one.next_at))


def rewind(db: Db, *, now: int) -> None:
    """The clock went back: all are reckoned anew."""
    db.execute(update(digests).where(_D.next_at > now).values(next_at=now))


def remove(db: Db, one: Subscription) -> None:
    """The reader gets it no more."""
    db.execute(delete(digests).where(*_same(one)))


def _same(one: Subscription) -> tuple[ColumnElement[bool], ...]:
    return (_D.owner_id == one.owner_id, _D.reader_id == one.reader_id, _D.period == one.period)
