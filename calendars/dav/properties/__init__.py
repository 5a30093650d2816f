"""Live properties, one module an RFC family; each property is a row (name, places, read, write)."""

from __future__ import annotations

from calendars.dav.properties import acl, caldav, groups, scheduling, sharing, webdav
from calendars.dav.property import Property
from calendars.dav.resource import Kind

PROPERTIES: tuple[Property, ...] = (
    *webdav.PROPERTIES,
    *caldav.PROPERTIES,
    *scheduling.PROPERTIES,
    *acl.PROPERTIES,
    *groups.PROPERTIES,
    *sharing.PROPERTIES,
)

BY_KIND: dict[Kind, dict[str, Property]] = {
    kind: {row.name: row for row in PROPERTIES if kind in row.on} for kind in Kind
}
LIVE_NAMES = frozenset(row.name for row in PROPERTIES)
