"""CALDAV:calendar-multiget (RFC 4791 §7.9): objects by their hrefs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from calendars.dav.answers import Wanted, object_writer
from calendars.dav.conditions import UnsupportedReport
from calendars.dav.names import DAV
from calendars.dav.paths import DavPath, Place, parse_href, plain_name
from calendars.dav.reports.object_data import data_writer
from calendars.dav.request import DavRequest, DavResponse, TooMuchForNow
from calendars.dav.resource import COLLECTIONS, Resource, locate
from calendars.dav.xml import InvalidXml, children, multistatus, status_response, text_of
from calendars.model.visibility import VisibleObject
from calendars.services.read_objects import read_named

MAX_HREFS = 5_000
BRIEF = 60


def report(request: DavRequest) -> DavResponse:
    """One response an href, in the order asked; what cannot be read is 404."""
    hrefs = [text_of(element) for element in children(request.root, DAV("href"))]
    if not hrefs:
        raise InvalidXml("a calendar-multiget names what it wants")
    if len(hrefs) > MAX_HREFS:
        raise InvalidXml(f"a calendar-multiget names at most {MAX_HREFS} objects")
    if request.brief and len(hrefs) > BRIEF:
        raise TooMuchForNow
    resource = _collection(request)
    wanted = Wanted.of(request.root, minimal=request.minimal)
    return DavResponse(207, multistatus(_answers(resource, hrefs, wanted)))


def _collection(request: DavRequest) -> Resource:
    """The collection asked, with how calendar data is to be written; an object stands in one."""
    path = request.path
    if path.place is Place.OBJECT:
        path = DavPath(Place.COLLECTION, path.login, path.collection)
    resource = locate(request.db, request.actor, path, now=request.now)
    if resource.kind not in COLLECTIONS:
        raise UnsupportedReport("only calendars have this report")
    writer = data_writer(request.db, request.root, resource.of_collection)
    return replace(resource, calendar_data=writer)


def _answers(resource: Resource, hrefs: list[str], wanted: Wanted) -> Iterator[str]:
    names = _names(resource, hrefs)
    found: dict[str, VisibleObject] = {}
    if resource.access is not None:
        found = read_named(
            resource.db, resource.of_collection, resource.access, sorted(set(names.values()))
        )
    write_one = object_writer(resource, wanted)
    for href in dict.fromkeys(hrefs):
        stored = found.get(names.get(href, ""))
        if stored is None:
            yield status_response(href, 404)
        else:
            yield write_one(stored)


def _names(resource: Resource, hrefs: list[str]) -> dict[str, str]:
    """The object name of each href that lies in the collection."""
    names: dict[str, str] = {}
    base = resource.href
    for href in hrefs:
        plain = plain_name(href, base)
        if plain is not None:
            names[href] = plain
            continue
        path = parse_href(href)
        if path and path.place is Place.OBJECT and path.parent == resource.path.parent:
            names[href] = path.name
    return names
