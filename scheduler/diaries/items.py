"""What stands in somebody's diary, as the rules on conflicts look at it (DIA-4)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from calendars.model.budget import Budget
from calendars.model.component import Component, split_values, unescape
from calendars.model.instances import TimedInstance, instances
from calendars.model.window import Window

ABSENCE = "absence"
"""The category of an absence (DIA-7): a day off is a reason, not a meeting."""

_FREE = "F"
_TENTATIVE = "T"


class Item(NamedTuple):
    """One occurrence that takes somebody's time; instants in epoch seconds UTC."""

    starts_at: int
    ends_at: int
    uid: str
    tentative: bool = False
    absence: bool = False
    place: str = ""
    """As it was written."""
    days: tuple[date, ...] = ()
    """The days of the site's zone that it touches (TIM-1)."""
    immovable: bool = False
    """A hearing or a sitting: it cannot be moved, and wins."""


def items_of(
    calendar: Component,
    window: Window,
    zone: tzinfo,
    declined_by: Collection[str] = (),
    immovable: Collection[str] = (),
) -> Iterator[Item]:
    """What takes time in a calendar object or file, occurrence by occurrence.

    What one of the given addresses (`mailto:`, lower case) has declined takes none; without
    addresses every request counts, so that a refused one can be shown with its reason. `immovable`
    are categories, in lower case.
    Raises InvalidCalendarData, UnsupportedRscale, TooManyInstances.
    """
    for one in instances(calendar, window, zone=zone, budget=Budget()):
        component = one.component
        if component.name != "VEVENT" or one.busy == _FREE or _declined(component, declined_by):
            continue
        yield _item(one, zone, immovable, unanswered=_is_open(component, declined_by))


def _declined(event: Component, addresses: Collection[str]) -> bool:
    return bool(addresses) and any(
        attendee.value.lower() in addresses and attendee.parameter("PARTSTAT") == "DECLINED"
        for attendee in event.all("ATTENDEE")
    )


def _is_open(event: Component, addresses: Collection[str]) -> bool:
    """An invitation that the person has not said yes or no to."""
    return any(
        attendee.value.lower() in addresses
        and attendee.parameter("PARTSTAT") in {"NEEDS-ACTION", "TENTATIVE"}
        for attendee in event.all("ATTENDEE")
    )


def _item(
    one: TimedInstance, zone: tzinfo, immovable: Collection[str], *, unanswered: bool
) -> Item:
    component = one.component
    written = split_values(component.value("CATEGORIES") or "")
    categories = [unescape(each).casefold() for each in written]
    return Item(
        one.starts_at,
        one.ends_at,
        component.value("UID") or "",
        tentative=unanswered or one.busy == _TENTATIVE,
        absence=ABSENCE in categories,
        place=unescape(component.value("LOCATION") or ""),
        days=_days(one, zone),
        immovable=any(each in immovable for each in categories),
    )


def _days(one: TimedInstance, zone: tzinfo) -> tuple[date, ...]:
    first = datetime.fromtimestamp(one.starts_at, zone).date()
    last = datetime.fromtimestamp(max(one.ends_at - 1, one.starts_at), zone).date()
    return tuple(first + timedelta(days=count) for count in range((last - first).days + 1))
