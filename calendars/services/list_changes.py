"""What changed in a collection since a token (RFC 6578): an integer comparison.

Who does not see all of it gets the changes of his view: those that show, under the names by which
he knows the objects, with a token that stays while only hidden things change (SEC-3).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden
from calendars.kernel.identifiers import ObjectId
from calendars.model.calendar_collection import SYNC_TOKEN_PREFIX, CalendarCollection
from calendars.model.principal import Access
from calendars.services.show_objects import View
from calendars.storage import calendar_objects, object_masks


class InvalidSyncToken(Forbidden):
    """A token that this collection never gave, or has forgotten (DAV:valid-sync-token)."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Names that changed with their entity tags, names that went, and the token to go on from."""

    changed: list[tuple[str, str]]
    gone: list[str]
    token: str
    truncated: bool


class _Change(NamedTuple):
    """A change of a view; without a tag the name is gone."""

    position: int
    name: str
    etag: str | None


def list_changes(
    db: Db, collection: CalendarCollection, access: Access, token: str, *, limit: int | None = None
) -> Changes:
    """Changes since a token, all members for an empty one (RFC 6578 §3.2).

    With a limit, the first changes in the order in which they were made; the token that comes with
    them names the last of them, so that the next call goes on there and nothing is lost (§3.6).
    Raises InvalidSyncToken.
    """
    if not access.sees_all:
        return _changes_of_view(db, View(db, collection, access), token, limit=limit)
    since = position_of(collection, token)
    if since == collection.modseq:
        return Changes([], [], collection.sync_token, truncated=False)
    rows = calendar_objects.list_changed(
        db, collection.id, since=since, limit=None if limit is None else limit + 1
    )
    truncated = limit is not None and len(rows) > limit
    if truncated:
        rows = rows[:limit]
    position = rows[-1].modseq if truncated else collection.modseq
    changed: list[tuple[str, str]] = []
    gone: list[str] = []
    for _, name, etag, _ in rows:
        if etag is not None:
            changed.append((name, etag))
        elif since > 0:
            gone.append(name)
    return Changes(changed, gone, _token(collection, position), truncated)


def list_tags(db: Db, collection: CalendarCollection, access: Access) -> list[tuple[str, str]]:
    """Names and entity tags of all members, from the index alone."""
    if access.sees_all:
        return calendar_objects.list_tags(db, collection.id)
    found = _shown(db, View(db, collection, access), 0)
    return [(one.name, one.etag or "") for one in found.values()]


def position_of(collection: CalendarCollection, token: str) -> int:
    """The change that a token names, 0 for an empty one. Raises InvalidSyncToken."""
    if not token:
        return 0
    position = collection.position_of(token)
    if position is None:
        raise InvalidSyncToken("that sync token is not known; synchronise from the beginning")
    return position


def sync_token(db: Db, collection: CalendarCollection, access: Access) -> str:
    """RFC 6578 §4: the state of the collection as the reader sees it."""
    if access.sees_all:
        return collection.sync_token
    view = View(db, collection, access)
    return _token_of_view(view, _last_position(db, view))


def position_now(db: Db, collection: CalendarCollection, access: Access) -> int:
    """The last change of the collection that the reader can see."""
    if access.sees_all:
        return collection.modseq
    return _last_position(db, View(db, collection, access))


def token_at(db: Db, collection: CalendarCollection, access: Access, position: int) -> str:
    """The token of a position that was told before."""
    if access.sees_all:
        return _token(collection, position)
    return _token_of_view(View(db, collection, access), position)


def _token(collection: CalendarCollection, position: int) -> str:
    return f"{SYNC_TOKEN_PREFIX}{collection.incarnation}:{position}"


# --- views ---------------------------------------------------------------------------------------


