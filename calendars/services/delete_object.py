"""Remove one calendar object; its text stays in the history, its name in the change log."""

from __future__ import annotations

from dataclasses import dataclass

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.conditions import NO_CONDITION, Precondition
from calendars.model.principal import Principal, Privilege
from calendars.services.ask_approvers import ask_approvers
from calendars.services.authorize import open_collection
from calendars.services.deliver_itip import Dispatch
from calendars.services.put_object import ObjectPath
from calendars.services.reconcile import may_remove
from calendars.services.schedule_object import calendar_of, lock_involved, schedule_removal
from calendars.services.show_objects import View
from calendars.services.write_object import remove_object
from calendars.storage import calendar_objects, collections


@dataclass(frozen=True, slots=True)
class Removal:
    """How an object goes; with `reply` false an attendee goes without a word (RFC 6638 §8.1)."""

    precondition: Precondition = NO_CONDITION
    reply: bool = True


PLAIN = Removal()


def delete_object(
    db: Db,
    actor: Principal,
    path: ObjectPath,
    removal: Removal = PLAIN,
    *,
    dispatch: Dispatch | None = None,
    now: int,
) -> None:
    """Remove the object, and tell those it concerns unless there is no dispatch.

    Raises NotFound, NeedPrivileges, PreconditionFailed, MaskedObject.
    """
    collection, access = open_collection(db, actor, path.parent, Privilege.UNBIND, now=now)
    _lock(db, collection, path.name)
    stored = View(db, collection, access).open(path.name)
    if stored is None:
        removal.precondition.check(None)
        raise NotFound("there is nothing here")
    may_remove(db, collection, stored, path.name, removal.precondition)
    remove_object(db, actor, collection, stored, now=now)
    if collection.of_resource:
        ask_approvers(db, collection, stored.uid, now=now)
    if dispatch is not None and collection.is_calendar and stored.schedule_tag is not None:
        opened = (collection, access)
        schedule_removal(db, dispatch, actor, opened, stored, reply=removal.reply, now=now)


def _lock(db: Db, collection: CalendarCollection, name: str) -> None:
    """Nobody changes the object, nor what a meeting's people hold of it, meanwhile."""
    if not collections.must_lock(db):
        return
    stored = calendar_objects.find(db, collection.id, name)
    if stored is not None and stored.schedule_tag is not None:
        lock_involved(db, collection, [calendar_of(stored)])
    else:
        collections.lock(db, collection.id)
