"""What stands against one object in one diary: the neighbours are read, and no more (DIA-4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import NamedTuple

from calendars.itip.people import address_of, said_beside
from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput
from calendars.kernel.identifiers import ObjectId
from calendars.model.budget import Budget
from calendars.model.calendar_user_address import addresses_of
from calendars.model.component import Component, decode, parse
from calendars.model.instances import instances
from calendars.model.invalid import TooManyInstances
from calendars.model.principal import Principal
from calendars.model.window import Window
from calendars.services.find_principals import list_people
from calendars.services.follow_calendars import read_followed
from calendars.services.gather_busy_time import BusyQuestion, Engagement, gather_engagements
from scheduler.diaries.items import Item, items_of
from scheduler.diaries.rules import (
    Conflict,
    Habits,
    conflicts_of_absence,
    conflicts_of_habits,
    conflicts_of_person,
)
from scheduler.directory import service as directory
from scheduler.directory.model import Place, Travel
from scheduler.slots import repository as places
from scheduler.slots.codes import ConflictCode
from scheduler.slots.gather import Ground, away_spans, is_away
from scheduler.slots.model import Span, Terms
from scheduler.working_time import service as working_time
from scheduler.working_time.hours import local_day

DAY = 86_400
REACH = 3 * 3_600
"""The longest way that a neighbour can be away by."""
AHEAD = 366 * DAY
MAX_ITEMS = 60
"""Occurrences of a series that are looked at."""


OF_A_DAY = frozenset({ConflictCode.HOLIDAY, ConflictCode.CLOSURE})
"""Codes that every series meets some day: nobody is asked because of them, a task tells of them."""


class Found(NamedTuple):
    """One conflict of an object, with the object that it is with, if it is with one."""

    conflict: Conflict
    other: ObjectId | None
    immovable: bool
    """The other cannot be moved."""


class Examiner:
    """Looks at objects of diaries; what holds for all of them is read once."""

    def __init__(self, db: Db, zone: tzinfo, *, now: int) -> None:
        self._db, self._zone, self._now = db, zone, now
        self._travel: Travel = directory.travel(db)
        figures = working_time.figures(db)
        self._immovable = frozenset(one.casefold() for one in figures.immovable)
        self._terms = Terms(
            figures.lunch_minutes, figures.lunch_least, figures.long_minutes,
            figures.day_load_minutes,
        )  # fmt: skip

    def own_items(self, owner: Principal, calendar: Component) -> list[Item]:
        """What an object takes of its owner's time from now on; nothing if it is unreadable."""
        window = Window(self._now, self._now + AHEAD)
        addresses = frozenset(map(str, addresses_of(owner)))
        try:
            found = items_of(calendar, window, self._zone, addresses, self._immovable)
            return [item for item, _ in zip(found, range(MAX_ITEMS), strict=False)]
        except (InvalidInput, TooManyInstances):
            return []

    def examine(self, owner: Principal, calendar: Component, uid: str) -> list[Found]:
        """All that stands against the occurrences to come of one object."""
        own = self.own_items(owner, calendar)
        if not own:
            return list(self._refused(calendar, uid))
        window = Window(own[0].starts_at - DAY, max(one.ends_at for one in own) + DAY)
        engaged = gather_engagements(self._db, [owner.id], BusyQuestion(window, uid))[owner.id]
        near = [one for one in engaged if one.busy != "U" and _touches(own, one)]
        others = self._read(owner, near, window, uid)
        days = working_time.working_calendar(
            self._db, local_day(window.start, self._zone), local_day(window.end, self._zone)
        ).days
        by_uid = {item.uid: number for number, item in others}
        items = [*own, *(item for _, item in others)]
        found = [
            Found(one, _other(one, uid, by_uid), _is_immovable(one, uid))
            for one in conflicts_of_person(items, self._travel, days)
            if uid in one.uids and (one.second is None or len(one.uids) == 2)
        ]
        login = str(owner.login)
        site = directory.sites_of(self._db, [login]).get(login)
        hours = working_time.hours_of(self._db, {login: site})[login]
        habits = Habits(hours, days, self._terms, self._zone)
        busy = [Span(o.starts_at, o.ends_at) for o in engaged if o.busy == "B"]
        for item in own:
            found += [Found(c, None, False) for c in conflicts_of_habits(item, busy, habits)]
        found += self._away(owner, own, window)
        found += _declined(calendar, own[0])
        return found

    def _refused(self, calendar: Component, uid: str) -> Iterator[Found]:
        """It takes no time of its owner's, but may have asked for a vehicle."""
        window = Window(self._now, self._now + AHEAD)
        try:
            found = instances(calendar, window, zone=self._zone, budget=Budget())
            first = next(iter(found), None)
        except (InvalidInput, TooManyInstances):
            return
        if first is not None:
            yield from _declined(calendar, Item(first.starts_at, first.ends_at, uid))

    def _read(
        self, owner: Principal, near: Sequence[Engagement], window: Window, uid: str
    ) -> list[tuple[ObjectId, Item]]:
        """The neighbours with their places and kinds."""
        numbers = sorted({one.object_id for one in near if one.object_id is not None})
        addresses = frozenset(map(str, addresses_of(owner)))
        found = []
        for number, stored in read_followed(self._db, numbers).items():
            if stored.component != "VEVENT" or stored.uid == uid:
                continue
            try:
                calendar = parse(decode(stored.data))
                items = items_of(calendar, window, self._zone, addresses, self._immovable)
                found += [(number, item) for item in items]
            except (InvalidInput, TooManyInstances):
                continue
        return found

    def _away(self, owner: Principal, own: Sequence[Item], window: Window) -> Iterator[Found]:
        login = str(owner.login)
        pairs = directory.pairs_with(self._db, [login])
        if not pairs:
            return
        home = self._home(login)
        away = [one for one in own if one.absence or is_away(home, self._travel.find(one.place))]
        partners = list_people(self._db, [a if b == login else b for a, b in pairs])
        ids = [one.id for one in partners.values()]
        if not away or not ids:
            return
        ground = Ground(
            window, local_day(window.start, self._zone), local_day(window.end, self._zone),
            self._zone, self._travel, None,
            places.list_whereabouts(self._db, ids, window), 0, 0, firm=False,
        )  # fmt: skip
        taken = gather_engagements(self._db, ids, BusyQuestion(window))
        for name, partner in partners.items():
            apart = away_spans(ground, taken[partner.id], self._home(name))
            for item in away:
                for conflict in conflicts_of_absence(item, apart):
                    yield Found(conflict, None, False)

    def _home(self, login: str) -> Place | None:
        code = directory.sites_of(self._db, [login]).get(login)
        known = {one.code: one for one in directory.list_sites(self._db)}
        site = known.get(code or "")
        return None if site is None else Place(site.commune, site.code)


def _touches(own: Sequence[Item], one: Engagement) -> bool:
    return any(
        one.starts_at < item.ends_at + REACH and item.starts_at - REACH < one.ends_at
        for item in own
    )


def _other(conflict: Conflict, uid: str, by_uid: dict[str, ObjectId]) -> ObjectId | None:
    return next((by_uid.get(one) for one in conflict.uids if one != uid), None)


def _is_immovable(conflict: Conflict, uid: str) -> bool:
    both = (conflict.first, conflict.second)
    return any(one is not None and one.uid != uid and one.immovable for one in both)


def _declined(calendar: Component, item: Item) -> Iterator[Found]:
    """A room or vehicle that was asked for and is not to be had."""
    for event in calendar.children("VEVENT"):
        for line in event.all("ATTENDEE"):
            kind = line.parameter("CUTYPE")
            if kind in {"ROOM", "RESOURCE"} and line.parameter("PARTSTAT") == "DECLINED":
                name = line.parameter("CN") or line.value.removeprefix("mailto:")
                conflict = Conflict(
                    ConflictCode.RESOURCE, item, None, item.starts_at, item.ends_at, name,
                    said_beside(event, address_of(line)),
                )  # fmt: skip
                yield Found(conflict, None, False)
                return
