"""Find calendar objects: rows first, text only where rows cannot tell (RFC 4791 §7.8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo

from calendars.kernel.database import Db
from calendars.kernel.errors import ServiceError
from calendars.kernel.identifiers import ObjectId
from calendars.model.budget import Budget
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.component import Component, decode, parse
from calendars.model.filter import CompFilter, IndexPlan, index_plan
from calendars.model.filter_match import matches
from calendars.model.instances import instances
from calendars.model.invalid import TooManyInstances
from calendars.model.principal import Access
from calendars.model.visibility import VisibleObject
from calendars.model.window import Window
from calendars.services.collection_zone import zone_of
from calendars.services.index_occurrences import letter_for, rows_of
from calendars.services.show_objects import View
from calendars.storage import calendar_objects, occurrences
from calendars.storage.calendar_objects import StoredObject
from calendars.storage.occurrences import IndexedInstance

TWO_DAYS = 2 * 86_400
MAX_MATCHES = 10_000


class TooManyFound(ServiceError):
    """More matches than one answer bears (DAV:number-of-matches-within-limits)."""


@dataclass(frozen=True, slots=True)
class Query:
    """A filter, and the zone to read floating times in where the client names one (§9.8)."""

    filter: CompFilter
    zone: tzinfo | None = None


def query_objects(
    db: Db, collection: CalendarCollection, access: Access, query: Query
) -> Iterator[VisibleObject]:
    """The objects that match as the reader sees them, by id.

    Raises TooManyFound.
    """
    plan = index_plan(query.filter)
    exact = plan.exact and (query.zone is None or plan.window is None)
    budget = Budget()
    zone = query.zone or zone_of(collection)
    count = 0
    candidates = _candidates(db, collection, _widened(plan, query), budget)
    view = View(db, collection, access, quiet=True)
    for found in view.each(candidates):
        # A mask is asked for what it says: no hidden word is found (SEC-3).
        if not exact and not _fits(query.filter, found, zone, budget):
            continue
        count += 1
        if count > MAX_MATCHES:
            raise TooManyFound(f"more than {MAX_MATCHES} objects match")
        view.saw(found)
        yield found


def _fits(wanted: CompFilter, found: VisibleObject, zone: tzinfo, budget: Budget) -> bool:
    try:
        return matches(wanted, _calendar(found), zone=zone, budget=budget)
    except TooManyInstances:
        return True


def _widened(plan: IndexPlan, query: Query) -> IndexPlan:
    if query.zone is None or plan.window is None:
        return plan
    start, end = plan.window
    return plan._replace(window=Window(start - TWO_DAYS, end + TWO_DAYS))


def _candidates(
    db: Db, collection: CalendarCollection, plan: IndexPlan, budget: Budget
) -> Iterable[StoredObject]:
    if plan.window is None:
        return calendar_objects.each_of(db, collection.id, component=plan.component)
    component = plan.component or "VEVENT"
    found = objects_within(db, collection, component, plan.window, budget)
    return calendar_objects.list_by_id(db, sorted(found))


def objects_within(
    db: Db, collection: CalendarCollection, component: str, window: Window, budget: Budget
) -> set[ObjectId]:
    """Objects with an instance in the window: the first one settles it, however many follow.

    A series too dense to tell is taken in: its owner must still be able to look at the rest.
    """
    hits = occurrences.list_overlapping(db, [collection.id], component, window)
    found = {hit.object_id for hit in hits}
    beyond = occurrences.list_beyond(db, [collection.id], component, window)
    zone = zone_of(collection)
    for stored in calendar_objects.list_by_id(db, [one for one in beyond if one not in found]):
        try:
            first = next(instances(_calendar(stored), window, zone=zone, budget=budget), None)
        except TooManyInstances:
            found.add(stored.id)
        else:
            if first is not None:
                found.add(stored.id)
    return found


def find_instances(
    db: Db, collection: CalendarCollection, component: str, window: Window, budget: Budget
) -> dict[ObjectId, list[IndexedInstance]]:
    """Instances of a component type that overlap a window, by object.

    From the index; for series that go on beyond what is indexed of them, computed.
    Raises TooManyInstances.
    """
    found: dict[ObjectId, list[IndexedInstance]] = {}
    beyond = occurrences.list_beyond(db, [collection.id], component, window)
    computed = set(beyond)
    for hit in occurrences.list_overlapping(db, [collection.id], component, window):
        if hit.object_id not in computed:
            row = IndexedInstance(hit.starts_at, hit.ends_at, hit.recurrence_id, hit.busy)
            found.setdefault(hit.object_id, []).append(row)
    for stored in calendar_objects.list_by_id(db, beyond):
        rows = computed_instances(db, collection, stored, window, budget)
        if rows:
            found[stored.id] = rows
    return found


def computed_instances(
    db: Db, collection: CalendarCollection, stored: StoredObject, window: Window, budget: Budget
) -> list[IndexedInstance]:
    """The instances of an object that the index does not tell. Raises TooManyInstances."""
    calendar = _calendar(stored)
    letter = letter_for(db, collection, calendar)
    return list(rows_of(calendar, window, zone_of(collection), budget, letter))


def _calendar(stored: StoredObject | VisibleObject) -> Component:
    return parse(decode(stored.data))
