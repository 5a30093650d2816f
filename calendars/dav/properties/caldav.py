"""Properties of RFC 4791 §5.2 and §6.2, RFC 7809 §5.2, and Apple's calendar colour and order."""

from __future__ import annotations

from calendars.dav.names import APPLE, CALDAV
from calendars.dav.paths import home_href
from calendars.dav.properties.webdav import text_column
from calendars.dav.property import BadPropertyValue, Property
from calendars.dav.resource import CALENDARS, COLLECTIONS, OBJECTS, PRINCIPALS, Resource
from calendars.dav.xml import Element, children, escape, href, text_of
from calendars.kernel.errors import InvalidInput
from calendars.model.calendar_collection import COMPONENTS, CalendarCollection
from calendars.model.invalid import UnsupportedComponent
from calendars.model.limits import LIMITS
from calendars.model.time_zone_text import tzid_of
from calendars.model.time_zones import minimal_vtimezone, named_zone

COLLATIONS = ("i;ascii-casemap", "i;octet", "i;unicode-casemap")


def _optional(value: str | None) -> str | None:
    return None if value is None else escape(value)


def description(resource: Resource) -> str | None:
    """RFC 4791 §5.2.1."""
    return _optional(resource.of_collection.description)


def color(resource: Resource) -> str | None:
    """As given: six or eight hexadecimal digits, or a name."""
    return _optional(resource.of_collection.color)


def order(resource: Resource) -> str | None:
    """As given."""
    return _optional(resource.of_collection.display_order)


def time_zone(resource: Resource) -> str | None:
    """RFC 4791 §5.2.2: as given, else the definition that the id stands for."""
    collection = resource.of_collection
    if collection.timezone is not None:
        return escape(collection.timezone)
    return escape(_definition(collection))


def _definition(collection: CalendarCollection) -> str:
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Niaouli//FR\r\n"
        f"{minimal_vtimezone(collection.timezone_id)}END:VCALENDAR\r\n"
    )


def set_time_zone(element: Element | None) -> dict[str, object]:
    """RFC 4791 §5.2.2. Raises BadPropertyValue (CALDAV:valid-calendar-data)."""
    if element is None:
        return {"timezone": None}
    text = text_of(element) + "\r\n"
    try:
        tzid = tzid_of(text)
    except InvalidInput as error:
        raise BadPropertyValue(str(error), CALDAV("valid-calendar-data")) from None
    return {"timezone": text, "timezone_id": tzid if named_zone(tzid) else "UTC"}


def time_zone_id(resource: Resource) -> str:
    """RFC 7809 §5.2."""
    return escape(resource.of_collection.timezone_id)


def set_time_zone_id(element: Element | None) -> dict[str, object]:
    """RFC 7809 §5.2. Raises BadPropertyValue (CALDAV:valid-timezone)."""
    if element is None:
        return {"timezone": None}
    tzid = text_of(element)
    if named_zone(tzid) is None:
        raise BadPropertyValue(f"unknown time zone {tzid[:60]}", CALDAV("valid-timezone"))
    return {"timezone": None, "timezone_id": tzid}


def components(resource: Resource) -> str:
    """RFC 4791 §5.2.3."""
    return "".join(f'<C:comp name="{name}"/>' for name in resource.of_collection.components)


def choose_components(element: Element | None) -> dict[str, object]:
    """RFC 4791 §5.2.3: when the calendar is made. Raises UnsupportedComponent."""
    if element is None:
        return {}
    names = [comp.get("name", "").upper() for comp in children(element, CALDAV("comp"))]
    for name in names:
        if name not in COMPONENTS:
            raise UnsupportedComponent(f"no calendar here takes {name[:40]}")
    return {"components": ",".join(names)} if names else {}


def component_sets(_: Resource) -> str:
    """RFC 5689-style advice for those who make calendars: any mix is taken."""
    return "".join(
        f'<C:supported-calendar-component-set><C:comp name="{name}"/>'
        "</C:supported-calendar-component-set>"
        for name in COMPONENTS
    )


def data_types(_: Resource) -> str:
    """RFC 4791 §5.2.4, RFC 7265 §5."""
    return (
        '<C:calendar-data content-type="text/calendar" version="2.0"/>'
        '<C:calendar-data content-type="application/calendar+json" version="2.0"/>'
    )


def collations(_: Resource) -> str:
    """RFC 4791 §7.5.1."""
    return "".join(f"<C:supported-collation>{name}</C:supported-collation>" for name in COLLATIONS)


def home_set(resource: Resource) -> str:
    """RFC 4791 §6.2.1: exactly one, since some clients take only the first."""
    return href(home_href(resource.path.login))


def calendar_data(resource: Resource) -> str | None:
    """RFC 4791 §9.6: in the answers of reports that ask for it."""
    if resource.calendar_data is None:
        return None
    return resource.calendar_data(resource.of_object)


PROPERTIES = (
    Property(CALDAV("calendar-description"), COLLECTIONS, description, text_column("description")),
    Property(CALDAV("calendar-timezone"), CALENDARS, time_zone, set_time_zone),
    Property(CALDAV("calendar-timezone-id"), CALENDARS, time_zone_id, set_time_zone_id),
    Property(
        CALDAV("supported-calendar-component-set"),
        COLLECTIONS,
        components,
        at_creation=choose_components,
    ),
    Property(CALDAV("supported-calendar-component-sets"), COLLECTIONS, component_sets),
    Property(CALDAV("supported-calendar-data"), COLLECTIONS, data_types),
    Property(CALDAV("supported-collation-set"), COLLECTIONS, collations),
    # RFC 8607 §6
    Property(CALDAV("max-attachment-size"), COLLECTIONS, lambda _: str(LIMITS.max_attachment_size)),
    Property(
        CALDAV("max-attachments-per-resource"), COLLECTIONS, lambda _: str(LIMITS.max_attachments)
    ),
    Property(CALDAV("max-resource-size"), COLLECTIONS, lambda _: str(LIMITS.max_resource_size)),
    Property(CALDAV("min-date-time"), COLLECTIONS, lambda _: "19000101T000000Z"),
    Property(CALDAV("max-date-time"), COLLECTIONS, lambda _: "21001231T235959Z"),
    Property(CALDAV("max-instances"), COLLECTIONS, lambda _: str(LIMITS.max_instances)),
    Property(
        CALDAV("max-attendees-per-instance"), COLLECTIONS, lambda _: str(LIMITS.max_attendees)
    ),
    Property(CALDAV("calendar-home-set"), PRINCIPALS, home_set),
    Property(CALDAV("calendar-data"), OBJECTS, calendar_data),
    Property(APPLE("calendar-color"), CALENDARS, color, text_column("color")),
    Property(APPLE("calendar-order"), CALENDARS, order, text_column("display_order")),
)
