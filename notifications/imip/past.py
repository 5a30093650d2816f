"""Whether a meeting is over for the one who would be told of it: then nobody is."""

from __future__ import annotations

from datetime import tzinfo

from calendars.itip.message import ItipMethod
from calendars.model.component import Component
from calendars.model.entry import entries_of, moment_of
from calendars.model.instances import bounds
from calendars.model.time_zones import Zones

_DAY = 86_400
# Who answers, or asks, has just done so: that goes out.
_TELLS = frozenset({ItipMethod.REQUEST, ItipMethod.ADD, ItipMethod.CANCEL})


def is_over(
    method: ItipMethod, calendar: Component, former: Component | None, *, zone: tzinfo, now: int
) -> bool:
    """All that the message is about lies in the past, and so did what its recipient knew of it.

    Raises InvalidCalendarData, TooManyInstances.
    """
    if method not in _TELLS:
        return False
    window = bounds(calendar, zone)
    if window.end > now or not window.start:
        return False  # still to come, or without any date
    return former is None or _end_of(former, calendar, zone) <= now


def _end_of(former: Component, calendar: Component, zone: tzinfo) -> int:
    """When it ends by what the recipient was told; of a single date of a series, that date."""
    line = entries_of(calendar)[0].line("RECURRENCE-ID")
    names = {part.value("RECURRENCE-ID") for part in entries_of(former)}
    if line is None or line.value in names:
        return bounds(former, zone).end
    moment = moment_of(line, Zones.of(calendar, zone))
    # A day, or the hour at which it begins: a day more is more than it lasts.
    return moment + _DAY if isinstance(moment, int) else bounds(calendar, zone).end
