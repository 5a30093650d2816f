"""Properties of RFC 3744, with the privileges of RFC 6638 §6."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from calendars.dav.names import DAV
from calendars.dav.paths import home_href, principal_href
from calendars.dav.property import Property
from calendars.dav.resource import EVERYWHERE, PRINCIPALS, Kind, Resource
from calendars.dav.xml import href
from calendars.model.principal import MASKED, Access, Privilege
from calendars.services.set_acl import Entry, list_entries

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
# What an ACE may name; the rest is contained in these (RFC 3744 §5.3.1).
_ACE = (
    (Privilege.READ, "<D:read/>"),
    (Privilege.READ_FREE_BUSY, "<C:read-free-busy/>"),
    (Privilege.WRITER, "<D:write/>"),
)
_ACE_OF_OWNER = (
    "<D:read/>",
    "<C:read-free-busy/>",
    "<D:write/>",
    "<D:read-acl/>",
    "<D:write-acl/>",
)
_OWNER, _PROTECTED = "<D:property><D:owner/></D:property>", "<D:protected/>"
_OWN = frozenset(
    {Kind.HOME, Kind.CALENDAR, Kind.INBOX, Kind.OUTBOX, Kind.OBJECT, Kind.NOTIFICATIONS}
)


def privileges_of(access: Access) -> Iterator[str]:
    """Every privilege by name, the aggregates expanded (clients look for either)."""
    for privilege, names in _PRIVILEGES:
        if privilege in access.privileges:
            yield from names
    if Privilege.ACL in access.privileges:
        yield "<D:read-acl/>"
        yield "<D:write-acl/>"


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


def acl(resource: Resource) -> str | None:
    """RFC 3744 §5.5: the owner, and those to whom he delegated; for the owner to read."""
    if resource.access is None or Privilege.ACL not in resource.access.privileges:
        return None
    sending = tuple(_SEND) if resource.kind is Kind.OUTBOX else ()
    entries = [_ace(_OWNER, (*_ACE_OF_OWNER, *sending), _PROTECTED)]
    if resource.kind is Kind.INBOX:
        entries.append(_ace("<D:authenticated/>", _DELIVER, _PROTECTED))
    for entry in list_entries(resource.db, resource.of_collection, now=resource.now):
        names = (
            *(name for privilege, name in _ACE if privilege in entry.rights.privileges),
            *(sending if Privilege.SCHEDULE in entry.rights.privileges else ()),
        )
        entries.append(_ace(href(principal_href(entry.login)), names, _tail(resource, entry)))
    return "".join(entries)


def _tail(resource: Resource, entry: Entry) -> str:
    """What is given on the whole diary comes from the home; a share is ended as it was made."""
    if entry.shared:
        return _PROTECTED
    inherited = entry.whole and resource.kind is not Kind.HOME
    return (
        f"<D:inherited>{href(home_href(resource.owner_login))}</D:inherited>" if inherited else ""
    )


def _ace(principal: str, names: Iterable[str], tail: str) -> str:
    granted = "".join(f"<D:privilege>{name}</D:privilege>" for name in names)
    return (
        f"<D:ace><D:principal>{principal}</D:principal><D:grant>{granted}</D:grant>{tail}</D:ace>"
    )


def acl_restrictions(_: Resource) -> str:
    """RFC 3744 §5.6."""
    return "<D:grant-only/><D:no-invert/>"


def inherited_acl_set(resource: Resource) -> str:
    """RFC 3744 §5.7: what is given on the home holds in all that stands there."""
    return "" if resource.kind is Kind.HOME else href(home_href(resource.owner_login))


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
            entry("<D:read-current-user-privilege-set/>", "Lire ses propres droits", abstract=True),
        ),
        entry("<D:read-acl/>", "Lire les droits", abstract=True),
        entry("<D:write-acl/>", "Donner des droits", abstract=True),
        entry(
            "<D:write/>",
            "Écrire",
            entry("<D:write-content/>", "Modifier le contenu", abstract=True),
            entry("<D:write-properties/>", "Modifier les propriétés", abstract=True),
            entry("<D:bind/>", "Ajouter", abstract=True),
            entry("<D:unbind/>", "Supprimer", abstract=True),
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


PROPERTIES = (
    Property(DAV("owner"), _OWN, owner),
    Property(DAV("current-user-privilege-set"), EVERYWHERE, current_user_privileges),
    Property(DAV("acl"), _OWN, acl),
    Property(DAV("acl-restrictions"), _OWN, acl_restrictions),
    Property(DAV("supported-privilege-set"), _OWN, supported_privileges),
    Property(DAV("inherited-acl-set"), _OWN, inherited_acl_set),
    Property(DAV("principal-URL"), PRINCIPALS, principal_url),
    Property(DAV("alternate-URI-set"), PRINCIPALS, lambda _: ""),
    Property(DAV("principal-collection-set"), EVERYWHERE, principal_collections),
)
