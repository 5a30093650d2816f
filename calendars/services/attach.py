"""Managed attachments: papers that the service keeps and the event names (RFC 8607).

The octets stand in the store, behind a URL that says nothing of them. Whoever sees the content of
an event that bears one may fetch it, and nobody else: with the right it comes and goes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model import attachments as lines
from calendars.model.attachments import StoredAttachment, TooManyAttachments, managed_ids
from calendars.model.calendar_object import CalendarObject
from calendars.model.component import Component, decode, parse, serialize
from calendars.model.conditions import NO_CONDITION, Precondition
from calendars.model.event_times import Place
from calendars.model.event_writing import place_of
from calendars.model.limits import LIMITS
from calendars.model.principal import Principal, Privilege
from calendars.services.authorize import open_collection
from calendars.services.collection_zone import zone_of
from calendars.services.deliver_itip import Dispatch
from calendars.services.guard_attachments import may_see_attachment
from calendars.services.keep_files import Sent, issue_attachment, keep_file
from calendars.services.put_object import ObjectPath, PutObject, PutOutcome, store_in
from calendars.services.show_objects import View
from calendars.storage import attachments


class Target(NamedTuple):
    """The object that is meant, as long as it holds, and how the URLs of attachments begin."""

    path: ObjectPath
    base_url: str
    rids: Sequence[str] | None = None
    precondition: Precondition = NO_CONDITION


class Attached(NamedTuple):
    """The id of the attachment, and the object that bears it."""

    managed_id: str
    outcome: PutOutcome


def add_attachment(
    db: Db, actor: Principal, target: Target, sent: Sent, *, dispatch: Dispatch, now: int
) -> Attached:
    """RFC 8607 §3.4. Raises NotFound, NeedPrivileges, MaskedObject, PreconditionFailed,
    AttachmentTooLarge, TooManyAttachments, BadRecurrenceId.
    """
    file = keep_file(db, sent, now=now)
    managed = issue_attachment(db, actor, file, target.base_url, now=now)

    def change(calendar: Component, place: Place) -> None:
        if len(managed_ids(calendar)) >= LIMITS.max_attachments:
            raise TooManyAttachments(f"an object bears at most {LIMITS.max_attachments}")
        lines.add(calendar, managed, target.rids, place, now=now)

    outcome = _rewrite(db, actor, target, change, dispatch=dispatch, now=now)
    return Attached(managed.managed_id, outcome)


def update_attachment(
    db: Db,
    actor: Principal,
    target: Target,
    managed_id: str,
    sent: Sent,
    *,
    dispatch: Dispatch,
    now: int,
) -> Attached:
    """Other octets take the place of what was there, under a new id (RFC 8607 §3.5).

    Raises as `add_attachment`, and NoSuchAttachment.
    """
    file = keep_file(db, sent, now=now)
    managed = issue_attachment(db, actor, file, target.base_url, replaces=managed_id, now=now)
    outcome = _rewrite(
        db,
        actor,
        target,
        lambda calendar, _: lines.update(calendar, managed_id, managed, now=now),
        dispatch=dispatch,
        now=now,
    )
    return Attached(managed.managed_id, outcome)


def remove_attachment(
    db: Db, actor: Principal, target: Target, managed_id: str, *, dispatch: Dispatch, now: int
) -> PutOutcome:
    """RFC 8607 §3.6. Raises as `update_attachment`."""
    return _rewrite(
        db,
        actor,
        target,
        lambda calendar, place: lines.remove(calendar, managed_id, target.rids, place, now=now),
        dispatch=dispatch,
        now=now,
    )


def read_attachment(db: Db, actor: Principal, managed_id: str, *, now: int) -> StoredAttachment:
    """The octets, for who sees an object that bears them. Raises NotFound.

    What somebody sent and no object bears yet, he alone sees.
    """
    found = attachments.find(db, managed_id)
    if found is None or not may_see_attachment(db, actor, managed_id, found, now=now):
        raise NotFound("there is nothing here")
    return found


def _rewrite(
    db: Db,
    actor: Principal,
    target: Target,
    change: Callable[[Component, Place], None],
    *,
    dispatch: Dispatch,
    now: int,
) -> PutOutcome:
    """The object with its lines changed goes the way that every object goes."""
    path = target.path
    collection, access = open_collection(db, actor, path.parent, Privilege.WRITE_CONTENT, now=now)
    stored = View(db, collection, access).open(path.name)
    if stored is None or not collection.is_calendar:
        raise NotFound("there is nothing here")
    calendar = parse(decode(stored.data))
    change(calendar, place_of(calendar, collection.timezone_id, zone_of(collection)))
    body = serialize(calendar).encode()
    put = PutObject(path, CalendarObject.parse(body), body, target.precondition)
    return store_in(db, actor, (collection, access), put, dispatch=dispatch, now=now)
