"""Change an object, or one occurrence of a series, by a draft that names only what changes."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.model.calendar_object import CalendarObject
from calendars.model.component import Component, decode, parse, serialize
from calendars.model.conditions import NO_CONDITION, Precondition
from calendars.model.event_draft import EventDraft
from calendars.model.event_times import Place
from calendars.model.event_writing import (
    amend,
    amend_occurrence,
    exclude_occurrence,
    place_of,
)
from calendars.model.principal import Principal, Privilege
from calendars.services.collection_zone import zone_of
from calendars.services.create_object import Written
from calendars.services.delete_object import delete_object
from calendars.services.deliver_itip import Dispatch
from calendars.services.put_object import ObjectPath, PutObject, PutOutcome, store_in
from calendars.services.read_entry import OpenEntry, open_entry


class Target(NamedTuple):
    """An object, or the occurrence of it whose original start is named, as long as it holds."""

    path: ObjectPath
    occurrence: date | int | None = None
    precondition: Precondition = NO_CONDITION


class _Opened(NamedTuple):
    entry: OpenEntry
    calendar: Component
    place: Place


def amend_object(
    db: Db,
    actor: Principal,
    target: Target,
    draft: EventDraft,
    *,
    dispatch: Dispatch | None = None,
    now: int,
) -> Written:
    """Write what the draft says; all else stays as it was written. No change is no new version.

    Raises NotFound, NoSuchOccurrence, NeedPrivileges, PreconditionFailed, DraftRefused,
    InvalidCalendarData.
    """
    opened = _open(db, actor, target, now=now)
    if target.occurrence is None:
        changed = amend(opened.calendar, draft, opened.place, now=now)
    else:
        changed = amend_occurrence(opened.calendar, draft, target.occurrence, opened.place, now=now)
    if not changed:
        stored = opened.entry.stored
        outcome = PutOutcome(stored.etag, False, stored.data, schedule_tag=stored.schedule_tag)
        return Written(opened.entry.collection, target.path, stored.data, outcome)
    return _store(db, actor, target, opened, dispatch=dispatch, now=now)


def remove_entry(
    db: Db, actor: Principal, target: Target, *, dispatch: Dispatch | None = None, now: int
) -> None:
    """Remove the object, or one occurrence of it; with the last one the object goes too.

    Raises NotFound, NoSuchOccurrence, NeedPrivileges, PreconditionFailed.
    """
    if target.occurrence is None:
        opened = open_entry(db, actor, target.path, Privilege.UNBIND, now=now)
        target.precondition.check(opened.stored.etag)
        delete_object(db, actor, target.path, dispatch=dispatch, now=now)
        return
    series = _open(db, actor, target, now=now)
    if exclude_occurrence(series.calendar, target.occurrence, series.place, now=now):
        _store(db, actor, target, series, dispatch=dispatch, now=now)
    else:
        delete_object(db, actor, target.path, dispatch=dispatch, now=now)


def _open(db: Db, actor: Principal, target: Target, *, now: int) -> _Opened:
    found = open_entry(db, actor, target.path, Privilege.WRITE_CONTENT, now=now)
    target.precondition.check(found.stored.etag)
    calendar = parse(decode(found.stored.data))
    tzid, zone = found.collection.timezone_id, zone_of(found.collection)
    return _Opened(found, calendar, place_of(calendar, tzid, zone))


def _store(
    db: Db,
    actor: Principal,
    target: Target,
    opened: _Opened,
    *,
    dispatch: Dispatch | None,
    now: int,
) -> Written:
    body = serialize(opened.calendar).encode()
    put = PutObject(target.path, CalendarObject.parse(body), body)
    collection, access, _ = opened.entry
    outcome = store_in(db, actor, (collection, access), put, dispatch=dispatch, now=now)
    return Written(collection, target.path, outcome.body, outcome)
