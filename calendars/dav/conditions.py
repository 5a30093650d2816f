"""From what went wrong to what is answered: status and precondition element (RFC 4918 §16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from calendars.dav.names import CALDAV, DAV
from calendars.dav.paths import BadPath, collection_href, object_href
from calendars.dav.property import BadPropertyValue
from calendars.dav.request import DavResponse
from calendars.dav.xml import InvalidXml, error_document, escape, href
from calendars.http.inquiries import TooManyInquiries
from calendars.http.turns import TooManyAtOnce
from calendars.itip import plan
from calendars.kernel import errors
from calendars.kernel.database import StoreUnavailable
from calendars.model import attachments, invalid
from calendars.model.free_busy_request import InvalidSchedulingMessage
from calendars.model.principal import Privilege
from calendars.model.recurrence_rule import TooFrequent
from calendars.services import (
    answer_free_busy,
    authorize,
    default_calendars,
    guard_attachments,
    guard_bookings,
    keep_files,
    list_changes,
    list_occurrences,
    make_calendar,
    move_object,
    put_object,
    query_objects,
    schedule_object,
    share_calendar,
    sign_in,
)
from calendars.storage.dead_properties import TooManyProperties


@dataclass(frozen=True, slots=True)
class Condition:
    """A status, and the element inside DAV:error where an RFC names one."""

    status: int
    element: str | None = None


class FiniteDepthOnly(errors.Forbidden):
    """Depth: infinity is not answered (DAV:propfind-finite-depth)."""


class NotYours(errors.Forbidden):
    """A principal, or what belongs to nobody: its properties stay (DAV:need-privileges)."""

    def __init__(self, path: str) -> None:
        super().__init__("these properties cannot be changed")
        self.path = path


class UnsupportedReport(errors.Forbidden):
    """A REPORT that this resource does not have (DAV:supported-report)."""


class UnsupportedMediaType(errors.ServiceError):
    """A compressed request body, or a type that no method takes (415)."""


class BadAction(errors.InvalidInput):
    """What is posted to an object says what is to be done with it (RFC 8607 §3.11)."""


class MethodNotAllowed(errors.ServiceError):
    """A method that this resource does not have (405)."""


# No RFC has a name for it: a precondition of our own, as RFC 4918 §16 foresees.
NO_OVERLAP = "{urn:niaouli:dav}no-overlapping-booking"

CONDITIONS: Mapping[type[errors.ServiceError], Condition] = {
    TooFrequent: Condition(403, CALDAV("max-instances")),
    invalid.InvalidCalendarData: Condition(403, CALDAV("valid-calendar-data")),
    invalid.UnsupportedCalendarData: Condition(403, CALDAV("supported-calendar-data")),
    invalid.InvalidCalendarObject: Condition(403, CALDAV("valid-calendar-object-resource")),
    invalid.UnsupportedComponent: Condition(403, CALDAV("supported-calendar-component")),
    invalid.ResourceTooLarge: Condition(403, CALDAV("max-resource-size")),
    keep_files.AttachmentTooLarge: Condition(403, CALDAV("max-attachment-size")),
    attachments.TooManyAttachments: Condition(403, CALDAV("max-attachments-per-resource")),
    attachments.BadRecurrenceId: Condition(403, CALDAV("valid-rid-parameter")),
    attachments.NoSuchAttachment: Condition(403, CALDAV("valid-managed-id-parameter")),
    guard_attachments.UnknownAttachment: Condition(403, CALDAV("valid-managed-id")),
    BadAction: Condition(403, CALDAV("valid-action-parameter")),
    invalid.DateTooEarly: Condition(403, CALDAV("min-date-time")),
    invalid.DateTooLate: Condition(403, CALDAV("max-date-time")),
    invalid.TooManyInstances: Condition(403, CALDAV("max-instances")),
    invalid.TooManyAttendees: Condition(403, CALDAV("max-attendees-per-instance")),
    invalid.UnsupportedRscale: Condition(403, CALDAV("supported-rscale")),
    invalid.InvalidFilter: Condition(403, CALDAV("valid-filter")),
    invalid.UnsupportedFilter: Condition(403, CALDAV("supported-filter")),
    invalid.UnsupportedCollation: Condition(403, CALDAV("supported-collation")),
    InvalidSchedulingMessage: Condition(403, CALDAV("valid-scheduling-message")),
    answer_free_busy.InvalidOrganizer: Condition(403, CALDAV("valid-organizer")),
    list_occurrences.WindowTooLong: Condition(403, CALDAV("max-date-time")),
    put_object.UidConflict: Condition(403, CALDAV("no-uid-conflict")),
    schedule_object.UniqueSchedulingObject: Condition(
        403, CALDAV("unique-scheduling-object-resource")
    ),
    plan.AttendeeChangeNotAllowed: Condition(
        403, CALDAV("allowed-attendee-scheduling-object-change")
    ),
    plan.OrganizerChangeNotAllowed: Condition(
        403, CALDAV("allowed-organizer-scheduling-object-change")
    ),
    plan.DifferentOrganizers: Condition(403, CALDAV("same-organizer-in-all-components")),
    put_object.NotACalendar: Condition(405),
    # Not 409: Thunderbird would offer to overwrite, again and again.
    guard_bookings.BookingConflict: Condition(403, NO_OVERLAP),
    query_objects.TooManyFound: Condition(507, DAV("number-of-matches-within-limits")),
    make_calendar.PathTaken: Condition(403, DAV("resource-must-be-null")),
    share_calendar.UnknownSharee: Condition(403, DAV("recognized-principal")),
    make_calendar.BadLocation: Condition(403, CALDAV("calendar-collection-location-ok")),
    default_calendars.DefaultCalendarNeeded: Condition(403, CALDAV("default-calendar-needed")),
    move_object.NoSuchParent: Condition(409),
    list_changes.InvalidSyncToken: Condition(403, DAV("valid-sync-token")),
    authorize.NeedPrivileges: Condition(403, DAV("need-privileges")),
    sign_in.WrongPassword: Condition(401),
    sign_in.TooManyTries: Condition(429),
    TooManyAtOnce: Condition(429),
    TooManyInquiries: Condition(429),
    FiniteDepthOnly: Condition(403, DAV("propfind-finite-depth")),
    NotYours: Condition(403, DAV("need-privileges")),
    UnsupportedReport: Condition(403, DAV("supported-report")),
    UnsupportedMediaType: Condition(415),
    MethodNotAllowed: Condition(405),
    StoreUnavailable: Condition(503),
    TooManyProperties: Condition(507, DAV("quota-not-exceeded")),
    BadPath: Condition(400),
    InvalidXml: Condition(400),
    errors.PreconditionFailed: Condition(412),
    errors.NotFound: Condition(404),
    errors.Forbidden: Condition(403),
    errors.Conflict: Condition(409),
    errors.InvalidInput: Condition(400),
    errors.ServiceError: Condition(400),
}

_PRIVILEGE_NAMES = {
    Privilege.WRITE_CONTENT: "<D:write-content/>",
    Privilege.WRITE_PROPERTIES: "<D:write-properties/>",
    Privilege.BIND: "<D:bind/>",
    Privilege.UNBIND: "<D:unbind/>",
    Privilege.READ: "<D:read/>",
    Privilege.ACL: "<D:write-acl/>",
    Privilege.SCHEDULE: "<C:schedule-send/>",
}


def condition_of(error: errors.ServiceError) -> Condition:
    """The row of the error's class, else of the nearest class above it."""
    if isinstance(error, BadPropertyValue):
        return Condition(403 if error.condition else 409, error.condition)
    return next(CONDITIONS[cls] for cls in type(error).__mro__ if cls in CONDITIONS)


