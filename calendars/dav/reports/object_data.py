"""CALDAV:calendar-data of a report (RFC 4791 §9.6): whole, in part, or expanded."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import tzinfo
from functools import cache

from calendars.dav.names import CALDAV, DAV
from calendars.dav.reports.query_xml import calendar_data_from_xml
from calendars.dav.xml import Element, child, escape_octets, text_of
from calendars.kernel.database import Db
from calendars.kernel.identifiers import ObjectId
from calendars.model.budget import Budget
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.calendar_data import ICALENDAR, CalendarData, calendar_data
from calendars.model.component import parse
from calendars.model.invalid import DateTooLate, InvalidCalendarData, InvalidFilter
from calendars.model.jcal import jcal_text
from calendars.model.time_zone_text import tzid_of
from calendars.model.time_zones import named_zone
from calendars.model.visibility import VisibleObject
from calendars.model.window import Window
from calendars.services.collection_zone import zone_of, zone_of_text
from calendars.services.query_objects import find_instances
from calendars.storage.occurrences import IndexedInstance

log = logging.getLogger(__name__)

MAX_EXPANSION = 5 * 366 * 86_400

Writer = Callable[[VisibleObject], str]


def data_writer(
    db: Db, root: Element, collection: CalendarCollection, zone: tzinfo | None = None
) -> Writer | None:
    """How the calendar data that a report asks for is written, None where it asks for none.

    Raises UnsupportedCalendarData, InvalidFilter, InvalidXml, DateTooLate.
    """
    prop = child(root, DAV("prop"))
    element = child(prop, CALDAV("calendar-data")) if prop is not None else None
    if element is None:
        return None
    wanted = calendar_data_from_xml(element)
    if wanted.expand is not None and wanted.expand.end - wanted.expand.start > MAX_EXPANSION:
        raise DateTooLate("recurrences are expanded over five years at most")
    if wanted.whole and wanted.media_type == ICALENDAR:
        return lambda stored: escape_octets(stored.data)
    if wanted.expand is not None and zone is None:
        return _from_index(db, collection, wanted, wanted.expand)
    return _computed(collection, wanted, zone)


def _computed(collection: CalendarCollection, wanted: CalendarData, zone: tzinfo | None) -> Writer:
    budget = Budget()
    read_in = zone or zone_of(collection)

    def write(stored: VisibleObject) -> str:
        return _written(stored, wanted, read_in, budget, None)

    return write


def _from_index(
    db: Db, collection: CalendarCollection, wanted: CalendarData, window: Window
) -> Writer:
    """Expansion from the occurrence index: one look at it for the whole report."""
    budget = Budget()
    zone = zone_of(collection)

    @cache
    def found() -> dict[ObjectId, list[IndexedInstance]]:
        return find_instances(db, collection, "VEVENT", window, budget)

    def write(stored: VisibleObject) -> str:
        rows = found().get(stored.id, []) if stored.component == "VEVENT" else None
        return _written(stored, wanted, zone, budget, rows)

    return write


def _written(
    stored: VisibleObject,
    wanted: CalendarData,
    zone: tzinfo,
    budget: Budget,
    rows: list[IndexedInstance] | None,
) -> str:
    text = stored.data.decode()
    try:
        text = calendar_data(text, wanted, zone=zone, budget=budget, occurrences=rows)
    except InvalidCalendarData:
        # One object that cannot be read must not cost the client the whole answer.
        log.warning("object.unreadable", extra={"object_id": stored.id})
    if wanted.media_type != ICALENDAR:
        text = jcal_text(parse(text))
    return escape_octets(text.encode())


def zone_from_xml(root: Element) -> tzinfo | None:
    """CALDAV:timezone or CALDAV:timezone-id of a query (RFC 4791 §9.8, RFC 7809 §5.3).

    Raises InvalidCalendarData, InvalidFilter for an id that is not known.
    """
    named = child(root, CALDAV("timezone-id"))
    if named is not None:
        zone = named_zone(text_of(named))
        if zone is None:
            raise InvalidFilter("that time zone is not known here")
        return zone
    element = child(root, CALDAV("timezone"))
    if element is None:
        return None
    text = text_of(element) + "\r\n"
    tzid_of(text)
    return zone_of_text(text)
