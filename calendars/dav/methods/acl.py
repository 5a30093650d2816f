"""ACL (RFC 3744 §8.1): grants to single people, which are delegations; all else is refused."""

from __future__ import annotations

from calendars.dav.conditions import MethodNotAllowed
from calendars.dav.names import CALDAV, DAV, split
from calendars.dav.paths import Place, parse_href
from calendars.dav.request import DavRequest, DavResponse
from calendars.dav.xml import Element, InvalidXml, child, children, error_document, text_of
from calendars.kernel.errors import NotFound
from calendars.model.acl import AclFault, rights_of
from calendars.model.principal import Principal, PrincipalKind, Rights
from calendars.services.find_principals import get_principal
from calendars.services.set_acl import set_acl

MAX_ACES = 200
_PRIVILEGE_NAMES = (DAV(""), CALDAV(""))


class _Refused(Exception):
    """A precondition that does not hold."""

    def __init__(self, fault: AclFault) -> None:
        self.fault = fault


def acl(request: DavRequest) -> DavResponse:
    """Set who has rights here: all of the list or nothing of it."""
    if request.path.place not in {Place.HOME, Place.COLLECTION}:
        raise MethodNotAllowed("rights are given on calendars and on homes")
    root = request.root
    if root.tag != DAV("acl"):
        raise InvalidXml("ACL takes a DAV:acl body")
    try:
        grants = _grants(request, root)
    except _Refused as refused:
        return DavResponse(403, error_document(DAV(refused.fault)))
    set_acl(request.db, request.actor, request.path.parent, grants, now=request.now)
    return DavResponse(200)


def _grants(request: DavRequest, root: Element) -> dict[str, tuple[Principal, Rights]]:
    """What is to be granted, by login; protected and inherited entries are as they are."""
    aces = list(children(root, DAV("ace")))
    if len(aces) > MAX_ACES:
        raise _Refused(AclFault.TOO_MANY)
    found: dict[str, tuple[Principal, set[str]]] = {}
    for ace in aces:
        if child(ace, DAV("protected")) is not None or child(ace, DAV("inherited")) is not None:
            continue
        principal = _principal(request, ace)
        names = _privileges(ace)
        if principal is not None:
            found.setdefault(principal.login, (principal, set()))[1].update(names)
    return {login: (principal, _rights(names)) for login, (principal, names) in found.items()}


def _principal(request: DavRequest, ace: Element) -> Principal | None:
    """Whom an entry speaks of, None for the owner, whose entry is protected."""
    if child(ace, DAV("invert")) is not None:
        raise _Refused(AclFault.NO_INVERT)
    named = child(ace, DAV("principal"))
    if named is None:
        raise InvalidXml("a DAV:ace names a DAV:principal")
    href = child(named, DAV("href"))
    if href is None:
        if _is_owner(named):
            return None
        raise _Refused(AclFault.ALLOWED_PRINCIPAL)
    path = parse_href(text_of(href))
    if path is None or path.place is not Place.PRINCIPAL:
        raise _Refused(AclFault.RECOGNIZED_PRINCIPAL)
    try:
        principal = get_principal(request.db, path.login)
    except NotFound:
        raise _Refused(AclFault.RECOGNIZED_PRINCIPAL) from None
    if principal.kind is not PrincipalKind.INDIVIDUAL:
        raise _Refused(AclFault.ALLOWED_PRINCIPAL)
    return None if principal.login == request.path.login else principal


def _is_owner(named: Element) -> bool:
    prop = child(named, DAV("property"))
    return prop is not None and child(prop, DAV("owner")) is not None


def _privileges(ace: Element) -> set[str]:
    if child(ace, DAV("deny")) is not None:
        raise _Refused(AclFault.GRANT_ONLY)
    grant = child(ace, DAV("grant"))
    if grant is None:
        raise InvalidXml("a DAV:ace grants something")
    names: set[str] = set()
    for privilege in children(grant, DAV("privilege")):
        for element in children(privilege):
            tag = str(element.tag)
            if not tag.startswith(_PRIVILEGE_NAMES):
                raise _Refused(AclFault.NOT_SUPPORTED)
            names.add(split(tag)[1])
    return names


def _rights(names: set[str]) -> Rights:
    rights = rights_of(names)
    if isinstance(rights, AclFault):
        raise _Refused(rights)
    return rights
