"""Secret links to calendars: made by a person for a program without a password, and taken back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from calendars.kernel.audit import Deed, Target
from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict, InvalidInput, NotFound
from calendars.kernel.identifiers import CollectionId, FeedId
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.feed import LONGEST, FeedLevel, FeedRange
from calendars.model.principal import Principal, Privilege
from calendars.services.authorize import open_collection
from calendars.services.mask_object import KEY
from calendars.storage import audit, collections, feeds, service_keys
from calendars.storage.audit import Acting
from calendars.storage.feeds import Feed, NewFeed

MAX_FEEDS = 50


class TooManyFeeds(Conflict):
    """More links than one person may have."""


class BadFeed(InvalidInput):
    """A link to nothing, or to too many days."""


@dataclass(frozen=True, slots=True)
class FeedDraft:
    """What a link shall give: calendars by (login, name), and how much of which days."""

    calendars: Sequence[tuple[str, str]]
    label: str = ""
    level: FeedLevel = FeedLevel.TIMES
    range: FeedRange = field(default_factory=FeedRange)
    expires_at: int | None = None


class IssuedFeed(NamedTuple):
    """A new link, with the token that is told this once."""

    feed: Feed
    token: str


class ToldFeed(NamedTuple):
    """A link and the calendars that it is about, as far as they are still there."""

    feed: Feed
    calendars: list[CalendarCollection]


def issue_feed(
    db: Db, holder: Principal, draft: FeedDraft, *, now: int, by: Acting | None = None
) -> IssuedFeed:
    """A new link of 256 random bits. Raises NotFound, NeedPrivileges, BadFeed, TooManyFeeds."""
    days = draft.range
    if not draft.calendars or not (0 <= days.past_days <= LONGEST >= days.future_days >= 0):
        raise BadFeed("a link is about some calendars, and ten years before and after at most")
    if draft.expires_at is not None and draft.expires_at <= now:
        raise BadFeed("a link ends later than now")
    if len(feeds.list_of(db, holder.id)) >= MAX_FEEDS:
        raise TooManyFeeds(f"a person has at most {MAX_FEEDS} links")
    wanted = dict.fromkeys(_calendar(db, holder, path, draft, now=now) for path in draft.calendars)
    token = secrets.token_urlsafe(32)
    service_keys.ensure(db, KEY, now=now)
    made = feeds.add(
        db,
        NewFeed(
            holder.id,
            digest_of(token),
            draft.label,
            draft.level,
            draft.range,
            list(wanted),
            draft.expires_at,
        ),
        now=now,
    )
    audit.record(db, by or holder, Deed.ISSUE_LINK, _about(holder, made), now=now)
    return IssuedFeed(_get(db, holder, made), token)


def _calendar(
    db: Db, holder: Principal, path: tuple[str, str], draft: FeedDraft, *, now: int
) -> CollectionId:
    needed = Privilege.READ_FREE_BUSY if draft.level is FeedLevel.BUSY else Privilege.READ
    collection, _ = open_collection(db, holder, path, needed, now=now)
    if not collection.is_calendar:
        raise NotFound("there is nothing here")
    return collection.id


def list_feeds(db: Db, holder: Principal) -> list[ToldFeed]:
    """The links that a person has, without their tokens."""
    return [told(db, feed) for feed in feeds.list_of(db, holder.id)]


def told(db: Db, feed: Feed) -> ToldFeed:
    """A link with its calendars."""
    found = [collections.get_by_id(db, one) for one in feed.calendars]
    return ToldFeed(feed, [one for one in found if one.is_calendar])


def revoke_feed(
    db: Db, holder: Principal, feed: FeedId, *, now: int, by: Acting | None = None
) -> None:
    """The link gives nothing from now on. Raises NotFound."""
    if not feeds.revoke(db, holder.id, feed, now=now):
        raise NotFound("there is no such link")
    audit.record(db, by or holder, Deed.WITHDRAW_LINK, _about(holder, feed), now=now)


def digest_of(token: str) -> str:
    """What is kept of a token: it has bits enough that nothing slower is needed."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _about(holder: Principal, feed: FeedId) -> Target:
    return Target(holder.id, details={"feed": feed})


def _get(db: Db, holder: Principal, feed: FeedId) -> Feed:
    return next(one for one in feeds.list_of(db, holder.id) if one.id == feed)
