"""Reports on principals: search, match, and those named in an ACL (RFC 3744 §9)."""

from __future__ import annotations

from collections.abc import Iterator

from calendars.dav.answers import Wanted, answer
from calendars.dav.names import CALDAV, CS, DAV
from calendars.dav.paths import DavPath, Place
from calendars.dav.request import DavRequest, DavResponse
from calendars.dav.resource import Kind, Resource, locate
from calendars.dav.xml import child, children, document, multistatus, text_of, write
from calendars.model.principal import NOTHING, Principal, Privilege
from calendars.services.authorize import check_privilege
from calendars.services.find_principals import find_principals
from calendars.services.set_acl import list_entries

SEARCHABLE = {
    DAV("displayname"): "Nom",
    CALDAV("calendar-user-address-set"): "Adresse",
    CS("email-address-set"): "Courriel",
}
# What is told where the client asks for no property at all.
_USUAL = (DAV("displayname"), CALDAV("calendar-home-set"))


def property_search(request: DavRequest) -> DavResponse:
    """DAV:principal-property-search (RFC 3744 §9.4), on any collection.

    Without DAV:property-search every principal that the asker may see matches, himself included.
    """
    root = request.root
    words = []
    for search in children(root, DAV("property-search")):
        prop = child(search, DAV("prop"))
        names = {str(c.tag) for c in children(prop)} if prop is not None else set()
        if not names & SEARCHABLE.keys():
            return DavResponse(207, multistatus(()))
        words.append(text_of(child(search, DAV("match"))).removeprefix("mailto:"))
    wanted = Wanted.of(root, minimal=request.minimal)
    if not wanted.names:
        wanted = Wanted(_USUAL)
    found = find_principals(request.db, request.actor, words)
    return DavResponse(207, multistatus(_answers(request, found, wanted)))


def _answers(request: DavRequest, found: list[Principal], wanted: Wanted) -> Iterator[str]:
    for principal in found:
        path = DavPath(Place.PRINCIPAL, principal.login)
        yield answer(
            Resource(
                Kind.PRINCIPAL,
                path,
                request.db,
                request.actor,
                request.now,
                principal=principal,
            ),
            wanted,
        )


def search_property_set(_: DavRequest) -> DavResponse:
    """DAV:principal-search-property-set (RFC 3744 §9.5)."""
    inner = "".join(
        f"<D:principal-search-property><D:prop>{write(name)}</D:prop>"
        f'<D:description xml:lang="fr">{text}</D:description></D:principal-search-property>'
        for name, text in SEARCHABLE.items()
    )
    return DavResponse(200, document("D:principal-search-property-set", inner))


def match(request: DavRequest) -> DavResponse:
    """DAV:principal-match (RFC 3744 §9.3): the principals that the asker is."""
    wanted = Wanted.of(request.root, minimal=request.minimal)
    if not wanted.names:
        wanted = Wanted((DAV("principal-URL"),))
    path = DavPath(Place.PRINCIPAL, request.actor.login)
    own = locate(request.db, request.actor, path, now=request.now)
    return DavResponse(207, multistatus([answer(own, wanted)]))


def acl_principals(request: DavRequest) -> DavResponse:
    """DAV:acl-principal-prop-set (RFC 3744 §9.2): everyone whom the ACL names."""
    resource = locate(request.db, request.actor, request.path, now=request.now)
    collection = resource.collection
    if collection is None:
        return DavResponse(207, multistatus(()))
    check_privilege(collection, resource.access or NOTHING, Privilege.ACL)
    logins: list[str] = [collection.owner_login]
    logins += [entry.login for entry in list_entries(request.db, collection, now=request.now)]
    wanted = Wanted.of(request.root, minimal=request.minimal)
    located = (
        locate(request.db, request.actor, DavPath(Place.PRINCIPAL, login), now=request.now)
        for login in dict.fromkeys(logins)
    )
    return DavResponse(207, multistatus(answer(found, wanted) for found in located))
