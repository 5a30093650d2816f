"""CALDAV:calendar-query (RFC 4791 §7.8): objects that a filter matches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from calendars.dav.answers import Wanted, object_writer
from calendars.dav.conditions import UnsupportedReport
from calendars.dav.names import CALDAV
from calendars.dav.paths import DavPath, Place
from calendars.dav.reports.object_data import data_writer, zone_from_xml
from calendars.dav.reports.query_xml import filter_from_xml
from calendars.dav.request import DavRequest, DavResponse, TooMuchForNow
from calendars.dav.resource import COLLECTIONS, Kind, Resource, locate, of_row
from calendars.dav.xml import child, multistatus
from calendars.model.invalid import InvalidFilter
from calendars.services.list_home_changes import list_members
from calendars.services.query_objects import Query, query_objects


def report(request: DavRequest) -> DavResponse:
    """On a calendar its objects, on a home those of every calendar, on an object itself."""
    if request.brief:
        raise TooMuchForNow
    element = child(request.root, CALDAV("filter"))
    if element is None:
        raise InvalidFilter("a calendar-query has a filter")
    query = Query(filter_from_xml(element), zone_from_xml(request.root))
    wanted = Wanted.of(request.root, minimal=request.minimal)
    resource = locate(request.db, request.actor, request.path, now=request.now)
    answers = [
        text
        for collection in _collections(resource, request.depth("0"))
        for text in _answers(request, collection, query, wanted)
    ]
    return DavResponse(207, multistatus(answers))


def _collections(resource: Resource, depth: str) -> Iterator[Resource]:
    """Where to look. Evolution and the testers ask calendars at Depth 1."""
    if resource.kind in COLLECTIONS or resource.kind is Kind.OBJECT:
        yield resource
    elif resource.kind is Kind.HOME:
        if depth == "0":
            return
        home = resource.of_collection
        for member in list_members(resource.db, resource.actor, home, now=resource.now):
            if member.collection.is_calendar:
                yield of_row(resource, *member)
    else:
        raise UnsupportedReport("only calendars have this report")


def _answers(
    request: DavRequest, resource: Resource, query: Query, wanted: Wanted
) -> Iterator[str]:
    collection, access = resource.of_collection, resource.access
    if access is None:
        return
    single = resource.stored
    writer = data_writer(request.db, request.root, collection, query.zone)
    dressed = replace(resource, calendar_data=writer)
    if single is not None:
        dressed = replace(dressed, path=DavPath(Place.COLLECTION, *resource.path.parent))
    write_one = object_writer(dressed, wanted)
    for stored in query_objects(request.db, collection, access, query):
        if single is None or stored.name == single.name:
            yield write_one(stored)
