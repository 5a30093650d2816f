"""Groups and their members (RFC 3744 §4.3, §4.4), and the groups of calendar-proxy."""

from __future__ import annotations

from collections.abc import Iterator

from calendars.dav.names import CS, DAV
from calendars.dav.paths import principal_href, proxy_href
from calendars.dav.property import Property
from calendars.dav.resource import PRINCIPALS, Kind, Resource
from calendars.dav.xml import href
from calendars.model.principal import Rights
from calendars.services.set_proxies import Proxy, list_proxies
from calendars.storage import delegations, principals


def _proxy_kind(rights: Rights) -> str | None:
    if rights is Rights.FREE_BUSY:
        return None
    return "read" if rights is Rights.READ else "write"


def group_members(resource: Resource) -> str | None:
    """RFC 3744 §4.3; the members of a proxy group are the delegates.

    They are told to their owner; a delegate finds himself.
    """
    if resource.kind is Kind.PROXY:
        proxy = Proxy(resource.path.name)
        members = list_proxies(resource.db, resource.of_principal, proxy, now=resource.now)
        logins = [login for login in members if _concerns(resource, login)]
    else:
        logins = [p.login for p in principals.members_of(resource.db, resource.of_principal.id)]
    return "".join(href(principal_href(login)) for login in logins)


def group_membership(resource: Resource) -> str:
    """RFC 3744 §4.4: groups, and the proxy groups of those who delegated to this principal."""
    if resource.kind is Kind.PROXY:
        return ""
    principal = resource.of_principal
    hrefs = [principal_href(g.login) for g in principals.groups_of(resource.db, principal.id)]
    hrefs += [proxy_href(login, kind) for login, kind in _delegators(resource)]
    return "".join(href(path) for path in hrefs)


def _delegators(resource: Resource) -> Iterator[tuple[str, str]]:
    found = delegations.owners_delegating_to(
        resource.db, resource.of_principal.id, now=resource.now
    )
    for login, rights in found:
        kind = _proxy_kind(rights)
        if kind is not None and _concerns(resource, login):
            yield login, kind


def _concerns(resource: Resource, other: str) -> bool:
    """Who keeps whose diary is told to the two, and to nobody else (SEC-5)."""
    return resource.actor.login in {resource.of_principal.login, other}


def proxy_read_for(resource: Resource) -> str | None:
    """Principals whose diaries this one may read (calendar-proxy §5)."""
    return _proxy_for(resource, "read")


def proxy_write_for(resource: Resource) -> str | None:
    """Principals whose diaries this one may write (calendar-proxy §5)."""
    return _proxy_for(resource, "write")


def _proxy_for(resource: Resource, wanted: str) -> str | None:
    if resource.kind is Kind.PROXY:
        return None
    return "".join(
        href(principal_href(login)) for login, kind in _delegators(resource) if kind == wanted
    )


PROPERTIES = (
    Property(DAV("group-member-set"), PRINCIPALS, group_members),
    Property(DAV("group-membership"), PRINCIPALS, group_membership),
    Property(CS("calendar-proxy-read-for"), PRINCIPALS, proxy_read_for),
    Property(CS("calendar-proxy-write-for"), PRINCIPALS, proxy_write_for),
)
