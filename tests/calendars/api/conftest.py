"""The whole service behind a client that speaks JSON, on each engine, and a few people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias, TypedDict, Unpack

import httpx2
import pytest
from starlette.testclient import TestClient

from calendars.kernel.audit import CONSOLE
from calendars.kernel.clock import FixedClock
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import PrincipalKind, Rights
from calendars.services import sign_in
from calendars.services.delegate import DelegationDraft, delegate
from calendars.services.open_account import NewAccount, open_account
from scheduler.app.settings import Settings
from scheduler.app.web import create_app
from scheduler.app.wiring import Service, assemble

NOW = datetime(2026, 3, 2, 21, 0, tzinfo=UTC)  # Tuesday 3 March, 8 o'clock in Nouméa
PASSWORD = "correct horse battery"
INDIVIDUAL = PrincipalKind.INDIVIDUAL
HASH = sign_in.hash_password(PASSWORD)

Answer: TypeAlias = httpx2.Response
Parameter: TypeAlias = str | int | list[str]


class Parts(TypedDict, total=False):
    """What a request may have."""

    params: Mapping[str, Parameter]
    content: bytes
    json: Mapping[str, Any] | None
    headers: Mapping[str, str]
    auth: tuple[str, str]


@dataclass(frozen=True)
class Asker:
    """Somebody at a keyboard: signs in with each request."""

    client: TestClient
    service: Service
    login: str
    id: PrincipalId
    password: str = PASSWORD

    @property
    def agenda(self) -> str:
        """The default calendar."""
        return f"/principals/{self.login}/calendars/agenda"

    @property
    def objects(self) -> str:
        """What stands in the default calendar."""
        return f"{self.agenda}/objects"

    def ask(self, method: str, path: str, **more: Unpack[Parts]) -> Answer:
        """A request of the JSON face."""
        return self.raw(method, f"/api/v1{path}", **more)

    def raw(self, method: str, path: str, **more: Unpack[Parts]) -> Answer:
        """A request of any face; JSON goes in ASCII, so that it may hold what UTF-8 cannot."""
        headers = dict(more.get("headers", {}))
        content = more.get("content")
        if (body := more.get("json")) is not None:
            content, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        return self.client.request(
            method,
            path,
            params=more.get("params"),
            content=content,
            headers=headers,
            auth=more.get("auth", (self.login, self.password)),
            follow_redirects=False,
        )

    def get(self, path: str, **parameters: Parameter) -> Answer:
        """GET with query parameters; `start` and `end` stand for from and to."""
        names = {"start": "from", "end": "to"}
        query = {names.get(key, key): value for key, value in parameters.items()}
        return self.ask("GET", path, params=query)

    def post(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        """POST of JSON."""
        return self.ask("POST", path, json=body, headers=_named(headers))

    def patch(self, path: str, body: Mapping[str, Any], **headers: str) -> Answer:
        """PATCH of JSON; `if_match` becomes the header If-Match."""
        return self.ask("PATCH", path, json=body, headers=_named(headers))

    def put(self, path: str, body: Mapping[str, Any]) -> Answer:
        """PUT of JSON."""
        return self.ask("PUT", path, json=body)

    def delete(self, path: str, **headers: str) -> Answer:
        """DELETE."""
        return self.ask("DELETE", path, headers=_named(headers))

    def store(self, name: str, text: str, calendar: str = "agenda") -> Answer:
        """PUT of iCalendar text by CalDAV."""
        path = f"/dav/calendars/{self.login}/{calendar}/{name}"
        return self.raw(
            "PUT", path, content=text.encode(), headers={"Content-Type": "text/calendar"}
        )

    def text(self, name: str, calendar: str = "agenda") -> str:
        """The iCalendar text that CalDAV gives."""
        answer = self.raw("GET", f"/dav/calendars/{self.login}/{calendar}/{name}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def make(self, **members: object) -> dict[str, Any]:
        """A new object in the default calendar: an hour on 3 March unless told."""
        body = {
            "title": "Réunion de service",
            "start": "2026-03-03T14:30:00+11:00",
            "duration": 60,
            **members,
        }
        told = {key: value for key, value in body.items() if value is not None}
        answer = self.post(self.objects, told)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def entrust(self, delegate_: Asker, rights: Rights, *, sees_private: bool = False) -> None:
        """Give somebody rights on one's diary."""
        with self.service.database.transaction() as db:
            draft = DelegationDraft(rights, sees_private)
            delegate(db, self.login, delegate_.login, draft, zone=UTC, now=int(NOW.timestamp()))


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {key.replace("_", "-"): value for key, value in headers.items()}


Join: TypeAlias = Callable[..., Asker]


@pytest.fixture
def service(migrated_url: str, tmp_path: Path) -> Service:
    """The service on a fresh store, at a fixed time."""
    settings = Settings.model_validate({"data": tmp_path / "data", "database_url": migrated_url})
    return assemble(settings, clock=FixedClock(NOW))


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    """Speaks HTTP to the service without a socket."""
    with TestClient(create_app(service), base_url="https://niaouli.test") as client:
        yield client


@pytest.fixture
def join(service: Service, client: TestClient) -> Join:
    """Opens an account and gives its keyboard."""

    def joined(login: str, name: str = "", kind: PrincipalKind = INDIVIDUAL) -> Asker:
        new = NewAccount(login, name or login.title(), kind, email=f"{login}@example.org")
        with service.database.transaction() as db:
            now = int(NOW.timestamp())
            made = open_account(
                db, new, timezone_id="Pacific/Noumea", by=CONSOLE, now=now, hashed=HASH
            )
        return Asker(client, service, login, made.id)

    return joined


@pytest.fixture
def anne(join: Join) -> Asker:
    """A person with a diary."""
    return join("anne", "Anne Kaori")


@pytest.fixture
def paul(join: Join) -> Asker:
    """Another one."""
    return join("paul", "Paul Niaouli")
