"""What stands against what in one diary, with the code of the conflict (DIA-4).

Overlaps, ways, absences and closed days are found from the diary alone; working hours, the lunch
break, the load of a day and people who must not be away together from habits that are handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from itertools import pairwise
from typing import NamedTuple

from scheduler.diaries.items import Item
from scheduler.directory.model import Travel
from scheduler.slots.codes import ConflictCode
from scheduler.slots.model import Span, Terms
from scheduler.slots.sweep import free_within, lunch_verdict, merged
from scheduler.working_time.hours import WorkingHours, at_minute
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
    """The name of the holiday or closure, of the resource, or the minutes that the way takes."""
    answer: str = ""
    """Why the resource says no, in its own words."""

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


@dataclass(frozen=True, slots=True)
class Habits:
    """What somebody's days are measured by."""

    hours: WorkingHours
    working: WorkingDays
    terms: Terms
    zone: tzinfo


def conflicts_of_habits(item: Item, others: Sequence[Span], habits: Habits) -> Iterator[Conflict]:
    """One item against the working hours, the break and the load of its days.

    `others` is what else takes the person's time. What lasts all day is measured by none of them.
    """
    if item.absence or item.ends_at - item.starts_at >= _ALL_DAY:
        return
    for day in item.days:
        if habits.working.closed(day) is None or not _named(habits.working, day):
            yield from _of_day(item, day, merged(others), habits)


_ALL_DAY = 20 * 3_600


def _named(working: WorkingDays, day: date) -> bool:
    """The day is closed by law or order, which has a code of its own."""
    return day in working.holidays or day in working.closures


def _of_day(item: Item, day: date, others: Sequence[Span], habits: Habits) -> Iterator[Conflict]:
    zone, terms = habits.zone, habits.terms
    midnight = Span(at_minute(day, 0, zone), at_minute(day, 24 * 60, zone))
    start, end = max(item.starts_at, midnight.start), min(item.ends_at, midnight.end)
    spans = habits.hours.on(day)
    outside = not spans or not (
        at_minute(day, spans[0][0], zone) <= start
        and end <= at_minute(day, max(last for _, last in spans), zone)
    )
    if outside:
        yield Conflict(ConflictCode.HOURS, item, None, start, end)
    lunch = habits.hours.lunch_on(day)
    if lunch is not None and end - start < terms.long_minutes * 60:
        gap = Span(*(at_minute(day, minute, zone) for minute in lunch))
        free = tuple(free_within(gap, others))
        usual = max((b - a for a, b in free), default=0)
        touches = start < gap.end and gap.start < end
        if touches and lunch_verdict(free, usual, start, end, terms):
            yield Conflict(ConflictCode.LUNCH, item, None, max(start, gap.start), min(end, gap.end))
    load = sum(
        max(0, min(b, midnight.end) - max(a, midnight.start))
        for a, b in merged([*others, Span(start, end)])
    )
    if load > terms.day_load_minutes * 60 and load > end - start:
        hours, minutes = divmod(load // 60, 60)
        yield Conflict(ConflictCode.DAY_LOAD, item, None, start, end, f"{hours} h {minutes:02d}")


def conflicts_of_absence(item: Item, apart: Iterable[Span]) -> Iterator[Conflict]:
    """Somebody is away while somebody else who must not be away then is (NOT_TOGETHER)."""
    for span in apart:
        start, end = max(item.starts_at, span.start), min(item.ends_at, span.end)
        if start < end:
            yield Conflict(ConflictCode.NOT_TOGETHER, item, None, start, end)
            return
