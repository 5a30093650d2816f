"""Properties of RFC 3744 and of calendar-proxy, with the privileges of RFC 6638 §6."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from calendars.dav.names import CS, DAV
from calendars.dav.paths import principal_href, proxy_href
from calendars.dav.property import Property
from calendars.dav.resource import EVERYWHERE, PRINCIPALS, Kind, Resource
from calendars.dav.xml import href
from calendars.model.principal import MASKED, OWNER, Access, Privilege, Rights
from calendars.services.set_proxies import Proxy, list_proxies
from calendars.storage import delegations, principals

_PRIVILEGES = (
    (Privilege.READ, ("<D:read/>", "<D:read-current-user-privilege-set/>")),
    (Privilege.READ_FREE_BUSY, ("<C:read-free-busy/>",)),
    (Privilege.WRITER, ("<D:write/>",)),
    (Privilege.WRITE_CONTENT, ("<D:write-content/>",)),
    (Privilege.WRITE_PROPERTIES, ("<D:write-properties/>",)),
    (Privilege.BIND, ("<D:bind/>",)),
    (Privilege.UNBIND, ("<D:unbind/>",)),
)
# RFC 6638 §6.1, with what people read of it: what contains the others comes first.
_DELIVER = {
    "<C:schedule-deliver/>": "Remettre des messages",
    "<C:schedule-deliver-invite/>": "Remettre des invitations",
    "<C:schedule-deliver-reply/>": "Remettre des réponses",
    "<C:schedule-query-freebusy/>": "Demander les disponibilités",
}
_SEND = {
    "<C:schedule-send/>": "Envoyer des messages",
    "<C:schedule-send-invite/>": "Envoyer des invitations",
    "<C:schedule-send-reply/>": "Envoyer des réponses",
    "<C:schedule-send-freebusy/>": "Envoyer des demandes de disponibilités",
}
_SCHEDULING = {Kind.INBOX: _DELIVER, Kind.OUTBOX: _SEND}
_OWN = frozenset({Kind.HOME, Kind.CALENDAR, Kind.INBOX, Kind.OUTBOX, Kind.OBJECT})


def privileges_of(access: Access) -> Iterator[str]:
    """Every privilege by name, the aggregates expanded (clients look for either)."""
    for privilege, names in _PRIVILEGES:
        if privilege in access.privileges:
            yield from names
    if access is OWNER:
        yield "<D:read-acl/>"


def current_user_privileges(resource: Resource) -> str:
    """RFC 3744 §5.4."""
    if resource.stored is not None and resource.stored.masked:
        names = [*privileges_of(MASKED)]
    elif resource.access is not None:
        names = [*privileges_of(resource.access), *_of_scheduling(resource)]
    else:
        names = ["<D:read/>", "<D:read-current-user-privilege-set/>"]
    return "".join(f"<D:privilege>{name}</D:privilege>" for name in names)


def _of_scheduling(resource: Resource) -> Iterator[str]:
    """Every colleague may deliver into an inbox; who acts for its owner sends from an outbox."""
    access = resource.access
    if resource.kind is Kind.INBOX:
        yield from _DELIVER
    elif resource.kind is Kind.OUTBOX and access and Privilege.SCHEDULE in access.privileges:
        yield from _SEND


def owner(resource: Resource) -> str | None:
    """RFC 3744 §5.1."""
    return href(principal_href(resource.owner_login)) if resource.owner_login else None


def _ace(principal: str, names: Iterable[str], *, protected: bool = False) -> str:
    granted = "".join(f"<D:privilege>{name}</D:privilege>" for name in names)
    tail = "<D:protected/>" if protected else ""
    return (
        f"<D:ace><D:principal>{principal}</D:principal><D:grant>{granted}</D:grant>{tail}</D:ace>"
    )


def acl(resource: Resource) -> str | None:
    """RFC 3744 §5.5: the owner, and those to whom he delegated."""
    if resource.access is None:
        return None
    sending = tuple(_SEND) if resource.kind is Kind.OUTBOX else ()
    names = (*privileges_of(OWNER), *sending)
    entries = [_ace("<D:property><D:owner/></D:property>", names, protected=True)]
    if resource.kind is Kind.INBOX:
        entries.append(_ace("<D:authenticated/>", _DELIVER, protected=True))
    collection = resource.of_collection
    for login, rights in delegations.delegates_of(
        resource.db, collection.owner_id, now=resource.now
    ):
        privileges = rights.privileges
        names = (
            *privileges_of(Access(privileges, frozenset())),
            *(sending if Privilege.SCHEDULE in privileges else ()),
        )
        entries.append(_ace(href(principal_href(login)), names))
    return "".join(entries)


def acl_restrictions(_: Resource) -> str:
    """RFC 3744 §5.6."""
    return "<D:grant-only/><D:no-invert/>"


def supported_privileges(resource: Resource) -> str:
    """RFC 3744 §5.3, with RFC 4791 §6.1.1 and RFC 6638 §6.1."""

    def entry(name: str, text: str, *inner: str, abstract: bool = False) -> str:
        mark = "<D:abstract/>" if abstract else ""
        return (
            f"<D:supported-privilege><D:privilege>{name}</D:privilege>{mark}"
            f'<D:description xml:lang="fr">{text}</D:description>{"".join(inner)}'
            "</D:supported-privilege>"
        )

    texts = _SCHEDULING.get(resource.kind, {})
    inner = [entry(*one) for one in list(texts.items())[1:]]
    scheduling = entry(*next(iter(texts.items())), *inner) if texts else ""
    return entry(
        "<D:all/>",
        "Tout",
        entry(
            "<D:read/>",
            "Lire",
            entry("<C:read-free-busy/>", "Voir les disponibilités"),
            entry("<D:read-acl/>", "Lire les droits"),
            entry("<D:read-current-user-privilege-set/>", "Lire ses propres droits"),
        ),
        entry(
            "<D:write/>",
            "Écrire",
            entry("<D:write-content/>", "Modifier le contenu"),
            entry("<D:write-properties/>", "Modifier les propriétés"),
            entry("<D:bind/>", "Ajouter"),
            entry("<D:unbind/>", "Supprimer"),
        ),
        scheduling,
        abstract=True,
    )


def principal_url(resource: Resource) -> str:
    """RFC 3744 §4.2."""
    return href(resource.href)


def principal_collections(_: Resource) -> str:
    """RFC 3744 §5.8."""
    return href("/dav/principals/")


def _proxy_kind(rights: Rights) -> str | None:
    if rights is Rights.FREE_BUSY:
        return None
    return "read" if rights is Rights.READ else "write"


def group_members(resource: Resource) -> str | None:
    """RFC 3744 §4.3; the members of a proxy group are the delegates."""
    if resource.kind is Kind.PROXY:
        proxy = Proxy(resource.path.name)
        logins = list_proxies(resource.db, resource.of_principal, proxy, now=resource.now)
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
        if kind is not None:
            yield login, kind


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
    Property(DAV("owner"), _OWN, owner),
    Property(DAV("current-user-privilege-set"), EVERYWHERE, current_user_privileges),
    Property(DAV("acl"), _OWN, acl),
    Property(DAV("acl-restrictions"), _OWN, acl_restrictions),
    Property(DAV("supported-privilege-set"), _OWN, supported_privileges),
    Property(DAV("inherited-acl-set"), _OWN, lambda _: ""),
    Property(DAV("principal-URL"), PRINCIPALS, principal_url),
    Property(DAV("alternate-URI-set"), PRINCIPALS, lambda _: ""),
    Property(DAV("principal-collection-set"), EVERYWHERE, principal_collections),
    Property(DAV("group-member-set"), PRINCIPALS, group_members),
    Property(DAV("group-membership"), PRINCIPALS, group_membership),
    Property(CS("calendar-proxy-read-for"), PRINCIPALS, proxy_read_for),
    Property(CS("calendar-proxy-write-for"), PRINCIPALS, proxy_write_for),
)
