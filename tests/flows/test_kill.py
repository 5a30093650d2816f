"""The service is killed while people write: what was acknowledged stands, and sync goes on.

`kill -9` strikes at a random moment, again and again on the same store. Each time the service is
started anew, and every name must hold what its writer was last told, or what the writer had sent
and not heard back of. A client that follows the calendar all the while must hold the listing, and
there is no change without its line in the audit trail.
"""

from __future__ import annotations

import http.client
import multiprocessing
import random
import re
import signal
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from sqlalchemy import func, select

from calendars.kernel.audit import CONSOLE
from calendars.kernel.database import Database
from calendars.kernel.identifiers import etag_of
from calendars.services import sign_in, verify_audit
from calendars.storage.tables import audit_lines, calendar_objects, object_versions
from scheduler.app import server
from scheduler.app.settings import Settings
from tests.builders import an_event
from tests.stores import NOW, a_person

WRITERS = 4
PASSWORD = "un mot de passe"
AGENDA = "/dav/calendars/anne/agenda/"
CREDENTIALS = {"Authorization": "Basic " + b64encode(f"anne:{PASSWORD}".encode()).decode()}
STARTED_WITHIN = 30.0

_RESPONSE = re.compile(r"<D:response>(.*?)</D:response>", re.DOTALL)
_NAME = re.compile(rf"<D:href>{AGENDA}([^<]+)</D:href>")
_TAG = re.compile(r"&quot;([^&]+)&quot;")
_TOKEN = re.compile(r"<D:sync-token>([^<]+)</D:sync-token>")

Held = dict[str, str | None]
"""Names and their entity tags, None for a name that is gone."""


class Away(Exception):
    """The service did not answer: it was killed."""


class Connection:
    """One keep-alive connection of a client."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=20)

    def ask(
        self, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None
    ) -> tuple[int, str, str]:
        """Status, entity tag and body of an answer. Raises Away."""
        try:
            self._http.request(method, path, body.encode(), {**CREDENTIALS, **(headers or {})})
            answer = self._http.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            raise Away from None
        return answer.status, (answer.headers["ETag"] or "").strip('"'), text

    def close(self) -> None:
        """Hang up."""
        self._http.close()


@dataclass
class Writer:
    """Writes under names of its own, and knows what it was told."""

    number: int
    acknowledged: Held = field(default_factory=dict)
    sent: Held = field(default_factory=dict)
    """What the last write, if nobody answered it, would have made of its name."""
    written: int = 0
    failure: str = ""
    _versions: Iterator[int] = field(default_factory=count)

    def write_until_away(self, port: int) -> None:
        """One write after the other until the service is gone."""
        draw, connection = random.Random(), Connection(port)
        try:
            while not self.failure:
                self._write(connection, f"{self.number}-{draw.randrange(12)}.ics", draw)
        except Away:
            pass
        finally:
            connection.close()

    def _write(self, connection: Connection, name: str, draw: random.Random) -> None:
        there = self.acknowledged.get(name) is not None
        if there and draw.random() < 0.3:
            self.sent = {name: None}
            status, tag, _ = connection.ask("DELETE", AGENDA + name)
            expected, held = {204}, None
        else:
            text = an_event(uid=name, summary=f"Version {next(self._versions)}")
            self.sent = {name: etag_of(text.encode())}
            headers = {"Content-Type": "text/calendar"}
            status, tag, _ = connection.ask("PUT", AGENDA + name, text, headers)
            expected, held = {204 if there else 201}, tag
        if status not in expected:
            self.failure = f"{name}: answered {status} instead of {expected}"
            return
        self.acknowledged[name], self.sent = held, {}
        self.written += 1

    def lost(self, listing: Mapping[str, str]) -> list[str]:
        """Names that hold neither what was acknowledged nor what was sent last."""
        wrong = []
        for name in {*self.acknowledged, *self.sent}:
            found, told = listing.get(name), self.acknowledged.get(name)
            if found != told and (name not in self.sent or found != self.sent[name]):
                wrong.append(f"{name}: {found} instead of {told}")
            self.acknowledged[name] = found
        self.sent = {}
        return wrong


@dataclass
class Follower:
    """A client that synchronises page by page, whatever happens to the service."""

    held: dict[str, str] = field(default_factory=dict)
    token: str = ""
    pages: int = 0

    def follow_until_away(self, port: int) -> None:
        """Ask for what is new again and again."""
        connection = Connection(port)
        try:
            while True:
                self.page(connection)
        except Away:
            pass
        finally:
            connection.close()

    def page(self, connection: Connection) -> bool:
        """One page; whether there is more. Raises Away."""
        status, _, text = connection.ask("REPORT", AGENDA, _sync(self.token), {"Depth": "0"})
        assert status == 207, text
        token = _TOKEN.search(text)
        assert token is not None, text
        for response in _RESPONSE.findall(text):
            name, tag = _NAME.search(response), _TAG.search(response)
            if name and tag:
                self.held[name[1]] = tag[1]
            elif name:
                self.held.pop(name[1], None)
        self.token, self.pages = token[1], self.pages + 1
        return "HTTP/1.1 507" in text

    def catch_up(self, port: int) -> None:
        """Pages until there is no more."""
        connection = Connection(port)
        while self.page(connection):
            pass
        connection.close()


def _sync(token: str) -> str:
    return (
        f'<sync-collection xmlns="DAV:"><sync-token>{token}</sync-token><sync-level>1</sync-level>'
        "<limit><nresults>5</nresults></limit><prop><getetag/></prop></sync-collection>"
    )


class Service:
    """The service in a process of its own, which can be killed and started again."""

    def __init__(self, url: str, data: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        values = {"data": data, "database_url": url, "listen": f"127.0.0.1:{self.port}"}
        self._settings = Settings.model_validate(values)
        # One process loads the modules, each service is forked from it: a start takes 0.2 s.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["scheduler.app.server"])
        self._process: ForkServerProcess | None = None

    def start(self) -> None:
        """Returns when it answers."""
        self._process = self._context.Process(
            target=server.serve, args=(self._settings,), daemon=True
        )
        self._process.start()
        deadline = time.monotonic() + STARTED_WITHIN
        while time.monotonic() < deadline:
            assert self._process.is_alive(), "the service ended by itself"
            connection = Connection(self.port)
            try:
                if connection.ask("OPTIONS", AGENDA)[0] == 200:
                    return
            except Away:
                time.sleep(0.01)
            finally:
                connection.close()
        raise AssertionError("the service does not answer")

    def kill(self) -> None:
        """No warning, no clean-up."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            assert self._process.exitcode == -signal.SIGKILL