def _changes_of_view(db: Db, view: View, token: str, *, limit: int | None) -> Changes:
    since = _position_in_view(view, token)
    if since == view.collection.modseq:
        return Changes([], [], token, truncated=False)
    shown = _shown(db, view, since)
    found = sorted(shown.values())
    if since:
        found = sorted([*found, *(one for one in _gone(db, view, since) if one.name not in shown)])
    cut = len(found) if limit is None else _cut(found, limit)
    truncated = cut < len(found)
    if truncated:
        position = found[cut - 1].position
    else:
        position = max([since, *(one.position for one in found)])
        position = position if since else _last_position(db, view)
    changed = [(one.name, one.etag) for one in found[:cut] if one.etag is not None]
    gone = [one.name for one in found[:cut] if one.etag is None]
    return Changes(changed, gone, _token_of_view(view, position), truncated)


def _cut(found: list[_Change], limit: int) -> int:
    """How many to tell: a token cannot stand between two sides of one change."""
    while limit < len(found) and found[limit].position == found[limit - 1].position:
        limit += 1
    return min(limit, len(found))


def _shown(db: Db, view: View, since: int) -> dict[str, _Change]:
    """What shows and changed since, by name."""
    found = [
        _Change(one.modseq, one.name, one.etag)
        for one in object_masks.list_members(db, view.collection.id, since=since)
        if view.is_whole(one)
    ]
    tags = object_masks.list_tags(db, view.collection.id, since=since)
    if since:
        tags += _masked_again(db, view, since)
    for tag in tags:
        named = None if view.is_whole(tag) else view.tag_of_mask(tag.id, tag.etag)
        if named is not None:
            found.append(_Change(tag.modseq, *named))
    return {one.name: one for one in sorted(found)}


def _masked_again(db: Db, view: View, since: int) -> list[object_masks.MaskTag]:
    """Masks that are as old as before but new to the reader, who took part until a short time."""
    left = {
        one.object_id: one.modseq
        for one in object_masks.list_view_changes(db, view.collection.id, view.marks, since=since)
        if one.saw
    }
    masks = object_masks.list_tags_of(db, sorted(left))
    return [mask._replace(modseq=max(mask.modseq, left[mask.id])) for mask in masks]


def _gone(db: Db, view: View, since: int) -> list[_Change]:
    """Names that stood for something in the reader's view once, after the token."""
    found: dict[str, _Change] = {}

    def note(position: int, name: str | None) -> None:
        if name is not None:
            found[name] = max(
                found.get(name, _Change(0, name, None)), _Change(position, name, None)
            )

    collection = view.collection.id
    for gone in object_masks.list_gone(db, collection, since=since):
        seen = gone.visibility is None or gone.visibility in view.access.sees
        note(gone.modseq, gone.name if seen else _own_name(view, gone.object_id))
    for change in object_masks.list_view_changes(db, collection, view.marks, since=since):
        seen = change.saw or change.visibility in view.access.sees
        note(change.modseq, change.name if seen else _own_name(view, change.object_id))
    return list(found.values())


def _own_name(view: View, object_id: int | None) -> str | None:
    if view.names is None or not object_id:
        return None
    return view.names.name_of(ObjectId(object_id))


def _last_position(db: Db, view: View) -> int:
    last = object_masks.last_change(db, view.collection.id, view.access.sees, view.marks)
    return max(last, view.collection.oldest_modseq)


def _token_of_view(view: View, position: int) -> str:
    return f"{_token(view.collection, position)}:{_mark(view.access)}"


def _position_in_view(view: View, token: str) -> int:
    """A token holds for the view that it was given for: who sees more or less starts over."""
    if not token:
        return 0
    inner, _, mark = token.rpartition(":")
    if mark != _mark(view.access):
        raise InvalidSyncToken("that sync token is of another view; synchronise from the beginning")
    return position_of(view.collection, inner)


def _mark(access: Access) -> str:
    reader = 0 if access.reader is None else access.reader.id
    return sha256(f"{reader} {sorted(access.sees)}".encode()).hexdigest()[:16]
