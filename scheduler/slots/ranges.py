"""Ranges of candidates: sorted starts make every stretch of time one range of their numbers."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

Range = tuple[int, int]
"""Numbers from the first up to, not including, the second."""


class Grid:
    """The candidates of a search: when they start, and how long they last."""

    def __init__(self, starts: Sequence[int], duration: int) -> None:
        self.starts, self.duration = starts, duration
        self.size = len(starts)

    def touching(self, start: int, end: int) -> Range:
        """The candidates that share time with a stretch."""
        return (
            bisect_right(self.starts, start - self.duration),
            bisect_left(self.starts, end),
        )

    def within(self, start: int, end: int) -> Range:
        """The candidates that start in a stretch."""
        return bisect_left(self.starts, start), bisect_left(self.starts, end)


def union(ranges: Iterable[Range]) -> list[Range]:
    """The fewest ranges that hold the same numbers, by start."""
    found: list[Range] = []
    for first, last in sorted(ranges):
        if first >= last:
            continue
        if found and first <= found[-1][1]:
            if last > found[-1][1]:
                found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def minus(ranges: Sequence[Range], taken: Sequence[Range]) -> list[Range]:
    """What of the first is not in the second; both are unions."""
    found: list[Range] = []
    number = 0
    for start, last in ranges:
        first = start
        while number < len(taken) and taken[number][1] <= first:
            number += 1
        at = number
        while at < len(taken) and taken[at][0] < last:
            if taken[at][0] > first:
                found.append((first, taken[at][0]))
            first = max(first, taken[at][1])
            at += 1
        if first < last:
            found.append((first, last))
    return found


def holds(ranges: Sequence[Range], number: int) -> bool:
    """The number is in one of these ranges, which are a union."""
    at = bisect_right(ranges, (number, 1 << 62)) - 1
    return at >= 0 and ranges[at][0] <= number < ranges[at][1]


class Tally:
    """How much weighs on each candidate: ranges go in, one sweep adds them up."""

    def __init__(self, size: int) -> None:
        self._steps = [0] * (size + 1)

    def add(self, ranges: Iterable[Range], weight: int = 1) -> None:
        """That much weighs on these candidates from now on."""
        steps = self._steps
        for first, last in ranges:
            steps[first] += weight
            steps[last] -= weight

    def sums(self) -> list[int]:
        """The weight on each candidate."""
        return list(accumulate(self._steps[:-1]))
