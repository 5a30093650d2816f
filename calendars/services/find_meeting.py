"""A meeting that somebody here organizes, and what a person's calendars hold of one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from calendars.itip.people import attendees, organizer_of
from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_user_address import addresses_of
from calendars.model.component import Component, decode, parse
from calendars.model.principal import Principal
from calendars.storage import calendar_objects, collections, principals
from calendars.storage.calendar_objects import StoredObject


class HeldMeeting(NamedTuple):
    """A person's copy of a meeting."""

    owner: Principal
    collection: CalendarCollection
    stored: StoredObject
    calendar: Component

    @property
    def organizer(self) -> str:
        """His address, empty if there is none."""
        found = (organizer_of(part) for part in self.calendar.components)
        return next((one for one in found if one), "")

    @property
    def is_own(self) -> bool:
        """The owner of the copy organizes it."""
        return self.organizer in addresses_of(self.owner)

    @property
    def path(self) -> tuple[str, str, str]:
        """Login, calendar and name."""
        return self.collection.owner_login, self.collection.name, self.stored.name

    def name_of(self, address: str) -> str:
        """What an attendee is called there, else his e-mail address."""
        lines = (attendees(part).get(address) for part in self.calendar.components)
        named = (line.parameter("CN") for line in lines if line is not None)
        return next((one for one in named if one), address.removeprefix("mailto:"))

    @property
    def invited(self) -> frozenset[str]:
        """The addresses of those who are invited to all of it or to some occurrence."""
        return frozenset(one for part in self.calendar.components for one in attendees(part))


def find_held_meeting(db: Db, owner: Principal, uid: str) -> HeldMeeting | None:
    """The copy that a person holds of a meeting, None if he holds none."""
    for stored in calendar_objects.list_of_person(db, owner.id, uid):
        collection = collections.get_by_id(db, stored.collection_id)
        return HeldMeeting(owner, collection, stored, parse(decode(stored.data)))
    return None


def find_own_meeting(db: Db, owners: Iterable[PrincipalId], uid: str) -> HeldMeeting | None:
    """The meeting in the calendars of the first of these people who organizes it."""
    for owner_id in dict.fromkeys(owners):
        owner = principals.get_by_id(db, owner_id)
        held = find_held_meeting(db, owner, uid)
        if held is not None and held.is_own and not owner.disabled:
            return held
    return None
