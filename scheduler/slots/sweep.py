"""Which slots can be taken, which are better, and what stands against the others (MTG-3).

Pure: the starts that are possible are numbered, each diary becomes a few ranges of numbers, and one
sweep over the ends of the ranges adds up what stands against each. A slow search that looks at each
slot and each diary by itself answers the same (tests/scheduler/slots).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from operator import itemgetter

from scheduler.slots.codes import ConflictCode
from scheduler.slots.model import (
    Diary,
    FoundSlot,
    Hindrance,
    Need,
    Outcome,
    Reason,
    Search,
    Shortcoming,
    Span,
    Terms,
)
from scheduler.slots.ranges import Grid, Range, Tally, holds, minus, union

_MINUTE = 60
COMPROMISES = 3
_END = itemgetter(1)
_Lunches = dict[tuple[Span, tuple[tuple[int, int], ...]], tuple[list[Range], list[Range]]]
_OF_PEOPLE = (Shortcoming.TENTATIVE, Shortcoming.LUNCH, Shortcoming.LOAD)


@dataclass(frozen=True, slots=True)
class _Told:
    """What one diary says of the candidates."""

    diary: Diary
    blocked: list[Range]
    by_code: dict[ConflictCode, list[Range]]
    soft: dict[Shortcoming, list[Range]]
    """Where he could come, but had better not."""


def find_slots(search: Search) -> Outcome:
    """The best slots, by their shortcomings and then by time."""
    grid = Grid(search.starts, search.duration)
    known: _Lunches = {}
    told = [_told(grid, search, diary, known) for diary in search.diaries]
    missing, penalties = _weighed(grid, search, told)
    fits = _Fits(grid, search.needs)
    against = _against(grid, search, told, missing, fits)
    free = [number for number in range(grid.size) if not against[number]]
    ranked = sorted((penalties[n] + fits.penalty(n, search.terms), n) for n in free)
    slots = tuple(_answers(grid, search, told, fits, ranked))
    hindrances = _hindrances(grid, search, told, missing, fits, against)
    compromises: tuple[FoundSlot, ...] = ()
    if not free:
        weighed = (penalties[n] + fits.penalty(n, search.terms) for n in range(grid.size))
        nearest = sorted(zip(against, weighed, range(grid.size), strict=True))
        few = replace(search, limit=min(search.limit, COMPROMISES), overlapping=False)
        near = [(penalty, number) for _, penalty, number in nearest]
        compromises = tuple(_answers(grid, few, told, fits, near))
    return Outcome(slots, len(free), grid.size, tuple(hindrances), compromises)


def _told(grid: Grid, search: Search, diary: Diary, known: _Lunches) -> _Told:
    by_code: dict[ConflictCode, list[Range]] = {}
    for start, end, code in diary.blocked:
        by_code.setdefault(code, []).append(grid.touching(start, end))
    reduced, gone = _lunch(grid, search, diary, known)
    if gone:
        by_code.setdefault(ConflictCode.LUNCH, []).extend(gone)
    by_code = {code: merged for code, ranges in by_code.items() if (merged := union(ranges))}
    blocked = union(one for ranges in by_code.values() for one in ranges)
    soft = {
        Shortcoming.TENTATIVE: [grid.touching(*span) for span in diary.tentative],
        Shortcoming.LUNCH: reduced,
        Shortcoming.LOAD: list(_heavy_days(grid, search, diary)),
    }
    left = {kind: minus(union(ranges), blocked) for kind, ranges in soft.items()}
    return _Told(diary, blocked, by_code, left)


def _lunch(
    grid: Grid, search: Search, diary: Diary, known: _Lunches
) -> tuple[list[Range], list[Range]]:
    """Where the slot makes the break shorter than usual, and where too short to be one.

    Most people have the same breaks free: what is known of one day serves for all of them.
    """
    terms = search.terms
    reduced: list[Range] = []
    gone: list[Range] = []
    if search.duration >= terms.long_minutes * _MINUTE:
        return reduced, gone
    for lunch in diary.lunches:
        gaps = tuple(free_within(lunch, diary.busy))
        key = (lunch, gaps)
        if key not in known:
            known[key] = _lunch_ranges(grid, terms, lunch, gaps)
        reduced += known[key][0]
        gone += known[key][1]
    return reduced, gone


def _lunch_ranges(
    grid: Grid, terms: Terms, lunch: Span, gaps: Sequence[tuple[int, int]]
) -> tuple[list[Range], list[Range]]:
    """The same for one break, of which these gaps are free."""
    usual = max((b - a for a, b in gaps), default=0)
    found: dict[str, list[Range]] = {"": [], "reduced": [], "gone": []}
    for number in range(*grid.touching(*lunch)):
        start = grid.starts[number]
        verdict = lunch_verdict(gaps, usual, start, start + grid.duration, terms)
        found[verdict].append((number, number + 1))
    return union(found["reduced"]), union(found["gone"])


def lunch_verdict(
    gaps: Sequence[tuple[int, int]], usual: int, start: int, end: int, terms: Terms
) -> str:
    """What a slot leaves of the gaps of a break: "", "reduced" or "gone"."""
    left = max(
        (max(min(b, start) - a, b - max(a, end)) for a, b in gaps),
        default=0,
    )
    if left >= min(usual, terms.lunch_minutes * _MINUTE):
        return ""
    return "gone" if left < terms.lunch_least * _MINUTE else "reduced"


def free_within(span: Span, busy: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """What of a stretch is free; `busy` is merged and by start."""
    at = span.start
    first = bisect_right(busy, span.start, key=_END)
    for number in range(first, len(busy)):
        start, end = busy[number]
        if start >= span.end:
            break
        if start > at:
            yield at, start
        at = max(at, end)
    if at < span.end:
        yield at, span.end


def _heavy_days(grid: Grid, search: Search, diary: Diary) -> Iterator[Range]:
    """The days that the slot would make too long."""
    limit = search.terms.day_load_minutes * _MINUTE - search.duration
    number, busy = 0, diary.busy
    for day in search.days:
        while number < len(busy) and busy[number].end <= day.start:
            number += 1
        load, at = 0, number
        while at < len(busy) and busy[at].start < day.end:
            load += min(busy[at].end, day.end) - max(busy[at].start, day.start)
            at += 1
        if load and load > limit:
            yield grid.within(day.start, day.end)


def _weighed(grid: Grid, search: Search, told: Sequence[_Told]) -> tuple[list[int], list[int]]:
    """How many optional participants are missing at each candidate, and what it all weighs."""
    missing, penalties, terms = Tally(grid.size), Tally(grid.size), search.terms
    for one in told:
        if not one.diary.required:
            missing.add(one.blocked)
            penalties.add(one.blocked, terms.weight("missing"))
        for kind, ranges in one.soft.items():
            penalties.add(ranges, terms.weight(kind))
    for wish in search.wishes:
        penalties.add([grid.touching(wish.start, wish.end)], terms.weight(wish.kind))
    return missing.sums(), penalties.sums()


class _Fits:
    """Which resources serve the needs at a candidate."""

    def __init__(self, grid: Grid, needs: Sequence[Need]) -> None:
        self.needs = needs
        supplies = {supply.key: supply for need in needs for supply in need.supplies}
        self._supplies = supplies
        self._taken = {
            key: union(grid.touching(*span) for span in supply.blocked)
            for key, supply in supplies.items()
        }
        self._fit = cache(self._fit_for)

    def at(self, number: int) -> tuple[str, ...] | None:
        """One resource for each need; None where they do not suffice."""
        if not self.needs:
            return ()
        busy = frozenset(key for key, taken in self._taken.items() if holds(taken, number))
        return self._fit(busy)

    def lacking(self, number: int) -> list[int]:
        """The needs that none of their resources can serve then."""
        return [
            place
            for place, need in enumerate(self.needs)
            if all(holds(self._taken[supply.key], number) for supply in need.supplies)
        ]

    def penalty(self, number: int, terms: Terms) -> int:
        """What having to ask for approval weighs."""
        chosen = self.at(number) or ()
        asked = sum(self._supplies[key].approval for key in chosen)
        return asked * terms.weight("approval")

    def awaiting(self, chosen: Sequence[str]) -> list[str]:
        """Those that a person has to grant."""
        return [key for key in chosen if self._supplies[key].approval]

    def _fit_for(self, busy: frozenset[str]) -> tuple[str, ...] | None:
        """The first choice that works, the first needs having theirs first."""
        chosen: list[str] = []

        def serve(place: int) -> bool:
            if place == len(self.needs):
                return True
            for supply in self.needs[place].supplies:
                if supply.key in busy or supply.key in chosen:
                    continue
                chosen.append(supply.key)
                if serve(place + 1):
                    return True
                chosen.pop()
            return False

        return tuple(chosen) if serve(0) else None


def _against(
    grid: Grid, search: Search, told: Sequence[_Told], missing: Sequence[int], fits: _Fits
) -> list[int]:
    """How many participants, needs and bars stand against each candidate."""
    refused = Tally(grid.size)
    for one in told:
        if one.diary.required:
            refused.add(one.blocked)
    against = refused.sums()
    everybody = len(search.diaries)
    for number in range(grid.size):
        if everybody - missing[number] < search.least:
            against[number] += 1
        if fits.needs and fits.at(number) is None:
            against[number] += max(1, len(fits.lacking(number)))
    return against


def _answers(
    grid: Grid,
    search: Search,
    told: Sequence[_Told],
    fits: _Fits,
    ranked: Sequence[tuple[int, int]],
) -> Iterator[FoundSlot]:
    """The best ones; unless it is wanted, none overlaps a better one."""
    given: list[int] = []
    for penalty, number in ranked:
        start = grid.starts[number]
        if not search.overlapping and any(abs(start - one) < grid.duration for one in given):
            continue
        given.append(start)
        chosen = fits.at(number) or ()
        reasons = (
            *_reasons(grid, search, told, fits.awaiting(chosen), number),
            *_lacking(fits, number),
        )
        yield FoundSlot(start, start + grid.duration, penalty, reasons, chosen)
        if len(given) == search.limit:
            return


def _reasons(
    grid: Grid, search: Search, told: Sequence[_Told], awaiting: Sequence[str], number: int
) -> Iterator[Reason]:
    for one in told:
        if holds(one.blocked, number):
            codes = tuple(code for code, r in sorted(one.by_code.items()) if holds(r, number))
            yield Reason(Shortcoming.MISSING, one.diary.key, codes)
    for kind in _OF_PEOPLE:
        for one in told:
            if holds(one.soft[kind], number):
                yield Reason(kind, one.diary.key)
    at = grid.starts[number]
    for wish in search.wishes:
        if wish.start < at + grid.duration and at < wish.end:
            yield Reason(Shortcoming(wish.kind), wish.label)
    for key in awaiting:
        yield Reason(Shortcoming.APPROVAL, key)


def _lacking(fits: _Fits, number: int) -> Iterator[Reason]:
    """The needs that nothing serves then; of those that want the same ones, the last."""
    if fits.needs and fits.at(number) is None:
        for place in fits.lacking(number) or [len(fits.needs) - 1]:
            label = fits.needs[place].label
            yield Reason(Shortcoming.MISSING, label, (ConflictCode.RESOURCE,))


def _hindrances(
    grid: Grid,
    search: Search,
    told: Sequence[_Told],
    missing: Sequence[int],
    fits: _Fits,
    against: Sequence[int],
) -> list[Hindrance]:
    """Whoever refuses slots, those without whom there would be most of them first."""
    only = [0]
    for count in against:
        only.append(only[-1] + (count == 1))
    found = []
    for one in told:
        if one.diary.required and one.blocked:
            sizes = {c: sum(b - a for a, b in r) for c, r in one.by_code.items()}
            codes = tuple(sorted(sizes, key=lambda code: (-sizes[code], code)))
            refused = sum(last - first for first, last in one.blocked)
            alone = sum(only[last] - only[first] for first, last in one.blocked)
            found.append(Hindrance(one.diary.key, codes, refused, alone))
    found += _of_needs(grid, fits, against)
    everybody = len(search.diaries)
    few = [n for n in range(grid.size) if everybody - missing[n] < search.least]
    if few:
        alone = sum(against[n] == 1 for n in few)
        found.append(Hindrance("", (), len(few), alone))
    return sorted(found, key=lambda one: (-one.alone, -one.refused, one.key))


def _of_needs(grid: Grid, fits: _Fits, against: Sequence[int]) -> Iterator[Hindrance]:
    refused: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for number in range(grid.size) if fits.needs else ():
        if fits.at(number) is not None:
            continue
        # Each has one that is free, but there are not enough of them: they share the blame.
        lacking = fits.lacking(number) or range(len(fits.needs))
        labels = {fits.needs[place].label for place in lacking}
        refused.update(labels)
        if against[number] == 1:
            alone.update(labels)
    for label, count in sorted(refused.items()):
        yield Hindrance(label, (ConflictCode.RESOURCE,), count, alone[label])


def merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The fewest spans that say the same, by start."""
    return tuple(Span(*one) for one in union(spans))


def outside(days: Sequence[Span], window: Span) -> Iterator[Span]:
    """What of a window lies before, between and after some spans, which are by start."""
    edges = [Span(window.start, window.start), *days, Span(window.end, window.end)]
    for before, after in pairwise(edges):
        if before.end < after.start:
            yield Span(before.end, after.start)
