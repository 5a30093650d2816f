"""The time that the values of one property take up (RFC 4791 §9.7.2, §9.9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from calendars.model.availability_rows import period_instants
from calendars.model.component import ContentLine
from calendars.model.moments import Form, read_moment, tzid_of
from calendars.model.time_zones import Zones
from calendars.model.values import parse_period
from calendars.model.wall_clock import local_to_epoch


def intervals_of(line: ContentLine, zones: Zones) -> Iterator[tuple[int, int]]:
    """Start and end of each value of a property of DATE, DATE-TIME or PERIOD values.

    A DATE lasts the day, a DATE-TIME the second that it names.
    Raises InvalidCalendarData, TooManyInstances.
    """
    tzid = tzid_of(line)
    for value in line.value.split(","):
        if "/" in value:
            yield period_instants(parse_period(value.strip()), tzid, zones)
            continue
        moment = read_moment(value, tzid, zones)
        if moment.form is Form.DATE and moment.wall.date() < date.max:
            tomorrow = moment.wall + timedelta(days=1)
            yield moment.instant, local_to_epoch(tomorrow, moment.zone)
        else:
            yield moment.instant, moment.instant + 1


def epoch_of(value: date | datetime, zone: tzinfo) -> int:
    """Epoch seconds of a date, a naive or an aware datetime; `zone` is for the first two."""
    if not isinstance(value, datetime):
        return local_to_epoch(datetime.combine(value, time.min), zone)
    return local_to_epoch(value.replace(tzinfo=None), value.tzinfo or zone)
