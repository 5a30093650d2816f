"""What a secret link gives: a calendar to subscribe to, or busy time (protocol §2.2, §2.3).

The rights of its holder are asked for at every use. A token that is wrong, expired or revoked and
one whose holder may look no more are answered alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from calendars.kernel.audit import Face, Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import ServiceError
from calendars.kernel.identifiers import Etag, etag_of
from calendars.model.budget import Budget
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.calendar_user_address import preferred_address
from calendars.model.component import escape
from calendars.model.entry import ENTRIES
from calendars.model.feed import FeedLevel, head_of
from calendars.model.free_busy import BusyInterval, free_busy
from calendars.model.mask import mask_of, mask_tag
from calendars.model.principal import Access, Principal, PrincipalKind, Privilege
from calendars.model.visibility import Mask, Pseudonyms, VisibleObject, masked, whole
from calendars.model.window import Window
from calendars.services.authorize import access_to
from calendars.services.export_calendar import written
from calendars.services.find_busy_time import busy_instances
from calendars.services.issue_feed import digest_of
from calendars.services.mask_object import KEY
from calendars.services.query_objects import objects_within
from calendars.services.show_objects import View
from calendars.services.wrong_tokens import WrongToken
from calendars.storage import (
    audit,
    calendar_objects,
    collections,
    feeds,
    object_masks,
    principals,
    service_keys,
)
from calendars.storage.calendar_objects import StoredObject
from calendars.storage.feeds import Feed

USE_NOTED_EVERY = 600
_BATCH = 200

Asked = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Published:
    """What a link gives; no text where the asker has it already."""

    feed: Feed
    etag: Etag
    changed_at: int
    text: str | None
    fingerprint: str | None = None

    @property
    def is_new(self) -> bool:
        """It differs from what the link gave last."""
        return self.fingerprint is not None and self.fingerprint != self.feed.fingerprint


class _Open(NamedTuple):
    """A good link, whose it is, and what it is about."""

    feed: Feed
    holder: Principal
    shelves: list[tuple[CalendarCollection, Access]]
    now: int


def publish_calendar(
    db: Db, token: str, asked: Asked, known: frozenset[str] | None, *, now: int
) -> Published:
    """The entries of the link's days: series whole, each UID the same every time.

    Raises WrongToken, TooManyInstances.
    """
    opened = _open(db, token, Privilege.READ, now=now)
    if opened.feed.level is FeedLevel.BUSY:
        raise WrongToken
    window = opened.feed.range.window(now, asked)
    mark = _fingerprint(opened, window, "ics") if asked == (None, None) else None
    if (same := _unchanged(opened.feed, mark, known)) is not None:
        return same
    shown = (
        one
        for collection, access in opened.shelves
        for one in _shown(db, opened, collection, access, window)
    )
    text = "".join(written(shown, head_of(escape(_name_of(opened)))))
    return _published(opened.feed, text, etag_of(text.encode()), mark, now=now)


def publish_busy(
    db: Db, token: str, asked: Asked, known: frozenset[str] | None, *, now: int
) -> Published:
    """One VFREEBUSY: periods, merged and sorted. Raises WrongToken, TooManyInstances."""
    opened = _open(db, token, Privilege.READ_FREE_BUSY, now=now)
    window = opened.feed.range.busy_window(now, asked)
    busy = [
        BusyInterval(row.starts_at, row.ends_at, row.busy)
        for collection, _ in opened.shelves
        if not collection.transparent
        for row in busy_instances(db, collection, window)
    ]
    lines = [f"UID:{_busy_uid(opened.feed)}", f"ORGANIZER:{preferred_address(opened.holder)}"]

    def text(stamp: int) -> str:
        return free_busy(busy, window, stamp=stamp, method="PUBLISH", lines=lines)

    # What differs but in its DTSTAMP says nothing new.
    etag = etag_of(text(0).encode())
    if known is not None and (etag in known or "*" in known):
        return Published(opened.feed, etag, now, None)
    return Published(opened.feed, etag, now, text(now))


def note_use(db: Db, published: Published, *, now: int) -> None:
    """When the link was used last, and what it gave."""
    given = None
    if published.is_new and published.fingerprint is not None:
        given = published.fingerprint, published.etag, published.changed_at
    feeds.note_use(db, published.feed.id, now=now, given=given)


def wants_note(published: Published, *, now: int) -> bool:
    """It is worth a write: polls come every few minutes and mostly find nothing."""
    last = published.feed.last_used_at
    return published.is_new or last is None or last < now - USE_NOTED_EVERY


def _open(db: Db, token: str, needed: Privilege, *, now: int) -> _Open:
    feed = feeds.find(db, digest_of(token))
    if feed is None or feed.revoked_at is not None or (feed.expires_at or now + 1) <= now:
        raise WrongToken
    holder = principals.get_by_id(db, feed.principal_id)
    found = [collections.get_by_id(db, one) for one in feed.calendars]
    shelves = [(one, access_to(db, holder, one, now=now)) for one in found if one.is_calendar]
    shelves = [(one, access) for one, access in shelves if needed in access.privileges]
    if holder.disabled or not shelves:
        raise WrongToken
    return _Open(feed, holder, shelves, now)


def _fingerprint(opened: _Open, window: Window, kind: str) -> str:
    """What the text is made of, so that a poll need not make it."""
    parts = [
        (c.id, c.incarnation, c.modseq, c.display_name, c.timezone_id, sorted(access.sees))
        for c, access in opened.shelves
    ]
    return sha256(repr((kind, opened.feed.id, window, parts)).encode()).hexdigest()


def _unchanged(feed: Feed, mark: str | None, known: frozenset[str] | None) -> Published | None:
    if mark is None or mark != feed.fingerprint or feed.etag is None or not known:
        return None
    if feed.etag not in known and "*" not in known:
        return None
    return Published(feed, Etag(feed.etag), feed.changed_at, None, mark)


def _published(feed: Feed, text: str, etag: Etag, mark: str | None, *, now: int) -> Published:
    changed_at = feed.changed_at if etag == feed.etag else now
    return Published(feed, etag, changed_at, text, mark)


def _name_of(opened: _Open) -> str:
    names = [collection.display_name or collection.name for collection, _ in opened.shelves]
    return opened.feed.label or ", ".join(names)


def _busy_uid(feed: Feed) -> str:
    return f"freebusy-{feed.id}@niaouli"


# --- what is told of each entry ------------------------------------------------------------------


def _shown(
    db: Db, opened: _Open, collection: CalendarCollection, access: Access, window: Window
) -> Iterator[VisibleObject]:
    key = service_keys.find(db, KEY)
    if key is None:
        return
    names = Pseudonyms(key, f"feed {opened.feed.id}")
    reader = opened.holder.acting(Origin(Face.LINK))
    owner = principals.kind_of(db, collection.owner_id)
    view = View(db, collection, access)
    rest = iter(_within(db, collection, window))
    while batch := list(islice(rest, _BATCH)):
        told = {one.id for one in batch if _is_told(opened.feed, view, one)}
        hidden = [one for one in batch if one.id not in told]
        masks = object_masks.list_masks(db, [one.id for one in hidden])
        for one in batch:
            if one.id in told:
                what = one.name, one.visibility
                audit.record_read(db, reader, collection, what, now=opened.now)
                yield whole(one)
            elif (mask := masks.get(one.id) or _masked_now(one, owner)) is not None:
                yield masked(one, mask, names)


def _within(db: Db, collection: CalendarCollection, window: Window) -> Iterable[StoredObject]:
    budget = Budget()
    for component in ENTRIES:
        if component in collection.components:
            found = objects_within(db, collection, component, window, budget)
            # In one order, so that an equal calendar is an equal text.
            listed = calendar_objects.list_by_id(db, list(found))
            yield from sorted(listed, key=lambda one: one.id)


def _is_told(feed: Feed, view: View, one: StoredObject) -> bool:
    return feed.level.tells(one.visibility, seen=view.is_whole(one))


def _masked_now(stored: StoredObject, owner: PrincipalKind) -> Mask | None:
    """The mask of what is PUBLIC, which no shelf holds."""
    try:
        data = mask_of(CalendarObject.parse(stored.data), owner)
    except ServiceError:
        return None
    return Mask(stored.id, mask_tag(data), stored.written_at, data)
