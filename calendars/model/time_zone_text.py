"""A time zone sent by itself: a VCALENDAR with one VTIMEZONE (RFC 4791 §5.2.2, §9.8)."""

from __future__ import annotations

from calendars.model.component import parse
from calendars.model.invalid import InvalidCalendarData
from calendars.model.limits import LIMITS
from calendars.model.validation import check_data


def tzid_of(text: str) -> str:
    """The TZID of the one zone that the text defines, checked like any calendar data.

    Raises InvalidCalendarData.
    """
    calendar = parse(text)
    check_data(calendar, LIMITS)
    zones = calendar.children("VTIMEZONE")
    tzid = zones[0].value("TZID") if zones else None
    if len(zones) != 1 or len(calendar.components) != 1 or not tzid or not zones[0].components:
        raise InvalidCalendarData("a time zone is one VCALENDAR with one VTIMEZONE")
    return tzid
