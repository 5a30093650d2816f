"""A real Thunderbird with a mail account, led by a test step by step."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from tests.interop.mail_servers import PASSWORD, MailServers
from tests.interop.programs import program

DRIVER = Path(__file__).parent / "drivers" / "thunderbird"

Seen = Mapping[str, Any]


class Correspondent(Protocol):
    """What somebody does in front of it."""

    def open(self, subject: str, after: int = 0) -> Seen:
        """Wait for a mail and select it; what the bar above it offers."""
        ...

    def press(self, answer: str, uid: str) -> Seen | None:
        """Press a button of the bar; what his calendar holds then."""
        ...

    def held(self, uid: str) -> Seen | None:
        """What his calendar holds."""
        ...

    def invite(self, ics: str, uid: str) -> Seen | None:
        """Enter a meeting with guests, and let the invitations go."""
        ...

    def screenshot(self, path: str) -> None:
        """A picture of the window."""
        ...

    def close(self) -> None:
        """The program ends."""
        ...


@contextmanager
def correspondent(
    servers: MailServers, address: str, name: str, locale: str | None = None
) -> Iterator[Correspondent]:
    """Thunderbird for as long as the block lasts."""
    sys.path.insert(0, str(DRIVER))
    try:
        made: Any = import_module("correspondent").Correspondent
    finally:
        sys.path.remove(str(DRIVER))
    running: Correspondent = made(
        binary=program("thunderbird"), address=address, name=name, password=PASSWORD,
        imap=servers.imap, smtp=servers.smtp, locale=locale,
    )  # fmt: skip
    try:
        yield running
    finally:
        running.close()
