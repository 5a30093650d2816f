"""What an organizer's and an attendee's client may not do (RFC 6638 §3.2.4)."""

from __future__ import annotations

from calendars.itip.copy import Copy
from calendars.itip.people import organizer_of
from calendars.kernel.errors import Forbidden


class AttendeeChangeNotAllowed(Forbidden):
    """An attendee changed what is the organizer's
    (CALDAV:allowed-attendee-scheduling-object-change, RFC 6638 §3.2.4.3).
    """


class OrganizerChangeNotAllowed(Forbidden):
    """The organizer of a meeting was exchanged
    (CALDAV:allowed-organizer-scheduling-object-change, RFC 6638 §3.2.4.2).
    """


class DifferentOrganizers(Forbidden):
    """The components name different organizers
    (CALDAV:same-organizer-in-all-components, RFC 6638 §3.2.4.4).
    """


def sole_organizer(copy: Copy) -> str | None:
    """The organizer of a meeting, None if it has none. Raises DifferentOrganizers."""
    named = {organizer_of(part) for part in copy.parts} - {None}
    if len(named) > 1:
        raise DifferentOrganizers("the components name different organizers")
    return next(iter(named), None)
