"""So many requests of one person run at once; the next ones wait in line (RFC 6585 §4)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

from calendars.kernel.errors import ServiceError

AT_ONCE = 6
"""Fewer than the threads that answer, so that one client leaves some of them to the others."""
WAITING = 100


class TooManyAtOnce(ServiceError):
    """More requests wait in line than one client may have there (429)."""

    retry_after = 2


class Turns:
    """Whose turn it is; one line for each person."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._at_once = at_once
        self._most = at_once + waiting
        self._lines: dict[Hashable, tuple[asyncio.Semaphore, list[int]]] = {}

    @asynccontextmanager
    async def of(self, who: Hashable) -> AsyncIterator[None]:
        """Wait for a turn, and keep it for the block. Raises TooManyAtOnce."""
        line = self._lines.get(who)
        if line is None:
            line = self._lines[who] = (asyncio.Semaphore(self._at_once), [0])
        turn, present = line
        if present[0] >= self._most:
            raise TooManyAtOnce("too many requests at once; wait a moment")
        present[0] += 1
        try:
            async with turn:
                yield
        finally:
            present[0] -= 1
            if not present[0]:
                del self._lines[who]