def refusal(error: errors.ServiceError) -> DavResponse:
    """The answer to a request that cannot be done; the DAV:error holds the precondition alone."""
    condition = condition_of(error)
    headers: list[tuple[str, str]] = []
    if isinstance(error, sign_in.TooManyTries | TooManyAtOnce | TooManyInquiries):
        headers.append(("Retry-After", str(error.retry_after)))
    elif isinstance(error, StoreUnavailable):
        headers.append(("Retry-After", "5"))
    if condition.element is None:
        return DavResponse(
            condition.status, f"{error}\n", "text/plain; charset=utf-8", tuple(headers)
        )
    body = error_document(condition.element, _facts(error))
    return DavResponse(condition.status, body, headers=tuple(headers))


def _facts(error: errors.ServiceError) -> str:
    """What RFC 4791 §5.3.2.1 and RFC 3744 §7.1.1 put inside their elements."""
    if isinstance(error, put_object.UidConflict | schedule_object.UniqueSchedulingObject):
        return "" if error.path is None else href(object_href(*error.path))
    if isinstance(error, guard_bookings.BookingConflict):
        return escape(error.words or "")
    if isinstance(error, authorize.NeedPrivileges):
        name = _PRIVILEGE_NAMES.get(error.privilege, "<D:write/>")
        return _needed(collection_href(*error.path), name)
    if isinstance(error, NotYours):
        return _needed(error.path, "<D:write-properties/>")
    return ""


def _needed(path: str, privilege: str) -> str:
    return f"<D:resource>{href(path)}<D:privilege>{privilege}</D:privilege></D:resource>"
