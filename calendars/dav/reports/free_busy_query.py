"""CALDAV:free-busy-query (RFC 4791 §7.10): when the owner is busy, and nothing else."""

from __future__ import annotations

from calendars.dav.conditions import UnsupportedReport
from calendars.dav.names import CALDAV
from calendars.dav.paths import Place
from calendars.dav.reports.query_xml import time_range_from_xml
from calendars.dav.request import CALENDAR, DavRequest, DavResponse, TooMuchForNow
from calendars.dav.xml import child
from calendars.kernel.audit import Deed
from calendars.model.free_busy import BusyInterval, free_busy, merge
from calendars.model.invalid import InvalidFilter
from calendars.model.principal import Privilege
from calendars.services.authorize import open_collection
from calendars.services.find_busy_time import busy_instances
from calendars.storage import audit


def report(request: DavRequest) -> DavResponse:
    """Those who may read free-busy alone get this and no other report."""
    if request.path.place is not Place.COLLECTION:
        raise UnsupportedReport("free-busy is told of a calendar")
    if request.brief:
        raise TooMuchForNow
    collection, _ = open_collection(
        request.db, request.actor, request.path.parent, Privilege.READ_FREE_BUSY, now=request.now
    )
    if collection.owner_id != request.actor.id:
        told = audit.about(collection)
        audit.record(request.db, request.actor, Deed.READ_BUSY, told, now=request.now)
    time_range = child(request.root, CALDAV("time-range"))
    if time_range is None:
        raise InvalidFilter("a free-busy-query has a time-range")
    window = time_range_from_xml(time_range, closed=True)
    busy = (
        BusyInterval(row.starts_at, row.ends_at, row.busy)
        for row in busy_instances(request.db, collection, window)
    )
    return DavResponse(200, free_busy(merge(busy, window), window, stamp=request.now), CALENDAR)
