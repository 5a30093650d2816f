"""Whose time an invitation takes that somebody else has already, and when all are free (DIA-4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.model.calendar_user_address import addresses_of
from calendars.model.component import Component, unescape
from calendars.model.principal import RESOURCE_KINDS, Principal
from calendars.model.typeset import typeset
from calendars.model.window import Window
from calendars.services.find_calendar_users import find_calendar_users
from calendars.services.find_engagements import known_engagements
from calendars.services.gather_busy_time import BusyQuestion, Engagement
from calendars.services.guard_dates import DateConflict
from calendars.services.tell_holder import tell_holder
from scheduler.diaries.conflict_words import OCCUPIED, when
from scheduler.diaries.items import Item
from scheduler.diaries.placement import needed, things
from scheduler.slots import repository as places
from scheduler.slots.codes import ConflictCode
from scheduler.slots.next_free import next_free
from scheduler.slots.service import Asking


class Wanted(NamedTuple):
    """What was written in whose diary, and when it takes time."""

    owner: Principal
    calendar: Component
    uid: str
    items: Sequence[Item]


def busy_people(
    db: Db, asking: Asking, wanted: Wanted, before: Component | None
) -> Iterator[DateConflict]:
    """Colleagues who are needed and have something at that time; with `before`, new ones only."""
    already = needed(before) if before is not None else set()
    asked = needed(wanted.calendar) - already
    own = frozenset(addresses_of(wanted.owner))
    found = find_calendar_users(db, asked - own)
    people = list({p.id: p for p in found.values() if p.kind not in RESOURCE_KINDS}.values())
    firm = [one for one in wanted.items if not one.tentative]
    if not people or not firm:
        return
    window = Window(firm[0].starts_at, max(one.ends_at for one in firm))
    told = known_engagements(
        db, asking.actor, people, BusyQuestion(window, wanted.uid),
        policy=asking.policy, now=asking.now,
    )  # fmt: skip
    known = places.list_whereabouts(db, [one.id for one in people], window)
    for person in people:
        grain = told[person.id].grain or 1
        for one in told[person.id].engagements:
            if one.busy != "B" or one.ends_at - one.starts_at <= 1:
                continue
            span = (one.starts_at - one.starts_at % grain, one.ends_at + -one.ends_at % grain)
            hit = next((i for i in firm if span[0] < i.ends_at and i.starts_at < span[1]), None)
            if hit is not None:
                absent = told[person.id].open and _is_absence(known, one)
                yield _taken(db, asking, person, one, hit, absent=absent)
                break


def _is_absence(known: places.Known, one: Engagement) -> bool:
    number = one.object_id or 0
    about = known.get((number, one.starts_at)) or known.get((number, 0))
    return about is not None and about.absent


def _taken(
    db: Db, asking: Asking, person: Principal, one: Engagement, hit: Item, *, absent: bool
) -> DateConflict:
    holder = one.object_id and tell_holder(db, asking.actor, one.object_id, now=asking.now)
    code = ConflictCode.ABSENT if absent else ConflictCode.OVERLAP
    said = "pendant une absence" if absent else holder or OCCUPIED
    words = f"{person.display_name} : {said}, {when(hit.starts_at, hit.ends_at, asking.zone)}"
    return DateConflict(
        str(code), str(person.login), typeset(words), hit.starts_at, hit.ends_at, holder or None
    )


def free_for(db: Db, asking: Asking, wanted: Wanted) -> Window | None:
    """When all who are needed, the rooms and the vehicles are free for as long, the first time."""
    first = wanted.items[0]
    found = find_calendar_users(db, needed(wanted.calendar) | things(wanted.calendar))
    people = {str(one.login) for one in found.values() if one.kind not in RESOURCE_KINDS}
    rooms = {str(one.login) for one in found.values() if one.kind in RESOURCE_KINDS}
    place = wanted.calendar.children("VEVENT")[0].value("LOCATION")
    return next_free(
        db, asking, Window(first.starts_at, first.ends_at),
        people=sorted(people | {str(wanted.owner.login)}), resources=sorted(rooms),
        place=unescape(place) if place else None, moving=wanted.uid,
    )  # fmt: skip
