"""What stands against what in one diary, with the code of the conflict (DIA-4).

The codes of working hours, lunch, the load of a day and people who must not be away together need
facts that the diary itself does not hold; they are not found here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from scheduler.diaries.items import Item
from scheduler.directory.model import Travel
from scheduler.slots.codes import ConflictCode
from scheduler.working_time.rules import Closed, WorkingDays


class Conflict(NamedTuple):
    """Two items that do not go together, or one and the day that it is on."""

    code: ConflictCode
    first: Item
    second: Item | None
    starts_at: int
    ends_at: int
    """The time that both want; for a way, the time that is left for it."""
    because: str = ""
    """The name of the holiday or closure, or the minutes that the way takes."""

    @property
    def uids(self) -> frozenset[str]:
        """What the conflict is between."""
        return frozenset(one.uid for one in (self.first, self.second) if one is not None)


def conflicts_of_person(
    items: Iterable[Item], travel: Travel, working: WorkingDays
) -> Iterator[Conflict]:
    """All that stands against something else in one person's diary."""
    found = sorted(items)
    for first, second in _overlapping(found):
        yield _both(_code(first, second), first, second)
    yield from _ways_too_long(found, travel)
    yield from _on_closed_days(found, working)


def conflicts_of_resource(claims: Iterable[Item]) -> Iterator[Conflict]:
    """Who wants one room, vehicle or piece of equipment at the same time as somebody else."""
    for first, second in _overlapping(sorted(claims)):
        yield _both(ConflictCode.RESOURCE, first, second)


def _code(first: Item, second: Item) -> ConflictCode:
    if first.absence or second.absence:
        return ConflictCode.ABSENT
    if first.tentative or second.tentative:
        return ConflictCode.OVERLAP_TENTATIVE
    return ConflictCode.OVERLAP


def _both(code: ConflictCode, first: Item, second: Item) -> Conflict:
    start, end = max(first.starts_at, second.starts_at), min(first.ends_at, second.ends_at)
    return Conflict(code, first, second, start, end)


def _overlapping(items: list[Item]) -> Iterator[tuple[Item, Item]]:
    """Every pair that shares time; the items come by start. One absence is no conflict of two."""
    running: list[Item] = []
    for item in items:
        running = [one for one in running if one.ends_at > item.starts_at]
        for one in running:
            if not (one.absence and item.absence):
                yield one, item
        running.append(item)


def _ways_too_long(items: list[Item], travel: Travel) -> Iterator[Conflict]:
    """Between two places one after the other, there is less time than the way takes."""
    placed = [one for one in items if one.place and not one.absence]
    for first, second in pairwise(placed):
        gap = second.starts_at - first.ends_at
        minutes = travel.between(first.place, second.place)
        if 0 <= gap < minutes * 60:
            times = (first.ends_at, second.starts_at)
            yield Conflict(ConflictCode.TRAVEL, first, second, *times, because=str(minutes))


def _on_closed_days(items: list[Item], working: WorkingDays) -> Iterator[Conflict]:
    """On a holiday, or on a day that an order closes; being away then is no conflict."""
    codes = {Closed.HOLIDAY: ConflictCode.HOLIDAY, Closed.CLOSURE: ConflictCode.CLOSURE}
    for item in items:
        for day in () if item.absence else item.days:
            closed = working.closed(day)
            if closed is not None and closed.because in codes:
                code = codes[closed.because]
                yield Conflict(code, item, None, item.starts_at, item.ends_at, closed.label)
