"""PROPFIND and PROPPATCH (RFC 4918 §9.1, §9.2)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from lxml import etree

from calendars.dav.answers import Wanted, answer, bearer_of, light_answers, object_writer
from calendars.dav.conditions import FiniteDepthOnly, NotYours
from calendars.dav.methods.proxies import set_members
from calendars.dav.names import DAV
from calendars.dav.paths import DavPath, Place
from calendars.dav.properties import BY_KIND, LIVE_NAMES
from calendars.dav.property import BadPropertyValue, Property, Write
from calendars.dav.request import INFINITY, DavRequest, DavResponse, TooMuchForNow
from calendars.dav.resource import COLLECTIONS, Kind, Resource, locate, of_notice, of_row
from calendars.dav.xml import (
    Element,
    InvalidXml,
    child,
    children,
    multistatus,
    propstat,
    response,
    write,
)
from calendars.kernel.audit import Target
from calendars.model.principal import Privilege
from calendars.services.authorize import NeedPrivileges
from calendars.services.find_principals import find_principals
from calendars.services.list_changes import list_tags
from calendars.services.list_home_changes import list_members
from calendars.services.read_objects import read_each
from calendars.services.set_properties import PropertyChanges, set_dead_properties, set_properties
from calendars.services.share_notices import list_notice_changes
from calendars.services.show_objects import View
from calendars.storage import audit


def propfind(request: DavRequest) -> DavResponse:
    """The properties of a resource, at Depth 1 of its members too."""
    # No header stands for infinity (RFC 4918 §9.1), which is refused; old clients that leave it
    # out, such as dav 1.8 for Node.js, want to know of the resource itself.
    depth = request.depth("0")
    if depth == INFINITY:
        raise FiniteDepthOnly("Depth: infinity is not answered; ask level by level")
    wanted = Wanted.of_propfind(request.xml, minimal=request.minimal)
    if depth == "1" and request.brief:
        raise TooMuchForNow
    resource = locate(request.db, request.actor, request.path, now=request.now)
    answers: list[str] = []
    if depth == "0" or "depth-noroot" not in request.preferences:
        answers.append(answer(resource, wanted))
    if depth == "1":
        answers.extend(_members(resource, wanted))
    applied = (("Preference-Applied", "return=minimal"),) if request.minimal else ()
    return DavResponse(207, multistatus(answers), headers=applied)


def _members(resource: Resource, wanted: Wanted) -> Iterator[str]:
    """The members that the asker may see, one DAV:response each."""
    if resource.kind is Kind.HOME:
        yield from _collections(resource, wanted)
    elif resource.kind in COLLECTIONS:
        yield from _objects(resource, wanted)
    elif resource.kind is Kind.NOTIFICATIONS:
        for notice in list_notice_changes(resource.db, resource.of_collection, "").came:
            yield answer(of_notice(resource, notice), wanted)
    else:
        for path in _paths_below(resource):
            found = locate(resource.db, resource.actor, path, now=resource.now)
            yield answer(found, wanted)


def _paths_below(resource: Resource) -> Iterator[DavPath]:
    """The places above the homes: what stands there is the same for everybody."""
    match resource.kind:
        case Kind.ROOT:
            yield from (DavPath(Place.PRINCIPALS), DavPath(Place.HOMES))
        case Kind.PRINCIPAL:
            for kind in ("read", "write"):
                yield DavPath(Place.PROXY, resource.path.login, name=kind)
        case Kind.PRINCIPALS:
            for principal in find_principals(resource.db, resource.actor, ()):
                yield DavPath(Place.PRINCIPAL, principal.login)
        case Kind.HOMES:
            yield DavPath(Place.HOME, resource.actor.login)


def _collections(home: Resource, wanted: Wanted) -> Iterator[str]:
    for member in list_members(home.db, home.actor, home.of_collection, now=home.now):
        yield answer(of_row(home, *member), wanted)


def _objects(resource: Resource, wanted: Wanted) -> Iterator[str]:
    access = resource.access
    if access is None:
        return
    collection = resource.of_collection
    if wanted.light:
        # A listing of entity tags reads the index alone.
        tags = list_tags(resource.db, collection, access)
        yield from light_answers(resource.href, wanted.names, tags)
        return
    write_one = object_writer(resource, wanted)
    for found in read_each(resource.db, collection, access, quiet=True):
        yield write_one(found)


def proppatch(request: DavRequest) -> DavResponse:
    """Set and remove properties: all of them or none."""
    if request.root.tag != DAV("propertyupdate"):
        raise InvalidXml("PROPPATCH takes a DAV:propertyupdate body")
    resource = locate(request.db, request.actor, request.path, now=request.now)
    if resource.kind is Kind.PROXY:
        return set_members(request, resource)
    _check_may_write(resource)
    changes, refused, names = collect_changes(resource.kind, request.root, resource=resource)
    if refused:
        return DavResponse(207, multistatus([_refused(resource, names, refused)]))
    if resource.kind in COLLECTIONS | {Kind.HOME}:
        set_properties(request.db, request.actor, request.path.parent, changes, now=request.now)
    else:
        bearer = bearer_of(resource)
        if bearer is not None:
            told = _told(resource)
            set_dead_properties(
                request.db, request.actor, bearer, told, changes.dead, now=request.now
            )
    if request.minimal:
        return DavResponse(200, headers=(("Preference-Applied", "return=minimal"),))
    done = propstat("".join(write(name) for name in names), 200)
    return DavResponse(207, multistatus([response(resource.href, done)]))


def _told(resource: Resource) -> Target:
    """What the audit trail says is changed."""
    if resource.stored is None:
        return Target(resource.of_principal.id)
    stored = resource.stored
    return audit.about(resource.of_collection, stored.name, stored.visibility)


def _check_may_write(resource: Resource) -> None:
    if resource.access is not None:
        if resource.stored is not None and resource.stored.masked:
            View(resource.db, resource.of_collection, resource.access).refuse(resource.stored.id)
        mounted = resource.kind is Kind.CALENDAR and resource.of_collection.mounted_at is not None
        if not mounted and Privilege.WRITE_PROPERTIES not in resource.access.privileges:
            raise NeedPrivileges(resource.path.parent, Privilege.WRITE_PROPERTIES)
    elif resource.kind is not Kind.PRINCIPAL or resource.of_principal.id != resource.actor.id:
        raise NotYours(resource.href)


def collect_changes(
    kind: Kind, root: Element, *, resource: Resource | None = None
) -> tuple[PropertyChanges, dict[str, tuple[int, str]], list[str]]:
    """What DAV:set and DAV:remove ask for, what of it is refused and why, and all the names.

    Without a resource it is one that is being made.
    """
    changes = PropertyChanges()
    refused: dict[str, tuple[int, str]] = {}
    names: list[str] = []
    for name, element in _instructions(root):
        names.append(name)
        row = BY_KIND[kind].get(name)
        change = None if row is None else _change_of(row, resource)
        if change is not None and kind in COLLECTIONS:
            try:
                changes.columns.update(change(element))
            except BadPropertyValue as error:
                refused[name] = (403 if error.condition else 409, write(error.condition or ""))
        elif row is not None or name in LIVE_NAMES:
            refused[name] = (403, write(DAV("cannot-modify-protected-property")))
        else:
            changes.dead[name] = None if element is None else _as_sent(element)
    return changes, refused, names


def _instructions(root: Element) -> Iterator[tuple[str, Element | None]]:
    """Names with their new values; None removes."""
    for instruction in children(root):
        removing = instruction.tag == DAV("remove")
        prop = child(instruction, DAV("prop"))
        if prop is not None and (removing or instruction.tag == DAV("set")):
            for element in children(prop):
                yield str(element.tag), None if removing else element


def _change_of(row: Property, resource: Resource | None) -> Write | None:
    if resource is None:
        return row.write or row.at_creation
    return row.write if row.write_at is None else partial(row.write_at, resource)


def _as_sent(element: Element) -> str:
    element.tail = None
    return etree.tostring(element, encoding="unicode")


def _refused(resource: Resource, names: list[str], refused: dict[str, tuple[int, str]]) -> str:
    stats = [propstat(write(name), status, error) for name, (status, error) in refused.items()]
    others = [write(name) for name in dict.fromkeys(names) if name not in refused]
    if others:
        stats.append(propstat("".join(others), 424))
    return response(resource.href, "".join(stats))
