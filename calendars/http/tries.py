"""Which refused tries are told again: a client that polls what was closed to it is told once."""

from __future__ import annotations

import time
from collections.abc import Hashable

SECONDS = 600
MOST = 4_096


class Tries:
    """What was tried in the last ten minutes, in this process."""

    def __init__(self) -> None:
        self._seen: dict[Hashable, float] = {}

    def is_new(self, tried: Hashable) -> bool:
        """It was not tried lately; it counts as tried from now on."""
        now = time.monotonic()
        if self._seen.get(tried, now) > now:
            return False
        if len(self._seen) >= MOST:
            self._seen = {each: until for each, until in self._seen.items() if until > now}
            if len(self._seen) >= MOST:
                self._seen.clear()
        self._seen[tried] = now + SECONDS
        return True
