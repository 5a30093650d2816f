"""Which clock a TZID names (RFC 5545 §3.2.19, §3.8.3.1).

A name of the tz database always means the tz database, whatever VTIMEZONE an object brings along
under that name; a name that nobody knows means the object's own VTIMEZONE.
"""

from __future__ import annotations

from datetime import UTC, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from calendars.model.component import Component
from calendars.model.invalid import InvalidCalendarData
from calendars.model.minimal_vtimezone import vtimezone_text
from calendars.model.vtimezone import custom_zone
from calendars.model.wall_clock import epoch_to_local, local_to_epoch
from calendars.model.windows_zones import WINDOWS_ZONES

__all__ = ["Zones", "epoch_to_local", "local_to_epoch", "minimal_vtimezone", "named_zone"]

_LONGEST_NAME = 128
_NOT_A_PLACE = {"localtime", "Factory", "posixrules"}
_UTC_NAMES = {
    "z",
    "utc",
    "uct",
    "gmt",
    "zulu",
    "universal",
    "greenwich",
    "etc/utc",
    "etc/uct",
    "etc/gmt",
    "etc/zulu",
    "etc/universal",
    "etc/greenwich",
    "utc+00:00",
    "coordinated universal time",
    "tzone://microsoft/utc",
}


def named_zone(tzid: str) -> tzinfo | None:
    """The zone of a name of the tz database, a Windows name, or one with a vendor's prefix.

    None if nobody knows the name. Letters may be of either case. A name is looked up in a fixed
    set; it never becomes the name of a file.
    """
    return None if len(tzid) > _LONGEST_NAME else _named_zone(tzid)


@lru_cache(maxsize=1_024)
def _named_zone(tzid: str) -> tzinfo | None:
    name = tzid.strip().lower()
    if name in _UTC_NAMES:
        return UTC
    known = _known_names()
    if name in known:
        return _zone(known[name])
    if name.startswith("/"):
        # "/freeassociation.sourceforge.net/Europe/Paris", "/mozilla.org/20050126_1/Europe/Paris"
        segments = name.split("/")
        for count in (3, 2, 1):
            ending = "/".join(segments[-count:])
            if ending in known:
                return _zone(known[ending])
    return None


@lru_cache(maxsize=256)
def minimal_vtimezone(tzid: str) -> str:
    """A VTIMEZONE for a known zone, as short as can be, with line ends (TIM-2).

    Raises InvalidCalendarData: nobody knows the name.
    """
    zone = named_zone(tzid)
    if zone is None:
        raise InvalidCalendarData(f"unknown time zone: {tzid[:40]}")
    return vtimezone_text(tzid, zone)


@lru_cache(maxsize=1)
def _known_names() -> dict[str, str]:
    known = {name.lower(): zone for name, zone in WINDOWS_ZONES.items()}
    known.update((name.lower(), name) for name in available_timezones() - _NOT_A_PLACE)
    return known


def _zone(key: str) -> tzinfo:
    return UTC if key.lower() in _UTC_NAMES else ZoneInfo(key)


class Zones:
    """The zones of one object: the known ones, and those that it defines itself.

    A definition is read when a value first needs it, and serves that object alone.
    """

    __slots__ = ("_calendar", "_own", "default")

    def __init__(self, calendar: Component, default: tzinfo) -> None:
        self._calendar = calendar
        self.default = default
        self._own: dict[str, tzinfo] = {}

    @classmethod
    def of(cls, calendar: Component, default: tzinfo) -> Zones:
        """The zones of a VCALENDAR; `default` is where floating times and dates are read."""
        return cls(calendar, default)

    def get(self, tzid: str | None) -> tzinfo:
        """The zone of a TZID, the default one where there is none or nobody knows it.

        Raises InvalidCalendarData or TooManyInstances if the object's own definition is bad.
        """
        if not tzid:
            return self.default
        known = named_zone(tzid)
        if known is not None:
            return known
        own = self._own.get(tzid)
        if own is None:
            own = self._own[tzid] = self._defined(tzid) or self.default
        return own

    def _defined(self, tzid: str) -> tzinfo | None:
        for definition in self._calendar.children("VTIMEZONE"):
            name = definition.value("TZID")
            if name is not None and _same_name(name, tzid):
                return custom_zone(definition)
        return None


def _same_name(defined: str, used: str) -> bool:
    """A display name with commas is escaped in the definition, and quoted where it is used."""
    return defined == used or defined.replace("\\", "").strip() == used.replace("\\", "").strip()
