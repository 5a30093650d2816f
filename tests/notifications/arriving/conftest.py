"""The whole service behind HTTP, and the door that mail comes in by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import pytest

from calendars.kernel.clock import FixedClock
from notifications.mailbox.outcome import Taken
from notifications.mailbox.take_in import take_in
from scheduler.app.settings import Settings
from scheduler.app.wiring import Service, assemble, mailroom
from tests.calendars.api import conftest as api
from tests.calendars.api.conftest import NOW
from tests.mailing import RELAY, SERVICE
from tests.scheduler import conftest as console

client, join, anne, paul = api.client, api.join, api.anne, api.paul
niaouli = console.niaouli


class MovableClock(FixedClock):
    """Stands still until the test lets time pass."""

    def let_pass(self, time: timedelta) -> None:
        """It is so much later."""
        self._instant += time


Post: TypeAlias = Callable[[bytes], str]


@pytest.fixture
def clock() -> MovableClock:
    """It is Tuesday 3 March, 8 o'clock in Nouméa."""
    return MovableClock(NOW)


@pytest.fixture
def service(migrated_url: str, tmp_path: Path, clock: MovableClock) -> Service:
    """The service on a fresh store, at a fixed time, behind a relay that it trusts."""
    settings = Settings.model_validate(
        {
            "data": tmp_path / "data",
            "database_url": migrated_url,
            "trusted_relays": RELAY,
            "mail_from": SERVICE,
            "mail_delay_seconds": 0,
        }
    )
    return assemble(settings, clock=clock)


@pytest.fixture
def post(service: Service) -> Post:
    """A mail arrives; what is decided of it, and why."""

    def posted(octets: bytes) -> str:
        taken: Taken = take_in(mailroom(service), octets, now=int(service.clock.now().timestamp()))
        return f"{taken.decision}: {taken.why}"

    return posted