@contextmanager
def working(port: int, writers: list[Writer], follower: Follower) -> Iterator[None]:
    """All of them at work; the block ends when the service is away."""
    threads = [
        threading.Thread(target=work, args=(port,))
        for work in (*(writer.write_until_away for writer in writers), follower.follow_until_away)
    ]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join()


def listing(port: int) -> dict[str, str]:
    """What stands in the calendar."""
    connection = Connection(port)
    body = '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
    status, _, text = connection.ask("PROPFIND", AGENDA, body, {"Depth": "1"})
    connection.close()
    assert status == 207, text
    found = {}
    for response in _RESPONSE.findall(text):
        name, tag = _NAME.search(response), _TAG.search(response)
        if name and tag:
            found[name[1]] = tag[1]
    return found


def trail_matches(store: Database) -> None:
    """The audit trail is whole, and has one line for each text that was written or removed."""
    with store.reading() as db:
        assert list(verify_audit.verify(db, watch=lambda _done, _total: None)) == []
        deeds = select(audit_lines.c.deed, func.count()).where(audit_lines.c.object.is_not(None))
        told = {row[0]: row[1] for row in db.execute(deeds.group_by(audit_lines.c.deed))}
        former = select(object_versions.c.deed, func.count()).group_by(object_versions.c.deed)
        kept = {row[0]: row[1] for row in db.execute(former)}
        present = db.execute(select(func.count()).select_from(calendar_objects)).scalar_one()
    assert told.get("change", 0) == kept.get("OVERWRITE", 0)
    assert told.get("delete", 0) == kept.get("DELETE", 0)
    assert told.get("create", 0) == present + kept.get("DELETE", 0)


def strike_again_and_again(url: str, data: Path, kills: int) -> None:
    """The story, so many times on one store."""
    store = Database(url)
    with store.transaction() as db:
        person = a_person(db)
        sign_in.set_password(db, person.id, sign_in.hash_password(PASSWORD), by=CONSOLE, now=NOW)
    service, follower = Service(url, data), Follower()
    writers = [Writer(number) for number in range(WRITERS)]

    service.start()
    for _ in range(kills):
        with working(service.port, writers, follower):
            time.sleep(random.uniform(0.0, 0.3))
            service.kill()
        trail_matches(store)
        assert [writer.failure for writer in writers if writer.failure] == []
        service.start()
        found = listing(service.port)
        assert [lost for writer in writers for lost in writer.lost(found)] == []
        follower.catch_up(service.port)
        assert follower.held == found
    service.kill()
    store.close()

    assert sum(writer.written for writer in writers) > kills
    assert follower.pages > kills


@pytest.mark.timeout(120)
def test_nothing_acknowledged_is_lost(migrated_url: str, tmp_path: Path) -> None:
    strike_again_and_again(migrated_url, tmp_path / "data", 20)


@pytest.mark.interop
@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost_in_a_hundred_kills(migrated_url: str, tmp_path: Path) -> None:
    strike_again_and_again(migrated_url, tmp_path / "data", 100)
