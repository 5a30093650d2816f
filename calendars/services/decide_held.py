"""What a mass deletion held back: look at it, send it after all, or undo the deletion."""

from __future__ import annotations

from typing import NamedTuple

from calendars.kernel.audit import Deed
from calendars.kernel.database import Db
from calendars.kernel.errors import Conflict, NotFound
from calendars.kernel.identifiers import HeldId
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.component import Component
from calendars.model.principal import Principal, Privilege
from calendars.services.authorize import access_to, authorize
from calendars.services.deliver_itip import Dispatch, Sender, deliver, recipients_of
from calendars.services.find_principals import get_principal
from calendars.services.hold_messages import find_held, messages_of
from calendars.services.put_object import ObjectPath
from calendars.services.restore_version import restore_version
from calendars.services.show_held import show_held
from calendars.storage import audit, collections, held_messages, principals
from calendars.storage.held_messages import Held


class CalendarGone(Conflict):
    """What was deleted stood in a calendar that was removed after it."""


class HeldDeletion(NamedTuple):
    """A deletion of which nobody was told yet."""

    id: HeldId
    collection: CalendarCollection
    name: str
    held_at: int
    recipients: tuple[str, ...]
    content: Component | None
    """What the first of them would have been told; None where the asker does not see content."""


def list_held(db: Db, actor: Principal, login: str, *, now: int) -> list[HeldDeletion]:
    """What waits in a person's name, for those who keep the diary. Raises NotFound."""
    owner = get_principal(db, login)
    found = held_messages.list_of(db, owner.id)
    told = [one for one in (_told(db, actor, held, now=now) for held in found) if one is not None]
    if not told and owner.id != actor.id:
        raise NotFound("there is nothing here")
    return told


def release_held(
    db: Db, actor: Principal, login: str, held: HeldId, *, dispatch: Dispatch, now: int
) -> None:
    """The deletion was meant: everybody is told now. Raises NotFound, NeedPrivileges."""
    found, collection = _open(db, actor, login, held, Privilege.SCHEDULE, now=now)
    owner = principals.get_by_id(db, found.owner_id)
    messages = messages_of(found)
    sender = Sender(actor, owner, dispatch.transport)
    deliver(db, sender, messages, recipients_of(db, messages), now=now)
    held_messages.decide(db, held, "RELEASED", by=actor.id, now=now)
    told = audit.about(collection, found.name, found.visibility, messages=len(messages))
    audit.record(db, actor, Deed.RELEASE, told, now=now)
    show_held(db, actor, found.owner_id, now=now)


def undo_held(db: Db, actor: Principal, login: str, held: HeldId, *, now: int) -> ObjectPath:
    """The deletion was a slip: the object is back, and nobody ever knew.

    Raises NotFound, NeedPrivileges, CalendarGone, and UidConflict where the object is there again
    already.
    """
    found, collection = _open(db, actor, login, held, Privilege.UNBIND, now=now)
    if found.version_id is None:
        raise NotFound("the deleted object is no longer kept")
    if collections.find(db, collection.owner_login, collection.name) != collection:
        raise CalendarGone("the calendar itself was removed: bring it back first")
    path = ObjectPath(collection.owner_login, collection.name, found.name)
    restore_version(db, actor, path, found.version_id, now=now)
    held_messages.decide(db, held, "UNDONE", by=actor.id, now=now)
    show_held(db, actor, found.owner_id, now=now)
    return path


def _open(
    db: Db, actor: Principal, login: str, held: HeldId, needed: Privilege, *, now: int
) -> tuple[Held, CalendarCollection]:
    """What waits, in a calendar that may itself be removed meanwhile."""
    found = find_held(db, held)
    collection = collections.get_by_id(db, found.collection_id)
    if collection.owner_login != login:
        raise NotFound("nothing of that number waits for a decision")
    authorize(db, actor, collection, needed, now=now)
    return found, collection


def _told(db: Db, actor: Principal, held: Held, *, now: int) -> HeldDeletion | None:
    collection = collections.get_by_id(db, held.collection_id)
    access = access_to(db, actor, collection, now=now)
    if Privilege.UNBIND not in access.privileges:
        return None
    messages = messages_of(held)
    seen = held.visibility in access.sees
    return HeldDeletion(
        held.id,
        collection,
        held.name,
        held.held_at,
        tuple(message.recipient for message in messages) if seen else (),
        messages[0].calendar if messages and seen else None,
    )
