"""Telling both sides of a share: the collection `notification` of their homes."""

from __future__ import annotations

from dataclasses import dataclass

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import CollectionId, PrincipalId
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.principal import CollectionKind, Principal, Privilege
from calendars.model.share import NoticeKind, ShareState
from calendars.services.authorize import open_collection
from calendars.services.list_changes import position_of
from calendars.storage import collections, shares, sharing_notices
from calendars.storage.shares import Share
from calendars.storage.sharing_notices import NewNotice, Notice

NOTIFICATION = "notification"


@dataclass(frozen=True, slots=True)
class NoticeChanges:
    """Notifications that came and names of those that went."""

    came: list[Notice]
    gone: list[str]


def open_notice(
    db: Db, actor: Principal, login: str, name: str, *, now: int
) -> tuple[CalendarCollection, Notice]:
    """One notification with the collection that it is in. Raises NotFound."""
    box, _ = open_collection(db, actor, (login, NOTIFICATION), Privilege.READ, now=now)
    found = sharing_notices.find(db, box.id, name)
    if found is None:
        raise NotFound("there is nothing here")
    return box, found


def remove_notice(db: Db, actor: Principal, login: str, name: str, *, now: int) -> None:
    """It has been read. Raises NotFound."""
    box, notice = open_notice(db, actor, login, name, now=now)
    sharing_notices.remove(db, box.id, notice.name, now=now)


def list_notice_changes(db: Db, box: CalendarCollection, token: str) -> NoticeChanges:
    """What came and went since a token, everything for an empty one. Raises InvalidSyncToken."""
    since = position_of(box, token)
    came = sharing_notices.list_of(db, box.id, since=since)
    gone = sharing_notices.list_gone(db, box.id, since=since) if since else []
    return NoticeChanges(came, gone)


def tell_sharee(db: Db, share: Share, state: ShareState, *, now: int) -> None:
    """What was offered to him, or that it is not any more."""
    new = NewNotice(
        NoticeKind.INVITE,
        share.uid,
        share.owner_id,
        (share.owner, share.calendar),
        share.access,
        state,
        share.summary,
    )
    sharing_notices.put(db, _box_of(db, share.sharee_id), new, now=now)


def tell_owner(db: Db, share: Share, state: ShareState, *, now: int) -> None:
    """What the sharee said."""
    new = NewNotice(
        NoticeKind.REPLY,
        share.uid,
        share.sharee_id,
        (share.owner, share.calendar),
        share.access,
        state,
        share.summary,
    )
    sharing_notices.put(db, _box_of(db, share.owner_id), new, now=now)


def end_share(db: Db, share: Share, *, now: int) -> None:
    """The calendar is not offered any more; who has not answered need not know that it was."""
    shares.remove(db, share)
    if share.state is ShareState.ACCEPTED:
        tell_sharee(db, share, ShareState.DELETED, now=now)
    else:
        sharing_notices.remove(db, _box_of(db, share.sharee_id), f"{share.uid}.xml", now=now)


def _box_of(db: Db, principal: PrincipalId) -> CollectionId:
    return collections.id_of_kind(db, principal, CollectionKind.NOTIFICATIONS)
