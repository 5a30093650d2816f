"""Follow every calendar by its change log, as a synchronising client does (docs/adr/0005).

For what is reckoned from the diaries and kept elsewhere, such as reminders: it sees what is written
by whichever face, it may come late, and what it costs grows with the changes alone. What it is
handed is for the service itself and for no reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.identifiers import CollectionId, ObjectId, PrincipalId
from calendars.services.collection_zone import zone_of
from calendars.storage import collections, followed
from calendars.storage.followed import FollowedObject

__all__ = [
    "FollowedObject",
    "Heard",
    "hear",
    "list_calendars_now",
    "owner_in",
    "read_followed",
    "zone_in",
]


class Heard(NamedTuple):
    """A slice of what changed in a calendar, and where to go on."""

    changed: list[FollowedObject]
    gone: list[ObjectId]
    position: int
    more: bool


def list_calendars_now(db: Db) -> dict[CollectionId, int]:
    """Every calendar of a person or a group, with the number of its last change."""
    return dict(followed.list_heard(db))


def hear(db: Db, collection: CollectionId, *, since: int, limit: int) -> Heard:
    """What changed in a calendar since a change; what went is told with the first slice."""
    upto = collections.get_by_id(db, collection).modseq
    changed = followed.list_changed(db, collection, since=since, limit=limit)
    gone = followed.list_gone(db, collection, since=since) if since > 0 else []
    more = len(changed) == limit
    return Heard(changed, gone, changed[-1].modseq if more else upto, more)


def read_followed(db: Db, ids: Sequence[ObjectId]) -> dict[ObjectId, FollowedObject]:
    """Objects as they stand now; those that are gone are left out."""
    return {one.id: one for one in followed.list_by_id(db, ids)}


def zone_in(db: Db, collection: CollectionId) -> tzinfo:
    """The zone in which a calendar reads floating times."""
    return zone_of(collections.get_by_id(db, collection))


def owner_in(db: Db, collection: CollectionId) -> PrincipalId:
    """Whose calendar it is."""
    return collections.get_by_id(db, collection).owner_id
