"""Half-open stretches of time in epoch seconds UTC, the unit of every time-range rule."""

from __future__ import annotations

from typing import NamedTuple

NEVER_BEFORE = -(2**62)
NEVER_AFTER = 2**62


class Window(NamedTuple):
    """[start, end) in epoch seconds UTC; NEVER_BEFORE and NEVER_AFTER leave a side open."""

    start: int
    end: int

    def overlaps(self, starts_at: int, ends_at: int) -> bool:
        """RFC 4791 §9.9: the interval and the window share an instant."""
        return self.start < ends_at and self.end > starts_at

    def covers(self, other: Window) -> bool:
        """Every instant of the other lies in this one."""
        return self.start <= other.start and other.end <= self.end


ALWAYS = Window(NEVER_BEFORE, NEVER_AFTER)
