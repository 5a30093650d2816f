"""The reports, by the root element that asks for them."""

from __future__ import annotations

from collections.abc import Callable

from calendars.dav.names import CALDAV, DAV
from calendars.dav.reports.calendar_multiget import report as calendar_multiget
from calendars.dav.reports.calendar_query import report as calendar_query
from calendars.dav.reports.expand_property import report as expand_property
from calendars.dav.reports.free_busy_query import report as free_busy_query
from calendars.dav.reports.principals import (
    acl_principals,
    match,
    property_search,
    search_property_set,
)
from calendars.dav.reports.sync_collection import report as sync_collection
from calendars.dav.request import DavRequest, DavResponse

REPORTS: dict[str, Callable[[DavRequest], DavResponse]] = {
    CALDAV("calendar-query"): calendar_query,
    CALDAV("calendar-multiget"): calendar_multiget,
    CALDAV("free-busy-query"): free_busy_query,
    DAV("sync-collection"): sync_collection,
    DAV("expand-property"): expand_property,
    DAV("principal-property-search"): property_search,
    DAV("principal-search-property-set"): search_property_set,
    DAV("principal-match"): match,
    DAV("acl-principal-prop-set"): acl_principals,
}
