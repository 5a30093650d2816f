"""A resource as properties see it: what it is, whose it is, and what the asker may do with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from calendars.dav.paths import DavPath, Place
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.principal import OWNER, Access, CollectionKind, Principal, Privilege
from calendars.model.visibility import VisibleObject
from calendars.services.authorize import open_collection
from calendars.services.find_principals import get_principal
from calendars.services.read_objects import read_object
from calendars.services.share_notices import NOTIFICATION, open_notice
from calendars.storage.collections import HOME_NAME
from calendars.storage.sharing_notices import Notice


class Kind(Enum):
    """The kinds of resource that properties tell apart."""

    ROOT = "root"
    PRINCIPALS = "principals"
    PRINCIPAL = "principal"
    PROXY = "proxy"
    HOMES = "homes"
    HOME = "home"
    CALENDAR = "calendar"
    INBOX = "inbox"
    OUTBOX = "outbox"
    OBJECT = "object"
    NOTIFICATIONS = "notifications"
    NOTICE = "notice"


COLLECTIONS = frozenset({Kind.CALENDAR, Kind.INBOX, Kind.OUTBOX})
CALENDARS = frozenset({Kind.CALENDAR})
PRINCIPALS = frozenset({Kind.PRINCIPAL, Kind.PROXY})
OBJECTS = frozenset({Kind.OBJECT})
EVERYWHERE = frozenset(Kind)

_KIND_OF = {
    CollectionKind.HOME: Kind.HOME,
    CollectionKind.CALENDAR: Kind.CALENDAR,
    CollectionKind.INBOX: Kind.INBOX,
    CollectionKind.OUTBOX: Kind.OUTBOX,
    CollectionKind.NOTIFICATIONS: Kind.NOTIFICATIONS,
}


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource, for one asker."""

    kind: Kind
    path: DavPath
    db: Db
    actor: Principal
    now: int
    principal: Principal | None = None
    collection: CalendarCollection | None = None
    access: Access | None = None
    stored: VisibleObject | None = None
    notice: Notice | None = None
    calendar_data: Callable[[VisibleObject], str] | None = None
    """How CALDAV:calendar-data of this request is written, where it was asked for."""

    @property
    def href(self) -> str:
        """Its path, percent-encoded."""
        return self.path.href

    @property
    def owner_login(self) -> str:
        """The login of its owner, empty where nobody owns it."""
        return self.path.login if self.collection is None else self.collection.owner_login

    @property
    def of_principal(self) -> Principal:
        """The principal that it is or belongs to, which is known to exist."""
        if self.principal is None:
            raise NotFound("there is nothing here")
        return self.principal

    @property
    def of_collection(self) -> CalendarCollection:
        """The collection that it is or stands in, which is known to exist."""
        if self.collection is None:
            raise NotFound("there is nothing here")
        return self.collection

    @property
    def of_notice(self) -> Notice:
        """The notification that it is."""
        if self.notice is None:
            raise NotFound("there is nothing here")
        return self.notice

    @property
    def of_object(self) -> VisibleObject:
        """The calendar object that it is."""
        if self.stored is None:
            raise NotFound("there is nothing here")
        return self.stored


def locate(db: Db, actor: Principal, path: DavPath, *, now: int) -> Resource:
    """The resource at a path. Raises NotFound, also where the actor may not read."""
    match path.place:
        case Place.OBJECT if path.collection == NOTIFICATION:
            box, notice = open_notice(db, actor, path.login, path.name, now=now)
            return Resource(
                Kind.NOTICE, path, db, actor, now, collection=box, access=OWNER, notice=notice
            )
        case Place.OBJECT:
            collection, access, stored = read_object(db, actor, path.object, now=now)
            return Resource(
                Kind.OBJECT,
                path,
                db,
                actor,
                now,
                collection=collection,
                access=access,
                stored=stored,
            )
        case Place.COLLECTION:
            return _collection(db, actor, path, path.parent, now=now)
        case Place.HOME:
            return _home(db, actor, path, now=now)
        case Place.PRINCIPAL | Place.PROXY:
            kind = Kind.PRINCIPAL if path.place is Place.PRINCIPAL else Kind.PROXY
            principal = get_principal(db, path.login)
            return Resource(kind, path, db, actor, now, principal=principal)
        case Place.ATTACHMENT:
            raise NotFound("an attachment has no properties")
    return Resource(Kind(path.place.value), path, db, actor, now)


def _collection(
    db: Db, actor: Principal, path: DavPath, key: tuple[str, str], *, now: int
) -> Resource:
    collection, access = open_collection(db, actor, key, Privilege.READ, now=now)
    kind = _KIND_OF[collection.kind]
    return Resource(kind, path, db, actor, now, collection=collection, access=access)


def _home(db: Db, actor: Principal, path: DavPath, *, now: int) -> Resource:
    """A home: those whom a delegation lets in may look at it."""
    return _collection(db, actor, path, (path.login, HOME_NAME), now=now)


def of_row(home: Resource, collection: CalendarCollection, access: Access) -> Resource:
    """A collection that was listed in its home."""
    path = DavPath(Place.COLLECTION, *collection.path)
    return Resource(
        _KIND_OF[collection.kind],
        path,
        home.db,
        home.actor,
        home.now,
        collection=collection,
        access=access,
    )


def of_object(parent: Resource, stored: VisibleObject) -> Resource:
    """An object that was listed in its collection."""
    collection = parent.of_collection
    path = DavPath(Place.OBJECT, *collection.path, stored.name)
    return Resource(
        Kind.OBJECT,
        path,
        parent.db,
        parent.actor,
        parent.now,
        collection=collection,
        access=parent.access,
        stored=stored,
        calendar_data=parent.calendar_data,
    )


def of_notice(parent: Resource, notice: Notice) -> Resource:
    """A notification that was listed in its collection."""
    path = DavPath(Place.OBJECT, *parent.path.parent, notice.name)
    return Resource(
        Kind.NOTICE,
        path,
        parent.db,
        parent.actor,
        parent.now,
        collection=parent.collection,
        access=parent.access,
        notice=notice,
    )
