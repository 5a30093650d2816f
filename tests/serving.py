"""A real server on a loopback port for the tests, and a client that speaks WebDAV to it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
import uvicorn
from argon2 import PasswordHasher
from lxml import etree

from calendars.kernel.audit import CONSOLE
from calendars.kernel.identifiers import Login, PrincipalId
from calendars.model.principal import Principal, PrincipalKind, Role
from calendars.services import sign_in
from calendars.services.make_calendar import provision
from calendars.storage import principals
from scheduler.app.protocol import GuardedProtocol
from scheduler.app.settings import Settings
from scheduler.app.web import create_app
from scheduler.app.wiring import Service, assemble

PASSWORD = "correct horse battery"
DAV = "{DAV:}"
CALDAV = "{urn:ietf:params:xml:ns:caldav}"
CS = "{http://calendarserver.org/ns/}"
APPLE = "{http://apple.com/ns/ical/}"
NAMESPACES = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" '
    'xmlns:CS="http://calendarserver.org/ns/" xmlns:A="http://apple.com/ns/ical/"'
)


@dataclass(frozen=True)
class Response:
    """One DAV:response: an href, its own status, and properties by status."""

    href: str
    status: int | None
    by_status: dict[int, dict[str, etree._Element]]

    @property
    def found(self) -> dict[str, etree._Element]:
        """What was answered 200."""
        return self.by_status.get(200, {})

    @property
    def missing(self) -> frozenset[str]:
        """Names of what was answered 404."""
        return frozenset(self.by_status.get(404, {}))

    @property
    def data(self) -> str:
        """CALDAV:calendar-data, without folds."""
        return text(self.found[f"{CALDAV}calendar-data"]).replace("\r\n", "\n").replace("\n ", "")


class Client:
    """Signs in as somebody and says what comes back."""

    def __init__(self, base: str, login: str, password: str = PASSWORD) -> None:
        self.base, self.login = base, login
        self.http = requests.Session()
        self.http.auth = (login, password)

    def ask(
        self,
        method: str,
        path: str,
        body: str | bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Any request; redirects are not followed."""
        data = body.encode() if isinstance(body, str) else body
        return self.http.request(
            method, self.base + path, data=data, headers=dict(headers or {}),
            allow_redirects=False, timeout=30,
        )  # fmt: skip

    @property
    def agenda(self) -> str:
        """The path of the default calendar."""
        return f"/dav/calendars/{self.login}/agenda/"

    def put(self, path: str, body: str | bytes, **headers: str) -> requests.Response:
        """Store an object; `if_match="…"` becomes the header If-Match."""
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.ask("PUT", path, body, {"Content-Type": "text/calendar", **named})

    def propfind(self, path: str, inner: str, depth: str = "0", **headers: str) -> list[Response]:
        """A PROPFIND of the properties whose elements are given."""
        body = f"<D:propfind {NAMESPACES}><D:prop>{inner}</D:prop></D:propfind>"
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        answer = self.ask("PROPFIND", path, body, {"Depth": depth, **named})
        assert answer.status_code == 207, answer.text
        return responses(answer)

    def prop(self, path: str, element: str) -> etree._Element | None:
        """One property of one resource."""
        [response] = self.propfind(path, element)
        return next(iter(response.found.values()), None)

    def report(self, path: str, body: str, depth: str = "1") -> requests.Response:
        """A REPORT; the usual prefixes are declared on its root."""
        head, _, rest = body.partition(">")
        slash = "/" if head.endswith("/") else ""
        declared = f"{head.rstrip('/')} {NAMESPACES}{slash}>{rest}"
        return self.ask("REPORT", path, declared, {"Depth": depth})


def responses(answer: requests.Response) -> list[Response]:
    """The responses of a multistatus."""
    found = []
    for node in etree.fromstring(answer.content).findall(f"{DAV}response"):
        by_status: dict[int, dict[str, etree._Element]] = {}
        for stat in node.findall(f"{DAV}propstat"):
            code = int((stat.findtext(f"{DAV}status") or "").split()[1])
            prop = stat.find(f"{DAV}prop")
            assert prop is not None
            by_status.setdefault(code, {}).update({str(child.tag): child for child in prop})
        own = node.findtext(f"{DAV}status")
        found.append(
            Response(
                node.findtext(f"{DAV}href") or "",
                int(own.split()[1]) if own else None,
                by_status,
            )
        )
    return found


def hrefs(element: etree._Element | None) -> list[str]:
    """The hrefs inside a property."""
    assert element is not None
    return [str(node.text) for node in element.iter(f"{DAV}href")]


def text(element: etree._Element | None) -> str:
    """The text of a property that is there."""
    assert element is not None
    return "".join(str(piece) for piece in element.itertext())


def error_of(answer: requests.Response) -> etree._Element:
    """The DAV:error of a refusal."""
    root = etree.fromstring(answer.content)
    assert root.tag == f"{DAV}error", answer.text
    return root


def precondition(answer: requests.Response) -> str:
    """The one element inside DAV:error."""
    [element] = error_of(answer)
    return str(element.tag)


@dataclass
class Server:
    """A running service and its parts."""

    base: str
    service: Service

    def add_person(self, login: str, *, name: str = "", role: Role = Role.AGENT) -> Client:
        """A person with a home, and the client that signs in as that person."""
        now = int(time.time())
        person = Principal(
            PrincipalId(0), Login(login), PrincipalKind.INDIVIDUAL, role,
            name or login.title(), f"{login}@example.org",
        )  # fmt: skip
        with self.service.database.transaction() as db:
            added = principals.add(db, person, now=now)
            provision(db, added, timezone_id=self.service.settings.timezone, now=now)
            sign_in.set_password(db, added, _HASH, by=CONSOLE, now=now)
        return Client(self.base, login)

    def principal(self, login: str) -> Principal:
        """Somebody who was added."""
        with self.service.database.reading() as db:
            return principals.get(db, login)


# Verified as any other hash, but in no time.
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class _Uvicorn(uvicorn.Server):
    """Stops at once, where uvicorn looks every tenth of a second."""

    async def main_loop(self) -> None:
        await self.on_tick(0)
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        self.ready.set()
        await self._stopped.wait()

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)
        await asyncio.wait_for(self._wait_tasks_to_complete(), 10)
        await self.lifespan.shutdown()

    def stop(self) -> None:
        """From another thread."""
        self._loop.call_soon_threadsafe(self._stopped.set)


@contextmanager
def running_server(url: str, data: Path, **settings: object) -> Iterator[Server]:
    """The whole service on a free port for as long as the block lasts."""
    chosen = Settings.model_validate({"data": data, "database_url": url, **settings})
    service = assemble(chosen)
    config = uvicorn.Config(
        create_app(service), host="127.0.0.1", port=0, http=GuardedProtocol, ws="none",
        log_level="error", access_log=False, server_header=False,
    )  # fmt: skip
    server = _Uvicorn(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert server.ready.wait(30), "the server did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Server(f"http://127.0.0.1:{port}", service)
    finally:
        server.stop()
        thread.join(10)
