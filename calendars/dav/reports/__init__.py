"""The reports, by the root element that asks for them."""

from __future__ import annotations

from collections.abc import Callable

from calendars.dav.names import CALDAV, DAV
from calendars.dav.reports import (
    calendar_multiget,
    calendar_query,
    expand_property,
    free_busy_query,
    principals,
    sync_collection,
)
from calendars.dav.request import DavRequest, DavResponse

REPORTS: dict[str, Callable[[DavRequest], DavResponse]] = {
    CALDAV("calendar-query"): calendar_query.report,
    CALDAV("calendar-multiget"): calendar_multiget.report,
    CALDAV("free-busy-query"): free_busy_query.report,
    DAV("sync-collection"): sync_collection.report,
    DAV("expand-property"): expand_property.report,
    DAV("principal-property-search"): principals.property_search,
    DAV("principal-search-property-set"): principals.search_property_set,
    DAV("principal-match"): principals.match,
    DAV("acl-principal-prop-set"): principals.acl_principals,
}
