"""Properties of CalendarServer's sharing and of its notifications."""

from __future__ import annotations

from calendars.dav.names import CS, DAV
from calendars.dav.paths import collection_href
from calendars.dav.property import Property
from calendars.dav.resource import CALENDARS, PRINCIPALS, Kind, Resource
from calendars.dav.sharing_xml import invite, kind_element, notification
from calendars.dav.xml import href
from calendars.services.share_calendar import list_offers, offer_to
from calendars.services.share_notices import NOTIFICATION

_NOTICES = frozenset({Kind.NOTICE})


def invitations(resource: Resource) -> str | None:
    """CS:invite: for the owner everybody, for a sharee the owner and himself."""
    collection = resource.of_collection
    if collection.mounted_at is None:
        if collection.owner_id != resource.actor.id or not collection.shared:
            return None
        return invite(list_offers(resource.db, collection), None)
    mine = offer_to(resource.db, resource.actor, collection)
    return None if mine is None else invite([mine], (mine.owner, mine.owner_name))


def sharing_modes(resource: Resource) -> str | None:
    """CS:allowed-sharing-modes: the owner may offer it; nothing is published to the world."""
    own = resource.of_collection.owner_id == resource.actor.id
    return "<CS:can-be-shared/>" if own else None


def shared_url(resource: Resource) -> str | None:
    """CS:shared-url: where the calendar stands with its owner."""
    collection = resource.of_collection
    if collection.mounted_at is None:
        return None
    return href(collection_href(collection.owner_login, collection.name))


def notification_url(resource: Resource) -> str | None:
    """CS:notification-URL."""
    if resource.kind is Kind.PROXY:
        return None
    return href(collection_href(resource.of_principal.login, NOTIFICATION))


def length(resource: Resource) -> str:
    """RFC 4918 §15.4."""
    return str(len(notification(resource.of_notice, resource.path.login).encode()))


PROPERTIES = (
    Property(CS("invite"), CALENDARS, invitations),
    Property(CS("allowed-sharing-modes"), CALENDARS, sharing_modes),
    Property(CS("shared-url"), CALENDARS, shared_url),
    Property(CS("notification-URL"), PRINCIPALS, notification_url),
    Property(CS("notificationtype"), _NOTICES, lambda r: kind_element(r.of_notice)),
    Property(
        DAV("getetag"), _NOTICES, lambda r: f"&quot;{r.of_notice.etag}&quot;", in_allprop=True
    ),
    Property(
        DAV("getcontenttype"), _NOTICES, lambda _: "application/xml; charset=utf-8", in_allprop=True
    ),
    Property(DAV("getcontentlength"), _NOTICES, length, in_allprop=True),
)
