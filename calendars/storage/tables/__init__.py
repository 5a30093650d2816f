"""Every table of the calendar store. Instants are epoch seconds UTC, moduli count changes.

Text is the truth, rows are an index: `calendar_objects.data` holds what the client sent, the
other columns and `occurrences` only answer queries without reading it.
"""

from __future__ import annotations

from calendars.kernel.tables import BigId
from calendars.storage.tables.base import metadata
from calendars.storage.tables.calendars import (
    attachments,
    calendar_objects,
    collections,
    dead_properties,
    imports,
    object_attachments,
    object_versions,
    occurrences,
    octet_keepers,
    octets,
    tombstones,
)
from calendars.storage.tables.people import (
    calendar_user_addresses,
    credentials,
    delegations,
    failed_logins,
    group_members,
    group_periods,
    known_addresses,
    outside_languages,
    principals,
)
from calendars.storage.tables.resources import (
    resource_closures,
    resource_parties,
    resource_policies,
)
from calendars.storage.tables.service import (
    audit_chains,
    audit_lines,
    deletions_told,
    held_messages,
    proposals,
    service_keys,
)
from calendars.storage.tables.sharing import (
    failed_links,
    feed_calendars,
    feeds,
    mounts,
    object_masks,
    object_participants,
    shares,
    sharing_notices,
    view_changes,
)

__all__ = [
    "BigId",
    "attachments",
    "audit_chains",
    "audit_lines",
    "calendar_objects",
    "calendar_user_addresses",
    "collections",
    "credentials",
    "dead_properties",
    "delegations",
    "deletions_told",
    "failed_links",
    "failed_logins",
    "feed_calendars",
    "feeds",
    "group_members",
    "group_periods",
    "held_messages",
    "imports",
    "known_addresses",
    "metadata",
    "mounts",
    "object_attachments",
    "object_masks",
    "object_participants",
    "object_versions",
    "occurrences",
    "octet_keepers",
    "octets",
    "outside_languages",
    "principals",
    "proposals",
    "resource_closures",
    "resource_parties",
    "resource_policies",
    "service_keys",
    "shares",
    "sharing_notices",
    "tombstones",
    "view_changes",
]
