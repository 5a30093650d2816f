"""Real Thunderbirds with logins of the service, led by a test step by step."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from tests.interop.process import Process
from tests.interop.programs import program

DRIVER = Path(__file__).parent / "drivers" / "thunderbird"

Seen = Mapping[str, Any]


class Member(Protocol):
    """What somebody does in front of it; calendars go by the last part of their addresses."""

    def find(self, calendars: Sequence[str]) -> Sequence[str]:
        """Subscribe to these, of all that the login alone finds."""
        ...

    def seen(self, calendar: str, uid: str) -> Seen | None:
        """Refresh, and look at an event."""
        ...

    def read(self, calendar: str, uid: str) -> Seen:
        """Refresh, and open the event: what its window shows."""
        ...

    def answer(self, calendar: str, uid: str, partstat: str) -> str:
        """Press a button of that window; the answer as his copy has it then."""
        ...

    def open(self, calendar: str, address: str) -> Seen | None:
        """Click an attachment of that window; what is behind it."""
        ...

    def drag(self, calendar: str, uid: str, start: str, end: str) -> Sequence[str]:
        """Drag the event to another time (UTC); what the program asked."""
        ...

    def tasks(self, calendar: str) -> Sequence[Seen]:
        """Refresh, and look at the list of tasks."""
        ...

    def tick(self, calendar: str, title: str) -> Seen:
        """Tick a task in that list."""
        ...

    def picture(self, path: str, *, of_dialog: bool = False) -> None:
        """A picture of the window, or of the one of the event."""
        ...

    def close(self) -> None:
        """The program ends."""
        ...


@contextmanager
def members(
    service: Process, password: str, smtp: int, *logins: str, locale: str | None = None
) -> Iterator[Sequence[Member]]:
    """A Thunderbird for each, started at once, for as long as the block lasts."""
    sys.path.insert(0, str(DRIVER))
    try:
        make: Callable[..., Member] = import_module("member").Member
    finally:
        sys.path.remove(str(DRIVER))
    binary, base = program("thunderbird"), f"{service.base}/"

    def seated(login: str) -> Member:
        return make(binary, base, login, password, smtp, locale=locale)

    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        starting = [pool.submit(seated, one) for one in logins]
        for one in starting:
            if one.exception() is None:
                stack.callback(one.result().close)
        yield [one.result() for one in starting]
