"""What somebody asks of others' time: VFREEBUSY REQUEST (RFC 5546 §3.3.2, RFC 6638 §5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from calendars.kernel.errors import Forbidden
from calendars.model.component import Component, ContentLine, unescape
from calendars.model.invalid import TooManyAttendees
from calendars.model.limits import LIMITS, Limits
from calendars.model.moments import moment
from calendars.model.time_zones import Zones
from calendars.model.validation import check_data
from calendars.model.window import Window

MASK_UID = "X-CALENDARSERVER-MASK-UID"
MAX_RECIPIENTS = 300


class InvalidSchedulingMessage(Forbidden):
    """Not a request for busy time (CALDAV:valid-scheduling-message)."""


@dataclass(frozen=True, slots=True)
class FreeBusyRequest:
    """Who asks, of whom, about when; addresses as they were written."""

    organizer: ContentLine
    attendees: tuple[ContentLine, ...]
    window: Window
    uid: str
    mask_uid: str | None

    @classmethod
    def of(cls, calendar: Component, *, zone: tzinfo, limits: Limits = LIMITS) -> FreeBusyRequest:
        """Read a VCALENDAR; floating times are read in the zone.

        Raises InvalidSchedulingMessage, TooManyAttendees, and what bad calendar data raises.
        """
        check_data(calendar, limits)
        method = (calendar.value("METHOD") or "").strip().upper()
        others = [one for one in calendar.components if one.name not in ("VTIMEZONE", "VFREEBUSY")]
        asked = calendar.children("VFREEBUSY")
        if method != "REQUEST" or others or len(asked) != 1:
            raise InvalidSchedulingMessage("only one VFREEBUSY with METHOD:REQUEST is taken here")
        [part] = asked
        organizer = part.line("ORGANIZER")
        attendees = tuple({line.value: line for line in part.all("ATTENDEE")}.values())
        if organizer is None or not attendees:
            raise InvalidSchedulingMessage("a request has an ORGANIZER, and ATTENDEEs to ask")
        if len(attendees) > MAX_RECIPIENTS:
            raise TooManyAttendees(f"at most {MAX_RECIPIENTS} can be asked at once")
        uid = (part.value("UID") or "").strip()
        mask = part.value(MASK_UID)
        window = _window(part, calendar, zone)
        return cls(organizer, attendees, window, uid, None if mask is None else unescape(mask))


def _window(part: Component, calendar: Component, zone: tzinfo) -> Window:
    start, end = part.line("DTSTART"), part.line("DTEND")
    if start is None or end is None:
        raise InvalidSchedulingMessage("a request has DTSTART and DTEND")
    zones = Zones.of(calendar, zone)
    window = Window(moment(start, zones).instant, moment(end, zones).instant)
    if window.start >= window.end:
        raise InvalidSchedulingMessage("DTEND comes after DTSTART")
    return window
