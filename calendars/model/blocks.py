"""Stretches of taken time, merged and sorted, in which one looks up what is in the way."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from calendars.model.window import Window


class Blocks:
    """Taken time; what overlaps or touches is one block."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, intervals: Iterable[tuple[int, int]]) -> None:
        """What has no length takes no time."""
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(intervals):
            if end <= start:
                continue
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._starts.append(start)
                self._ends.append(end)

    def first_in(self, start: int, end: int) -> Window | None:
        """The first block that overlaps [start, end)."""
        index = bisect_right(self._ends, start)
        if index < len(self._starts) and self._starts[index] < end:
            return Window(self._starts[index], self._ends[index])
        return None

    def __iter__(self) -> Iterator[Window]:
        return iter(map(Window, self._starts, self._ends))
