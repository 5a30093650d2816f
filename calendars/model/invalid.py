"""Why calendar data is refused: one error for each precondition of RFC 4791 §5.3.2.1."""

from __future__ import annotations

from calendars.kernel.errors import InvalidInput


class InvalidCalendarData(InvalidInput):
    """The text is not iCalendar, or breaks RFC 5545 (CALDAV:valid-calendar-data)."""


class UnsupportedCalendarData(InvalidInput):
    """Not iCalendar 2.0, or another media type (CALDAV:supported-calendar-data)."""


class InvalidCalendarObject(InvalidInput):
    """No calendar object resource (CALDAV:valid-calendar-object-resource, RFC 4791 §4.1)."""


class UnsupportedComponent(InvalidInput):
    """A component type that the collection does not take (CALDAV:supported-calendar-component)."""


class ResourceTooLarge(InvalidInput):
    """More octets than one object may have (CALDAV:max-resource-size)."""


class DateTooEarly(InvalidInput):
    """A date before the first one kept (CALDAV:min-date-time)."""


class DateTooLate(InvalidInput):
    """A date after the last one kept (CALDAV:max-date-time)."""


class TooManyInstances(InvalidInput):
    """A recurrence that cannot be answered within bounded work (CALDAV:max-instances)."""


class TooManyAttendees(InvalidInput):
    """More attendees than one instance may have (CALDAV:max-attendees-per-instance)."""


class UnsupportedRscale(InvalidInput):
    """A recurrence in an unknown calendar scale (CALDAV:supported-rscale, RFC 7529)."""


class InvalidFilter(InvalidInput):
    """A filter that breaks RFC 4791 §9.7 (CALDAV:valid-filter)."""


class UnsupportedFilter(InvalidInput):
    """A filter on something that is not known here (CALDAV:supported-filter)."""


class UnsupportedCollation(InvalidInput):
    """A collation that is not known here (CALDAV:supported-collation)."""
