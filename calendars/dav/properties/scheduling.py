"""Properties of RFC 6638 (scheduling) and RFC 7953 §7 (availability)."""

from __future__ import annotations

from calendars.dav.names import CALDAV, CS
from calendars.dav.paths import DavPath, Place, collection_href, parse_href, principal_href
from calendars.dav.property import BadPropertyValue, Property
from calendars.dav.resource import CALENDARS, OBJECTS, PRINCIPALS, Kind, Resource
from calendars.dav.xml import Element, child, children, escape, href, inner_xml, text_of
from calendars.kernel.errors import InvalidInput
from calendars.model.availability import check_availability
from calendars.model.calendar_user_address import addresses_of, login_in
from calendars.services.default_calendars import calendar_for, may_be_default
from calendars.services.make_calendar import INBOX, OUTBOX
from calendars.storage import scheduling_settings

_INBOX = frozenset({Kind.INBOX})


def inbox(resource: Resource) -> str | None:
    """RFC 6638 §2.2.1."""
    return _box(resource, INBOX)


def outbox(resource: Resource) -> str | None:
    """RFC 6638 §2.1.1."""
    return _box(resource, OUTBOX)


def _box(resource: Resource, name: str) -> str | None:
    """A proxy group is a principal too, but nobody invites it."""
    if resource.kind is Kind.PROXY:
        return None
    return href(collection_href(resource.of_principal.login, name))


def addresses(resource: Resource) -> str:
    """RFC 6638 §2.4.1: the mail address first, the path of the principal last.

    Clients write the first one into ORGANIZER.
    """
    login = resource.of_principal.login
    preferred, *others = (
        principal_href(login) if login_in(address) else address
        for address in addresses_of(resource.of_principal)
    )
    return f'<D:href preferred="1">{escape(preferred)}</D:href>' + "".join(map(href, others))


def user_type(resource: Resource) -> str:
    """RFC 6638 §2.4.2."""
    return str(resource.of_principal.kind)


def email_addresses(resource: Resource) -> str | None:
    """CalendarServer's email-address-set, which Apple's clients show."""
    email = resource.of_principal.email
    return f"<CS:email-address>{escape(email)}</CS:email-address>" if email else None


def transparency(resource: Resource) -> str:
    """RFC 6638 §9.1."""
    return "<C:transparent/>" if resource.of_collection.transparent else "<C:opaque/>"


def set_transparency(element: Element | None) -> dict[str, object]:
    """RFC 6638 §9.1."""
    if element is None:
        return {"transparent": False}
    return {"transparent": "transparent" in inner_xml(element)}


def default_calendar(resource: Resource) -> str | None:
    """RFC 6638 §9.2."""
    return _default(resource, "VEVENT")


def default_tasks(resource: Resource) -> str | None:
    """CalendarServer's schedule-default-tasks-URL: the same for tasks."""
    return _default(resource, "VTODO")


def _default(resource: Resource, component: str) -> str | None:
    found = calendar_for(resource.db, resource.owner_login, component)
    return None if found is None else href(collection_href(found.owner_login, found.name))


def set_default_calendar(resource: Resource, element: Element | None) -> dict[str, object]:
    """RFC 6638 §9.2. Raises BadPropertyValue (CALDAV:valid-schedule-default-calendar-URL)."""
    name = _chosen(resource, element, "VEVENT", "valid-schedule-default-calendar-URL")
    return {"default_calendar": name}


def set_default_tasks(resource: Resource, element: Element | None) -> dict[str, object]:
    """As for events. Raises BadPropertyValue."""
    name = _chosen(resource, element, "VTODO", "valid-schedule-default-tasks-URL")
    return {"default_tasks": name}


def _chosen(
    resource: Resource, element: Element | None, component: str, condition: str
) -> str | None:
    """The name of a calendar of the same home, None where the usual one shall serve again."""
    if element is None or next(children(element), None) is None:
        return None
    path = parse_href(text_of(child(element, "{DAV:}href")))
    if path is None or not _is_own_calendar(resource, path, component):
        raise BadPropertyValue(
            "invitations go to a calendar of the same person that takes them", CALDAV(condition)
        )
    return path.collection


def _is_own_calendar(resource: Resource, path: DavPath, component: str) -> bool:
    if path.place is not Place.COLLECTION or path.login != resource.owner_login:
        return False
    return may_be_default(resource.db, path.login, path.collection, component)


def availability(resource: Resource) -> str | None:
    """RFC 7953 §7.2.4, and CalendarServer's of the same name."""
    text = scheduling_settings.of_login(resource.db, resource.owner_login).availability
    return None if text is None else escape(text)


def set_availability(element: Element | None) -> dict[str, object]:
    """RFC 7953 §7.2.4. Raises BadPropertyValue (CALDAV:valid-calendar-data)."""
    text = text_of(element)
    if not text:
        return {"availability": None}
    text += "\r\n"
    try:
        check_availability(text)
    except InvalidInput as error:
        raise BadPropertyValue(str(error), CALDAV("valid-calendar-data")) from None
    return {"availability": text}


def schedule_tag(resource: Resource) -> str | None:
    """RFC 6638 §9.3: of scheduling objects alone."""
    tag = resource.of_object.schedule_tag
    return None if tag is None else f"&quot;{tag}&quot;"


PROPERTIES = (
    Property(CALDAV("schedule-inbox-URL"), PRINCIPALS, inbox),
    Property(CALDAV("schedule-outbox-URL"), PRINCIPALS, outbox),
    Property(CALDAV("calendar-user-address-set"), PRINCIPALS, addresses),
    Property(CALDAV("calendar-user-type"), PRINCIPALS, user_type),
    Property(CS("email-address-set"), PRINCIPALS, email_addresses),
    Property(CALDAV("schedule-calendar-transp"), CALENDARS, transparency, set_transparency),
    Property(
        CALDAV("schedule-default-calendar-URL"),
        _INBOX,
        default_calendar,
        write_at=set_default_calendar,
    ),
    Property(
        CALDAV("schedule-default-tasks-URL"), _INBOX, default_tasks, write_at=set_default_tasks
    ),
    Property(CALDAV("calendar-availability"), _INBOX, availability, set_availability),
    Property(CS("calendar-availability"), _INBOX, availability, set_availability),
    Property(CALDAV("schedule-tag"), OBJECTS, schedule_tag),
)
