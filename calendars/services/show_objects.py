"""What one reader sees of one collection: every face looks through this (SEC-2, SEC-3).

A reader who sees all is handed what the shelf gives. For another, each object whose class he does
not see is shown as its mask, under a name of his own, unless he takes part in it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Protocol

from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden
from calendars.kernel.identifiers import Etag, ObjectId
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_object import CalendarObject
from calendars.model.principal import NOTHING, Access, Principal, Privilege
from calendars.model.visibility import (
    Pseudonyms,
    VisibleObject,
    marks_of,
    masked,
    participants_of,
    sees_content,
    whole,
)
from calendars.services.authorize import access_to
from calendars.services.mask_object import KEY
from calendars.storage import audit, calendar_objects, collections, object_masks, service_keys
from calendars.storage.calendar_objects import StoredObject

log = logging.getLogger(__name__)

_BATCH = 200


class MaskedObject(Forbidden):
    """Who may not read the content of an object may not replace it either (SEC-4)."""


class Classed(Protocol):
    """An object, or as much of it as tells who sees it."""

    @property
    def id(self) -> ObjectId:
        """Its number."""

    @property
    def visibility(self) -> str:
        """Its class."""


class View:
    """A collection as one reader sees it, in one unit of work."""

    def __init__(
        self, db: Db, collection: CalendarCollection, access: Access, *, quiet: bool = False
    ) -> None:
        self._db, self.collection, self.access = db, collection, access
        self._quiet = quiet
        """Who looks through it says himself what he hands on (`saw`)."""

    @cached_property
    def names(self) -> Pseudonyms | None:
        """The names by which this reader knows masked objects; None if none is shown to him."""
        reader = self.access.reader
        key = None if reader is None else service_keys.find(self._db, KEY)
        return None if reader is None or key is None else Pseudonyms(key, reader.id)

    @cached_property
    def marks(self) -> frozenset[str]:
        """By which the reader is found among participants."""
        reader = self.access.reader
        return frozenset() if reader is None else marks_of(reader)

    @cached_property
    def _joined(self) -> frozenset[ObjectId]:
        if not self.marks:
            return frozenset()
        return object_masks.list_joined(self._db, self.collection.id, self.marks)

    def is_whole(self, one: Classed) -> bool:
        """The reader sees the content of the object."""
        if one.visibility in self.access.sees:
            return True
        return sees_content(self.access, one.visibility, takes_part=one.id in self._joined)

    def may_read(self, parsed: CalendarObject) -> bool:
        """The reader will see the content of an object that is being written."""
        if parsed.visibility in self.access.sees:
            return True
        takes_part = not self.marks.isdisjoint(participants_of(parsed))
        return sees_content(self.access, parsed.visibility, takes_part=takes_part)

    def each(self, found: Iterable[StoredObject]) -> Iterator[VisibleObject]:
        """Objects as the reader sees them, in their order; what has no mask is left out."""
        if self.access.sees_all:
            yield from map(whole, found)
            return
        rest = iter(found)
        while batch := list(islice(rest, _BATCH)):
            yield from self._shown(batch)

    def _shown(self, batch: Sequence[StoredObject]) -> Iterator[VisibleObject]:
        names = self.names
        hidden = [one.id for one in batch if not self.is_whole(one)]
        masks = object_masks.list_masks(self._db, hidden) if hidden and names else {}
        for one in batch:
            if self.is_whole(one):
                found = whole(one)
                if not self._quiet:
                    self.saw(found)
                yield found
            elif names is not None and (mask := masks.get(one.id)) is not None:
                yield masked(one, mask, names)

    def saw(self, found: VisibleObject) -> None:
        """The reader is handed the content of somebody else's object: the trail tells (SEC-8)."""
        reader = self.access.reader
        if reader is not None and not found.masked:
            audit.record_read(
                self._db,
                reader,
                self.collection,
                (found.name, found.visibility),
                now=self.access.at,
            )

    def find(self, name: str) -> VisibleObject | None:
        """What the reader knows by that name."""
        if not self.access.sees_all:
            return self.named([name]).get(name)
        stored = calendar_objects.find(self._db, self.collection.id, name)
        return None if stored is None else whole(stored)

    def named(self, names: Sequence[str]) -> dict[str, VisibleObject]:
        """What the reader knows by those names."""
        own = self._own_names(names)
        found: list[StoredObject] = []
        for start in range(0, len(names), 500):
            wanted = [name for name in names[start : start + 500] if name not in own]
            found += calendar_objects.list_named(self._db, self.collection.id, wanted)
        if own:
            listed = calendar_objects.list_by_id(self._db, sorted(own.values()))
            found += [one for one in listed if one.collection_id == self.collection.id]
        # A name that is not the reader's own for the object, such as that of its file, is none.
        asked = set(names)
        return {one.name: one for one in self.each(found) if one.name in asked}

    def _own_names(self, names: Sequence[str]) -> dict[str, ObjectId]:
        """Those of the names that may stand for masked objects."""
        if self.access.sees_all or self.names is None:
            return {}
        found = ((name, self.names.object_of(name)) for name in names)
        return {name: one for name, one in found if one is not None}

    def tag_of_mask(self, object_id: ObjectId, etag: Etag) -> tuple[str, Etag] | None:
        """Name and entity tag of a mask for this reader."""
        if self.names is None:
            return None
        return self.names.name_of(object_id), self.names.etag_of((object_id, etag))

    def open(self, name: str) -> StoredObject | None:
        """What stands at a name, for somebody who is about to change it; None if nothing does.

        Raises MaskedObject where it is a mask.
        """
        stored = calendar_objects.find(self._db, self.collection.id, name)
        if self.access.sees_all or (stored is not None and self.is_whole(stored)):
            return stored
        found = self.find(name)
        if found is not None:
            self.refuse(found.id)
        return None

    def refuse(self, object_id: ObjectId) -> None:
        """A deed on a mask is refused, and noted (SEC-4). Raises MaskedObject."""
        reader = self.access.reader
        who = None if reader is None else reader.id
        log.warning("object.masked_write_refused", extra={"object_id": object_id, "actor_id": who})
        raise MaskedObject("this entry is masked for you: it cannot be changed")

    def is_taken(self, name: str) -> bool:
        """Something stands at a name that the reader does not see there."""
        if self.access.sees_all:
            return False
        stored = calendar_objects.find(self._db, self.collection.id, name)
        return stored is not None and not self.is_whole(stored)


def known_name(
    db: Db, actor: Principal, parent: tuple[str, str], name: str, *, now: int
) -> str | None:
    """The name by which the actor knows what stands at a name: this one, or that of its mask.

    None where he may not look.
    """
    collection = collections.find(db, *parent)
    access = NOTHING if collection is None else access_to(db, actor, collection, now=now)
    if collection is None or Privilege.READ not in access.privileges:
        return None
    view = View(db, collection, access)
    if not view.is_taken(name):
        return name
    stored = calendar_objects.find(db, collection.id, name)
    return None if stored is None or view.names is None else view.names.name_of(stored.id)


def sees_whole(db: Db, actor: Principal, stored: StoredObject, *, now: int) -> bool:
    """The actor reads the content of an object, wherever it stands."""
    collection = collections.get_by_id(db, stored.collection_id)
    access = access_to(db, actor, collection, now=now)
    return Privilege.READ in access.privileges and View(db, collection, access).is_whole(stored)
