"""COPY and MOVE of calendar objects (RFC 4918 §9.8, §9.9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from calendars.kernel.audit import Deed
from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict, Forbidden, NotFound, PreconditionFailed
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.conditions import NO_CONDITION, Precondition
from calendars.model.principal import Access, Principal, Privilege
from calendars.services.authorize import open_collection
from calendars.services.deliver_itip import Dispatch
from calendars.services.put_object import ObjectPath, PutObject, UidConflict, store_in
from calendars.services.schedule_object import schedule_removal
from calendars.services.show_objects import View
from calendars.services.write_object import remove_object
from calendars.storage import audit, calendar_objects, collections, dead_properties
from calendars.storage.dead_properties import Bearer


class NoSuchParent(Conflict):
    """The destination's collection does not exist (409, RFC 4918 §9.8.5)."""


class SameObject(Forbidden):
    """An object is asked to go where it is: a diary has a path in each home that it stands in."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """From where to where; `keep` copies, else the source goes."""

    source: ObjectPath
    destination: ObjectPath
    keep: bool
    overwrite: bool = True
    precondition: Precondition = NO_CONDITION


def move_object(
    db: Db,
    actor: Principal,
    transfer: Transfer,
    *,
    dispatch: Dispatch | None = None,
    now: int,
) -> bool:
    """Copy or move one object; whether the destination is new.

    Between the calendars of one person a move is no news; to another person's it is a removal here
    and a new object there (RFC 6638 §3.2.1, §3.2.2).

    Raises NotFound, NeedPrivileges, NoSuchParent, PreconditionFailed, UidConflict, MaskedObject,
    UnsupportedComponent, SameObject.
    """
    needed = Privilege.READ if transfer.keep else Privilege.UNBIND
    origin, access = open_collection(db, actor, transfer.source.parent, needed, now=now)
    target, target_access = _open_target(db, actor, transfer.destination, now=now)
    if (origin.id, transfer.source.name) == (target.id, transfer.destination.name):
        raise SameObject("source and destination are the same, by whatever path")
    collections.lock(db, origin.id, target.id)
    stored = View(db, origin, access).open(transfer.source.name)
    if stored is None:
        raise NotFound("there is nothing here")
    transfer.precondition.check(stored.etag, stored.schedule_tag)
    dead = dead_properties.list_of(db, Bearer(object=stored.id))
    created = _clear(db, actor, target, target_access, transfer, now=now)
    if transfer.keep:
        told = audit.about(origin, stored.name, stored.visibility, into=target.id)
        audit.record(db, actor, Deed.COPY, told, now=now)
    else:
        remove_object(db, actor, origin, stored, moved=True, now=now)
    own = not transfer.keep and origin.owner_id == target.owner_id
    if not transfer.keep and not own and dispatch is not None and stored.schedule_tag is not None:
        schedule_removal(db, dispatch, actor, (origin, access), stored, now=now)
    parsed = CalendarObject.parse(stored.data)
    moved_from = stored if own else None
    put = PutObject(transfer.destination, parsed, stored.data, moved_from=moved_from)
    store_in(db, actor, (target, target_access), put, dispatch=dispatch, now=now)
    if dead:
        _take_along(db, target, transfer.destination.name, dead)
    return created


def _take_along(db: Db, target: CalendarCollection, name: str, dead: Mapping[str, str]) -> None:
    """Dead properties follow the object (RFC 4918 §9.8.2, §9.9.1)."""
    there = calendar_objects.find(db, target.id, name)
    if there is not None:
        for prop, xml in dead.items():
            dead_properties.set_one(db, Bearer(object=there.id), prop, xml)


def _open_target(
    db: Db, actor: Principal, path: ObjectPath, *, now: int
) -> tuple[CalendarCollection, Access]:
    try:
        return open_collection(db, actor, path.parent, Privilege.BIND, now=now)
    except NotFound:
        raise NoSuchParent("there is no calendar at the destination") from None


def _clear(
    db: Db,
    actor: Principal,
    target: CalendarCollection,
    access: Access,
    transfer: Transfer,
    *,
    now: int,
) -> bool:
    """Make room at the destination; whether it was free."""
    view = View(db, target, access)
    there = view.open(transfer.destination.name)
    if there is None:
        if view.is_taken(transfer.destination.name):
            raise UidConflict(None)
        return True
    if not transfer.overwrite:
        raise PreconditionFailed("there is an object at the destination already")
    remove_object(db, actor, target, there, now=now)
    return False
