"""A service with people, a room and a car for who looks for slots."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from calendars.kernel.audit import CONSOLE
from calendars.model.principal import PrincipalKind, Role
from calendars.model.resource_policy import Category, ResourceFacts, ResourcePolicy
from calendars.services.open_account import NewAccount, open_account
from calendars.services.set_policy import set_policy
from scheduler.slots.follow import follow_places
from tests.builders import NOUMEA, an_event
from tests.command_line import CommandLine
from tests.serving import Client, Server, running_server

SEARCH = "/api/v1/slots/search"
BOOK = "/api/v1/slots/bookings"


def monday() -> datetime:
    """A Monday of March to come, at midnight of the site: no holiday, no school break."""
    year = datetime.now(NOUMEA).year + 1
    day = datetime(year, 3, 8, tzinfo=NOUMEA)
    return day + timedelta(days=-day.weekday() % 7)


MONDAY = monday()


def at(hour: float, day: int = 0) -> datetime:
    """An hour of a day of that week."""
    return MONDAY + timedelta(days=day, hours=hour)


@dataclass
class House:
    """The service, and who asks."""

    server: Server

    def add_resource(
        self, login: str, category: Category, capacity: int, policy: ResourcePolicy | None = None,
        **facts: Any,
    ) -> None:  # fmt: skip
        """A room or a car."""
        kind = PrincipalKind.ROOM if category is Category.ROOM else PrincipalKind.RESOURCE
        new = NewAccount(login, login.title(), kind, email=f"{login}@example.org",
                         capacity=capacity)  # fmt: skip
        now = int(time.time())
        with self.server.service.database.transaction() as db:
            open_account(db, new, timezone_id="Pacific/Noumea", now=now, by=CONSOLE)
            chosen = policy or ResourcePolicy()
            set_policy(db, CONSOLE, login, ResourceFacts(category, **facts), chosen, now=now)

    def follow(self) -> None:
        """What the job does every few seconds."""
        with self.server.service.database.transaction() as db:
            follow_places(db)


@pytest.fixture
def house(migrated_url: str, tmp_path: Path) -> Iterator[House]:
    with running_server(migrated_url, tmp_path / "data") as running:
        yield House(running)


@pytest.fixture
def anne(house: House) -> Client:
    return house.server.add_person("anne")


@pytest.fixture
def paul(house: House) -> Client:
    return house.server.add_person("paul")


@pytest.fixture
def admin(house: House) -> Client:
    return house.server.add_person("admin", role=Role.ADMIN)


def ask(client: Client, method: str, path: str, body: object, status: int = 200) -> Any:
    """A request of the JSON face, and what it answers."""
    answer = client.http.request(method, client.base + path, json=body, timeout=30)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def search(client: Client, days: int = 1, **wanted: object) -> Any:
    """A search in the first days of that week."""
    last = MONDAY + timedelta(days=days - 1)
    body = {
        "first_day": f"{MONDAY:%Y-%m-%d}", "last_day": f"{last:%Y-%m-%d}", "minutes": 60,
        **wanted,
    }  # fmt: skip
    return ask(client, "POST", SEARCH, body)


def starts(told: Any) -> list[str]:
    """The hours that slots start at."""
    return [f"{datetime.fromisoformat(one['start']):%H:%M}" for one in told["slots"]]


def put_busy(
    client: Client, uid: str, start: float, end: float, *, day: int = 0, **more: Any
) -> None:
    """Somebody is busy on that day."""
    text = an_event(uid=uid, start=at(start, day), end=at(end, day), **more)
    answer = client.put(f"{client.agenda}{uid}.ics", text)
    assert answer.status_code == 201, answer.text


@pytest.fixture
def niaouli_beside(
    house: House,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> CommandLine:
    """The command line on the store of the running service."""
    return CommandLine(house.server.service.settings.store, tmp_path, monkeypatch, capsys)
