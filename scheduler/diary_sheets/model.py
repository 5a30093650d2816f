"""What stands on a sheet, as one reader may know it; and where on it (DIA-6). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple

from calendars.model.wall_clock import epoch_to_local, local_to_epoch

DAY = timedelta(days=1)
OPENS, CLOSES = time(7), time(19)
"""The hours that a weekly sheet shows."""
NOON = time(12)
"""Where the halves of a day meet."""
MOST_LANES = 3
"""More would be too narrow to be read: what is at the same time besides stands in the band."""
TRAVEL, ABSENCE = "trajet", "absence"
KEY_CATEGORIES = frozenset(
    {"audience", "commission", "codir", "échéance", "institution", "événement"}
)
"""What of the weeks to come is worth a line of its own."""


class Profile(StrEnum):
    """Who will see the sheet: its reader, or everybody who passes by."""

    OWN = "own"
    POSTED = "posted"
    """Of what is not public nothing but the hours, of nothing the place."""
    MAILED = "mailed"
    """As its reader sees it, but of what is confidential nothing but the hours (SEC-6)."""


class Mark(StrEnum):
    """How an item is drawn."""

    PLAIN = "plain"
    TENTATIVE = "tentative"
    TRAVEL = "travel"
    MASKED = "masked"
    FREE = "free"
    """It takes no time: a note."""


class Item(NamedTuple):
    """Something in the diary: days, the end being the one behind the last, or instants."""

    start: date | int
    end: date | int
    title: str
    place: str = ""
    mark: Mark = Mark.PLAIN
    categories: tuple[str, ...] = ()
    """In lower case; none where it is masked."""

    @property
    def all_day(self) -> bool:
        """It is of days, not of hours."""
        return not isinstance(self.start, int)

    @property
    def is_key(self) -> bool:
        """It is worth remembering weeks before."""
        named = not KEY_CATEGORIES.isdisjoint(self.categories)
        return named and self.mark is not Mark.TENTATIVE


class Placed(NamedTuple):
    """An item of hours on one day: minutes after the sheet's first hour, and its lane."""

    item: Item
    top: int
    height: int
    lane: int
    lanes: int
    starts: datetime
    ends: datetime


class Column(NamedTuple):
    """One day of a weekly sheet."""

    day: date
    band: tuple[Item, ...]
    """What is of the whole day, what lies outside the hours shown, what finds no room in them."""
    placed: tuple[Placed, ...]


def monday_of(day: date) -> date:
    """The Monday of its week."""
    return day - day.weekday() * DAY


def columns(items: Iterable[Item], days: Sequence[date], zone: tzinfo) -> list[Column]:
    """Each day with what is on it: items of hours side by side where they overlap."""
    ordered = sorted(items, key=lambda item: (instant_of(item.start, zone), item.title))
    return [_column(ordered, day, zone) for day in days]


def is_on(item: Item, day: date, zone: tzinfo) -> bool:
    """The item touches the day."""
    start, end = instant_of(item.start, zone), instant_of(item.end, zone)
    first, behind = instant_of(day, zone), instant_of(day + DAY, zone)
    return start < behind and (end > first or start == first)


def instant_of(moment: date | int, zone: tzinfo) -> int:
    """Epoch seconds; a day begins at its midnight."""
    if isinstance(moment, int):
        return moment
    return local_to_epoch(datetime.combine(moment, time.min), zone)


def _column(ordered: Sequence[Item], day: date, zone: tzinfo) -> Column:
    opens, closes = (local_to_epoch(datetime.combine(day, hour), zone) for hour in (OPENS, CLOSES))
    band: list[Item] = []
    timed: list[tuple[int, int, Item]] = []
    for item in ordered:
        if not is_on(item, day, zone):
            continue
        start, end = instant_of(item.start, zone), instant_of(item.end, zone)
        if item.all_day or end <= opens or start >= closes:
            band.append(item)
        else:
            timed.append((max(start, opens), min(max(end, start + 60), closes), item))
    laned = _laned(timed, opens, zone)
    band += [one.item for one in laned if one.lane >= MOST_LANES]
    placed = (one for one in laned if one.lane < MOST_LANES)
    return Column(
        day, tuple(band), tuple(one._replace(lanes=min(one.lanes, MOST_LANES)) for one in placed)
    )


def _laned(timed: list[tuple[int, int, Item]], opens: int, zone: tzinfo) -> list[Placed]:
    """Items that overlap, directly or through others, share the width of their group."""
    placed: list[Placed] = []
    group: list[tuple[int, int, Item, int]] = []
    until = 0
    for start, end, item in timed:
        if group and start >= until:
            placed += _group(group, opens, zone)
            group = []
        taken = {lane for _, ends, _, lane in group if ends > start}
        lane = next(number for number in range(len(group) + 1) if number not in taken)
        group.append((start, end, item, lane))
        until = max(until, end) if len(group) > 1 else end
    return placed + _group(group, opens, zone)


def _group(group: list[tuple[int, int, Item, int]], opens: int, zone: tzinfo) -> list[Placed]:
    lanes = 1 + max((lane for *_, lane in group), default=0)
    return [
        Placed(
            item,
            (start - opens) // 60,
            max((end - start) // 60, 1),
            lane,
            lanes,
            epoch_to_local(instant_of(item.start, zone), zone),
            epoch_to_local(instant_of(item.end, zone), zone),
        )
        for start, end, item, lane in group
    ]


class Part(StrEnum):
    """The half of a day."""

    MORNING = "morning"
    AFTERNOON = "afternoon"


class Away(NamedTuple):
    """Somebody is absent until the day before `back`; nobody is told why (DIA-7)."""

    first: date
    back: date
    part: Part | None = None
    """Of the day asked about, where it is not all of it."""


def away_on(items: Iterable[Item], day: date, zone: tzinfo) -> Away | None:
    """The absence that the day lies in, with those that follow on it without a gap."""
    first, behind = instant_of(day, zone), instant_of(day + DAY, zone)
    spans = sorted(_span(one, zone) for one in items if ABSENCE in one.categories)
    found: tuple[int, int] | None = None
    for start, end in spans:
        if found is not None and start <= found[1]:
            found = found[0], max(found[1], end)
        elif found is None or found[1] <= first:
            found = start, end
    if found is None or found[0] >= behind or found[1] <= first:
        return None
    begins, last = (epoch_to_local(at, zone).date() for at in (found[0], found[1] - 1))
    return Away(begins, last + DAY, _part(found, day, zone))


def _part(span: tuple[int, int], day: date, zone: tzinfo) -> Part | None:
    """Which half of the day it is, where it is no more."""
    noon = local_to_epoch(datetime.combine(day, NOON), zone)
    if span[1] <= noon:
        return Part.MORNING
    return Part.AFTERNOON if span[0] >= noon else None


def _span(item: Item, zone: tzinfo) -> tuple[int, int]:
    """Its instants; it lasts a second, or a day, at least."""
    start, end = instant_of(item.start, zone), instant_of(item.end, zone)
    least = start + 1 if isinstance(item.start, int) else instant_of(item.start + DAY, zone)
    return start, max(end, least)
