"""PROPPATCH of a calendar-proxy group: its members are set, and nothing else of it (§3)."""

from __future__ import annotations

from calendars.dav.conditions import NotYours
from calendars.dav.names import DAV
from calendars.dav.paths import Place, parse_href
from calendars.dav.request import DavRequest, DavResponse
from calendars.dav.resource import Resource
from calendars.dav.xml import (
    Element,
    child,
    children,
    multistatus,
    propstat,
    response,
    text_of,
    write,
)
from calendars.kernel.errors import NotFound
from calendars.services.delegate import NotAPerson, OwnDiary
from calendars.services.set_proxies import Proxy, set_proxies

MEMBERS = DAV("group-member-set")
MAX_MEMBERS = 200


def set_members(request: DavRequest, resource: Resource) -> DavResponse:
    """Who reads or keeps the diary; its owner says so alone. All of the body or nothing."""
    if resource.of_principal.id != resource.actor.id:
        raise NotYours(resource.href)
    asked = list(_asked(request.root))
    names = list(dict.fromkeys(str(element.tag) for element, _ in asked))
    refused = [name for name in names if name != MEMBERS]
    if refused:
        return _refused(resource, names, refused, DAV("cannot-modify-protected-property"))
    if asked:
        element, removed = asked[-1]  # instructions hold in their order (RFC 4918 §9.2)
        logins = [] if removed else _logins(element)
        try:
            if logins is None or len(logins) > MAX_MEMBERS:
                raise NotFound("no such principal")
            proxy = Proxy(resource.path.name)
            set_proxies(request.db, request.actor, proxy, logins, now=request.now)
        except (NotFound, OwnDiary, NotAPerson):
            return _refused(resource, names, [MEMBERS], DAV("recognized-principal"))
    done = propstat("".join(write(name) for name in names), 200)
    return DavResponse(207, multistatus([response(resource.href, done)]))


def _asked(root: Element) -> list[tuple[Element, bool]]:
    """The properties of the instructions, each with whether it is to be removed."""
    found: list[tuple[Element, bool]] = []
    for instruction in children(root):
        prop = child(instruction, DAV("prop"))
        if prop is not None and instruction.tag in {DAV("set"), DAV("remove")}:
            found += [(element, instruction.tag == DAV("remove")) for element in children(prop)]
    return found


def _logins(element: Element) -> list[str] | None:
    """The principals that are named, None where one is none of ours."""
    logins: list[str] = []
    for href in children(element, DAV("href")):
        path = parse_href(text_of(href))
        if path is None or path.place is not Place.PRINCIPAL:
            return None
        logins.append(path.login)
    return logins


def _refused(
    resource: Resource, names: list[str], refused: list[str], condition: str
) -> DavResponse:
    stats = [propstat(write(name), 403, write(condition)) for name in refused]
    stats += [propstat(write(name), 424) for name in names if name not in refused]
    return DavResponse(207, multistatus([response(resource.href, "".join(stats))]))
