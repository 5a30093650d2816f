"""What time it is: asked at the edges only, handed down as a value."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant."""

    def now(self) -> datetime:
        """An aware instant in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """An aware instant in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """Always the same instant: `niaouli run-due --at`, and the tests."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it was made with."""
        return self._instant
