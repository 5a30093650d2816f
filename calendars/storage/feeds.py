"""The shelf of secret links: their tokens stand here as digests only (SEC-7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, func, insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, FeedId, PrincipalId
from calendars.model.feed import FeedLevel, FeedRange
from calendars.storage.tables import failed_links, feed_calendars, feeds

_F, _C, _B = feeds.c, feed_calendars.c, failed_links.c


class Feed(NamedTuple):
    """One link; `etag` and `changed_at` are of what it gave last."""

    id: FeedId
    principal_id: PrincipalId
    label: str
    level: FeedLevel
    range: FeedRange
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    last_used_at: int | None
    fingerprint: str | None
    etag: str | None
    changed_at: int
    calendars: tuple[CollectionId, ...]


class NewFeed(NamedTuple):
    """What a link is made with."""

    principal_id: PrincipalId
    digest: str
    label: str
    level: FeedLevel
    range: FeedRange
    calendars: Sequence[CollectionId]
    expires_at: int | None


_ALL: Select[Any] = select(
    _F.id,
    _F.principal_id,
    _F.label,
    _F.level,
    _F.past_days,
    _F.future_days,
    _F.created_at,
    _F.expires_at,
    _F.revoked_at,
    _F.last_used_at,
    _F.fingerprint,
    _F.etag,
    _F.changed_at,
)


def add(db: Db, new: NewFeed, *, now: int) -> FeedId:
    """One more link."""
    values = {
        "principal_id": new.principal_id,
        "digest": new.digest,
        "label": new.label,
        "level": str(new.level),
        "past_days": new.range.past_days,
        "future_days": new.range.future_days,
        "created_at": now,
        "expires_at": new.expires_at,
        "changed_at": now,
    }
    made = FeedId(db.execute(insert(feeds).values(**values).returning(_F.id)).scalar_one())
    rows = [
        {"feed_id": made, "collection_id": one, "position": at}
        for at, one in enumerate(new.calendars)
    ]
    db.execute(insert(feed_calendars), rows)
    return made


def find(db: Db, digest: str) -> Feed | None:
    """The link of a token's digest, whether it is still good or not."""
    found = _feeds(db, _ALL.where(_F.digest == digest))
    return found[0] if found else None


def list_of(db: Db, principal: PrincipalId) -> list[Feed]:
    """Links of a person that were not revoked, oldest first."""
    mine = _ALL.where(_F.principal_id == principal, _F.revoked_at.is_(None))
    return _feeds(db, mine.order_by(_F.id))


def _feeds(db: Db, query: Select[Any]) -> list[Feed]:
    return [_feed(db, *row) for row in db.execute(query).all()]


def _feed(db: Db, number: FeedId, *row: Any) -> Feed:  # noqa: ANN401 - in the order of _ALL
    principal, label, level, past_days, future_days, *rest = row
    calendars = db.execute(
        select(_C.collection_id).where(_C.feed_id == number).order_by(_C.position)
    ).scalars()
    days = FeedRange(past_days, future_days)
    known = (number, principal, label, FeedLevel(level), days, *rest, tuple(calendars))
    return Feed._make(known)


def revoke(db: Db, principal: PrincipalId, feed: FeedId, *, now: int) -> bool:
    """The link ends; whether there was such a one."""
    ended = db.execute(
        update(feeds)
        .where(_F.id == feed, _F.principal_id == principal, _F.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return ended.rowcount > 0


def note_use(db: Db, feed: FeedId, *, now: int, given: tuple[str, str, int] | None) -> None:
    """It was used; if what it gives is new, its fingerprint, its tag, and since when."""
    values: dict[str, object] = {"last_used_at": now}
    if given is not None:
        fingerprint, etag, changed_at = given
        values |= {"fingerprint": fingerprint, "etag": etag, "changed_at": changed_at}
    db.execute(update(feeds).where(_F.id == feed).values(**values))


# --- wrong tokens --------------------------------------------------------------------------------


def count_failures(db: Db, address: str, *, since: int) -> int:
    """Wrong tokens from one address."""
    query = select(func.count()).where(_B.address == address, _B.at >= since)
    return int(db.execute(query).scalar_one())


def count_all_failures(db: Db, *, since: int) -> int:
    """Wrong tokens from anywhere."""
    return int(db.execute(select(func.count()).where(_B.at >= since)).scalar_one())


def record_failure(db: Db, address: str, *, now: int) -> None:
    """One more."""
    db.execute(insert(failed_links).values(address=address, at=now))


def forget_failures(db: Db, *, before: int) -> int:
    """Those from before an instant; how many there were."""
    return db.execute(delete(failed_links).where(_B.at < before)).rowcount
