"""What a DATE or DATE-TIME property says, with the clock that it speaks of (RFC 5545 §3.3.5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from enum import Enum, auto
from typing import NamedTuple

from calendars.model.component import ContentLine
from calendars.model.time_zones import Zones
from calendars.model.values import parse_date, parse_datetime
from calendars.model.wall_clock import epoch_to_local, local_to_epoch

_MIDNIGHT = time.min


class Form(Enum):
    """The four ways to write a time."""

    DATE = auto()
    FLOATING = auto()
    UTC = auto()
    ZONED = auto()


class Moment(NamedTuple):
    """A time on the clock of a zone; for dates and floating times, the zone they are read in."""

    wall: datetime
    """Without tzinfo; midnight for a date."""
    zone: tzinfo
    form: Form

    @property
    def instant(self) -> int:
        """Epoch seconds; of a date, those of its first midnight."""
        return local_to_epoch(self.wall, self.zone)

    def on(self, wall: datetime) -> date | datetime:
        """Another time of that form: a date, a naive, a UTC or a zoned datetime."""
        if self.form is Form.DATE:
            return wall.date()
        return wall if self.form is Form.FLOATING else wall.replace(tzinfo=self.zone)

    def at(self, instant: int) -> date | datetime:
        """An instant in that form."""
        return self.on(epoch_to_local(instant, self.zone))


def moment(line: ContentLine, zones: Zones) -> Moment:
    """The DATE or DATE-TIME of a property. Raises InvalidCalendarData, TooManyInstances."""
    return read_moment(line.value, tzid_of(line), zones)


def read_moment(text: str, tzid: str | None, zones: Zones) -> Moment:
    """One DATE or DATE-TIME value, told apart by its form: VALUE=DATE is often forgotten.

    Raises InvalidCalendarData, TooManyInstances.
    """
    text = text.strip()
    if len(text) == 8:
        day = parse_date(text)
        return Moment(datetime.combine(day, _MIDNIGHT), zones.default, Form.DATE)
    stamp = parse_datetime(text)
    if stamp.tzinfo is not None:
        return Moment(stamp.replace(tzinfo=None), UTC, Form.UTC)
    if tzid:
        return Moment(stamp, zones.get(tzid), Form.ZONED)
    return Moment(stamp, zones.default, Form.FLOATING)


def tzid_of(line: ContentLine) -> str | None:
    """The TZID parameter, quickly where it is the only one, as it mostly is."""
    raw = line.raw_parameters
    if raw.startswith(";TZID=") and raw.find(";", 1) < 0 and '"' not in raw and "^" not in raw:
        return raw[6:]
    return line.parameter("TZID") if raw else None
