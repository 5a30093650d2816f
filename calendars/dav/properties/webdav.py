"""Properties of RFC 4918 §15, RFC 6578 §3, RFC 5397, RFC 3253 and the CTag."""

from __future__ import annotations

from datetime import UTC, datetime
from time import gmtime

from calendars.dav.names import CS, DAV
from calendars.dav.paths import principal_href
from calendars.dav.property import Property, Write
from calendars.dav.resource import (
    COLLECTIONS,
    EVERYWHERE,
    OBJECTS,
    Kind,
    Resource,
)
from calendars.dav.xml import Element, escape, href, text_of
from calendars.services import list_changes
from calendars.services.list_home_changes import token_of_home

_TYPES = {
    Kind.ROOT: "<D:collection/>",
    Kind.PRINCIPALS: "<D:collection/>",
    Kind.PRINCIPAL: "<D:collection/><D:principal/>",
    Kind.HOMES: "<D:collection/>",
    Kind.HOME: "<D:collection/>",
    Kind.CALENDAR: "<D:collection/><C:calendar/>",
    Kind.INBOX: "<D:collection/><C:schedule-inbox/>",
    Kind.OUTBOX: "<D:collection/><C:schedule-outbox/>",
    Kind.OBJECT: "",
    Kind.NOTIFICATIONS: "<D:collection/><CS:notification/>",
    Kind.NOTICE: "",
}
_NAMES = {
    Kind.ROOT: "Niaouli",
    Kind.PRINCIPALS: "Annuaire",
    Kind.HOMES: "Agendas",
    Kind.NOTIFICATIONS: "Partages",
}

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip

MULTIGET, QUERY = "<C:calendar-multiget/>", "<C:calendar-query/>"
FREE_BUSY, SYNC = "<C:free-busy-query/>", "<D:sync-collection/>"
EVERYWHERE_REPORTS: tuple[str, ...] = (
    "<D:expand-property/>",
    "<D:principal-property-search/>",
    "<D:principal-search-property-set/>",
    "<D:principal-match/>",
    "<D:acl-principal-prop-set/>",
)


def resource_type(resource: Resource) -> str:
    """RFC 4918 §15.9."""
    if resource.kind is Kind.PROXY:
        return f"<D:collection/><D:principal/><CS:calendar-proxy-{resource.path.name}/>"
    if resource.kind is Kind.CALENDAR:
        return _TYPES[resource.kind] + _sharing(resource)
    return _TYPES[resource.kind]


def _sharing(resource: Resource) -> str:
    """CalendarServer's: who finds CS:shared may take the calendar out of his home, no more."""
    collection = resource.of_collection
    if collection.mounted_at is not None:
        return "<CS:shared/>"
    owns = collection.shared and collection.owner_id == resource.actor.id
    return "<CS:shared-owner/>" if owns else ""


def display_name(resource: Resource) -> str | None:
    """RFC 4918 §15.2."""
    if resource.principal is not None:
        return escape(resource.principal.display_name)
    if resource.kind is Kind.HOME:
        return escape(resource.owner_login)
    if resource.kind in COLLECTIONS:
        name = resource.of_collection.display_name
        return None if name is None else escape(name)
    name = _NAMES.get(resource.kind)
    return None if name is None else escape(name)


def text_column(column: str) -> Write:
    """A property that is one text column of the collection."""

    def change(element: Element | None) -> dict[str, object]:
        return {column: None if element is None else text_of(element)}

    return change


def etag(resource: Resource) -> str:
    """RFC 4918 §15.6: strong."""
    return f"&quot;{resource.of_object.etag}&quot;"


def content_type(resource: Resource) -> str:
    """RFC 4918 §15.5, with the component as RFC 4791 §5.3.4 shows it."""
    return f"text/calendar; charset=utf-8; component={resource.of_object.component}"


def content_length(resource: Resource) -> str:
    """RFC 4918 §15.4."""
    return str(resource.of_object.size)


def creation_date(resource: Resource) -> str:
    """RFC 4918 §15.1."""
    return datetime.fromtimestamp(resource.of_object.created_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def http_date(instant: int) -> str:
    """An instant as HTTP writes it, whatever the locale (RFC 9110 §5.6.7)."""
    year, month, day, hour, minute, second, weekday, *_ = gmtime(instant)
    clock = f"{hour:02}:{minute:02}:{second:02} GMT"
    return f"{_WEEKDAYS[weekday]}, {day:02} {_MONTHS[month - 1]} {year:04} {clock}"


def last_modified(resource: Resource) -> str:
    """RFC 4918 §15.7."""
    return http_date(resource.of_object.written_at)


def current_user_principal(resource: Resource) -> str:
    """RFC 5397 §3."""
    return href(principal_href(resource.actor.login))


def sync_token(resource: Resource) -> str:
    """RFC 6578 §4."""
    collection = resource.of_collection
    if resource.kind is Kind.HOME:
        return token_of_home(resource.db, resource.actor, collection, now=resource.now)
    if resource.access is None:
        return collection.sync_token
    return list_changes.sync_token(resource.db, collection, resource.access)


def supported_reports(resource: Resource) -> str:
    """RFC 3253 §3.1.5."""
    reports = EVERYWHERE_REPORTS
    if resource.kind in COLLECTIONS:
        reports += (MULTIGET, QUERY, FREE_BUSY, SYNC)
    elif resource.kind in {Kind.HOME, Kind.NOTIFICATIONS}:
        reports += (SYNC,)
    return "".join(
        f"<D:supported-report><D:report>{report}</D:report></D:supported-report>"
        for report in reports
    )


def nothing(_: Resource) -> str:
    """An empty value."""
    return ""


SYNCED = COLLECTIONS | {Kind.HOME, Kind.NOTIFICATIONS}

PROPERTIES = (
    Property(DAV("resourcetype"), EVERYWHERE, resource_type, in_allprop=True),
    Property(
        DAV("displayname"),
        EVERYWHERE - OBJECTS - {Kind.NOTICE},
        display_name,
        text_column("display_name"),
        in_allprop=True,
    ),
    Property(DAV("getetag"), OBJECTS, etag, in_allprop=True),
    Property(DAV("getcontenttype"), OBJECTS, content_type, in_allprop=True),
    Property(DAV("getcontentlength"), OBJECTS, content_length, in_allprop=True),
    Property(DAV("creationdate"), OBJECTS, creation_date, in_allprop=True),
    Property(DAV("getlastmodified"), OBJECTS, last_modified, in_allprop=True),
    Property(DAV("supportedlock"), EVERYWHERE, nothing),
    Property(DAV("lockdiscovery"), EVERYWHERE, nothing),
    Property(DAV("current-user-principal"), EVERYWHERE, current_user_principal),
    Property(DAV("supported-report-set"), EVERYWHERE, supported_reports),
    Property(DAV("sync-token"), SYNCED, sync_token),
    Property(CS("getctag"), SYNCED, sync_token),
)
