"""MKCALENDAR, extended MKCOL and adding of a new member (RFC 4791 §5.3.1, RFC 5689, RFC 5995)."""

from __future__ import annotations

import secrets

from calendars.dav.conditions import MethodNotAllowed
from calendars.dav.methods.objects import parse_body, tags_of_outcome
from calendars.dav.methods.properties import collect_changes
from calendars.dav.names import CALDAV, DAV
from calendars.dav.paths import Place, object_href
from calendars.dav.request import DavRequest, DavResponse
from calendars.dav.resource import Kind
from calendars.dav.xml import (
    Element,
    InvalidXml,
    child,
    children,
    document,
    error_document,
    propstat,
    write,
)
from calendars.kernel.errors import Forbidden
from calendars.services.make_calendar import BadLocation, CalendarDraft, PathTaken, make_calendar
from calendars.services.put_object import ObjectPath, PutObject, put_object
from calendars.services.set_properties import PropertyChanges, set_properties


def mkcalendar(request: DavRequest) -> DavResponse:
    """A new calendar with its first properties, or nothing at all."""
    root = request.xml
    if root is not None and root.tag != CALDAV("mkcalendar"):
        raise InvalidXml("MKCALENDAR takes a CALDAV:mkcalendar body")
    _check_place(request)
    return _make(request, root, "C:mkcalendar-response")


def mkcol(request: DavRequest) -> DavResponse:
    """RFC 5689: a collection whose resource type is a calendar."""
    root = request.xml
    _check_place(request)
    if root is None or root.tag != DAV("mkcol"):
        raise Forbidden("only calendars can be made here (DAV:valid-resourcetype)")
    kinds = _resource_types(root)
    if kinds != {DAV("collection"), CALDAV("calendar")}:
        return DavResponse(403, error_document(DAV("valid-resourcetype")))
    try:
        return _make(request, root, "D:mkcol-response")
    except PathTaken as error:
        raise MethodNotAllowed(str(error)) from None  # RFC 4918 §9.3.1


def _check_place(request: DavRequest) -> None:
    if request.path.place is Place.COLLECTION:
        return
    if request.path.place is Place.OBJECT:
        raise BadLocation("a calendar cannot stand inside another one")
    raise PathTaken("something stands at that path already")


def _resource_types(root: Element) -> set[str]:
    types: set[str] = set()
    for instruction in children(root, DAV("set")):
        prop = child(instruction, DAV("prop"))
        resource_type = child(prop, DAV("resourcetype")) if prop is not None else None
        if resource_type is not None:
            types |= {str(kind.tag) for kind in children(resource_type)}
            prop.remove(resource_type)  # type: ignore[union-attr]
    return types


def _make(request: DavRequest, root: Element | None, answer: str) -> DavResponse:
    changes = PropertyChanges()
    if root is not None:
        changes, refused, names = collect_changes(Kind.CALENDAR, root)
        if refused:
            return _refusal(answer, names, refused)
    components = str(changes.columns.pop("components", "") or "")
    draft = CalendarDraft(tuple(components.split(",")) if components else ())
    make_calendar(request.db, request.actor, request.path.parent, draft, now=request.now)
    set_properties(request.db, request.actor, request.path.parent, changes, now=request.now)
    return DavResponse(201, headers=(("Cache-Control", "no-cache"),))


def _refusal(answer: str, names: list[str], refused: dict[str, tuple[int, str]]) -> DavResponse:
    """RFC 5689 §3: which properties were refused, the others failed with them."""
    stats = [propstat(write(name), status, error) for name, (status, error) in refused.items()]
    others = [write(name) for name in names if name not in refused]
    if others:
        stats.append(propstat("".join(others), 424))
    return DavResponse(403, document(answer, "".join(stats)))


def add_member(request: DavRequest) -> DavResponse:
    """RFC 5995: add a member under a name that the service chooses."""
    name = f"{secrets.token_hex(16)}.ics"
    path = ObjectPath(*request.path.parent, name)
    wanted = PutObject(path, parse_body(request), request.body)
    outcome = put_object(
        request.db, request.actor, wanted, dispatch=request.dispatch, now=request.now
    )
    location = object_href(path.login, path.collection, name)
    if outcome.masked:
        return DavResponse(201)
    return DavResponse(201, headers=(("Location", location), *tags_of_outcome(outcome)))
