"""Other programs are told of meetings, minutes and actions: signed, once, and again if need be."""

from __future__ import annotations

import asyncio
import hmac
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from calendars.kernel.database import Database
from calendars.model.principal import Role
from scheduler.app.due_work import follow_meetings, tell_programs
from scheduler.webhooks import repository
from scheduler.webhooks.deliver import deliver_due
from scheduler.webhooks.rules import EventKind
from scheduler.webhooks.send import Sender
from scheduler.webhooks.service import publish
from scheduler.webhooks.tables import events
from tests.scheduler.meetings.conftest import Office, rest
from tests.scheduler.meetings.test_minutes import SECTIONS, held, sent
from tests.scheduler.webhooks.conftest import Receiver, encrypt
from tests.serving import Client, Server, running_server

ALL = [one.value for one in EventKind]
LOOPBACK = "127.0.0.1"


@pytest.fixture
def server(migrated_url: str, tmp_path: Path) -> Iterator[Server]:
    with running_server(migrated_url, tmp_path / "data", webhook_hosts=LOOPBACK) as running:
        yield running


@pytest.fixture
def office(server: Server) -> Office:
    return Office(server)


@pytest.fixture
def admin(server: Server) -> Client:
    return server.add_person("admin", role=Role.ADMIN)


def hooks(client: Client, method: str, path: str = "", body: object = None) -> tuple[int, Any]:
    answer = client.http.request(
        method, f"{client.base}/api/v1/webhooks{path}", json=body, timeout=30
    )
    return answer.status_code, answer.json() if answer.content else None


def declare(admin: Client, url: str, kinds: list[str] | None = None) -> dict[str, Any]:
    status, made = hooks(admin, "POST", "", {"url": url, "kinds": kinds or ALL})
    assert status == 201, made
    found: dict[str, Any] = made
    return found


def told(server: Server, receiver: Receiver) -> list[str]:
    before = len(receiver.heard)
    tell_programs(server.service)
    return [one.said["kind"] for one in receiver.heard[before:]]


@pytest.mark.rule("NOT-1")
@pytest.mark.rule("SEC-6")
def test_the_life_of_a_meeting_is_told_in_signed_requests(
    office: Office, admin: Client, receiver: Receiver
) -> None:
    made = declare(admin, receiver.url)
    ref = office.call()["ref"]

    assert told(office.server, receiver) == ["meeting.planned"]
    [heard] = receiver.heard
    named = dict(part.split("=", 1) for part in heard.headers["Niaouli-Signature"].split(","))
    signed = f"{named['t']}.".encode() + heard.body
    assert named["v1"] == hmac.new(made["secret"].encode(), signed, sha256).hexdigest()
    assert abs(int(named["t"]) - time.time()) < 60
    assert heard.headers["Niaouli-Event-Id"] == heard.said["id"]
    assert heard.headers["Content-Type"] == "application/json"
    meeting = heard.said["meeting"]
    assert meeting.pop("id") > 0
    assert meeting == {
        "ref": ref,
        "state": "planned",
        "start": "2027-03-08T21:00:00Z",
        "end": "2027-03-08T23:00:00Z",
    }
    for secret in ("Comité", "Turquoise", "Cagou", "director", "sophie"):
        assert secret not in heard.body.decode()

    rest(office.assistant, "PATCH", f"/{ref}", {"start": "2027-03-10T08:00:00+11:00"})
    rest(office.assistant, "PATCH", f"/{ref}", {"title": "Autre titre"})
    assert told(office.server, receiver) == ["meeting.moved"]
    action = {"label": "Relire le budget", "owner": "head", "due": "2027-04-01"}
    opened = rest(office.assistant, "POST", f"/{ref}/actions", action, 201)
    assert told(office.server, receiver) == ["action.opened"]
    answer = office.head.http.patch(
        f"{office.head.base}/api/v1/actions/{opened['ref']}", json={"state": "done"}, timeout=30
    )
    assert answer.status_code == 200, answer.text
    assert told(office.server, receiver) == ["action.closed"]
    assert receiver.heard[-1].said["action"]["state"] == "done"
    assert "budget" not in receiver.heard[-1].body.decode()
    rest(office.assistant, "POST", f"/{ref}/state", {"state": "cancelled"})
    assert told(office.server, receiver) == ["meeting.cancelled"]


def test_minutes_are_told_when_they_go_out_and_when_they_are_corrected(
    office: Office, admin: Client, receiver: Receiver
) -> None:
    declare(admin, receiver.url, ["minutes.distributed", "minutes.corrected"])
    ref = held(office)
    sent(office, ref)
    assert told(office.server, receiver) == ["minutes.distributed"]
    wanted = {"reason": "Une erreur de date.", "sections": SECTIONS}
    rest(office.assistant, "POST", f"/{ref}/minutes/correct", wanted)
    rest(office.assistant, "POST", f"/{ref}/minutes/distribute")

    assert sorted(told(office.server, receiver)) == ["minutes.corrected", "minutes.distributed"]
    said = [one.said["minutes"] for one in receiver.heard]
    assert said[0] == {"version": 3, "state": "distributed"}
    assert {one["state"] for one in said[1:]} == {"corrected", "redistributed"}
    assert all(b"erreur" not in one.body for one in receiver.heard)


@pytest.mark.rule("MTG-4")
def test_moved_and_removed_in_a_client_it_is_told_once(
    office: Office, admin: Client, receiver: Receiver
) -> None:
    made = office.call()
    declare(admin, receiver.url)
    path = f"/dav/calendars/director/agenda/{made['event']['object']}"
    text = office.director.ask("GET", path).text
    moved = text.replace("20270309T080000", "20270310T093000").replace(
        "20270309T100000", "20270310T113000"
    )
    assert office.director.put(path, moved).status_code == 204
    for _ in range(2):
        follow_meetings(office.server.service)
    assert told(office.server, receiver) == ["meeting.moved"]

    assert office.director.ask("DELETE", path).status_code == 204
    for _ in range(2):
        follow_meetings(office.server.service)
    assert told(office.server, receiver) == ["meeting.cancelled"]


@pytest.mark.rule("SEC-6")
def test_of_what_is_confidential_nothing_but_a_number_is_told(
    office: Office, admin: Client, receiver: Receiver
) -> None:
    declare(admin, receiver.url)
    ref = office.call(visibility="CONFIDENTIAL")["ref"]
    action = {"label": "Écrire au juge", "owner": "head"}
    rest(office.assistant, "POST", f"/{ref}/actions", action, 201)

    assert sorted(told(office.server, receiver)) == ["action.opened", "meeting.planned"]
    for heard in receiver.heard:
        assert heard.said.keys() - {"meeting", "action"} == {"id", "kind", "at"}
        subject = heard.said.get("meeting") or heard.said["action"]
        assert subject.keys() == {"id"}
        assert ref not in heard.body.decode()


def test_what_fails_is_tried_again_under_the_same_id(
    database: Database, receiver: Receiver
) -> None:
    endpoint = _event(database, receiver.url)
    receiver.status = 503
    now = 1_000_000
    sender = Sender({LOOPBACK})

    assert deliver_due(database, sender, lambda: now) == 0
    assert deliver_due(database, sender, lambda: now + 59) == 0
    receiver.status = 302
    receiver.location = receiver.url
    assert deliver_due(database, sender, lambda: now + 60) == 0
    receiver.status = 200
    assert deliver_due(database, sender, lambda: now + 180) == 1
    assert deliver_due(database, sender, lambda: now + 10**6) == 0

    assert len(receiver.heard) == 3
    assert len({one.headers["Niaouli-Event-Id"] for one in receiver.heard}) == 1
    assert len({one.body for one in receiver.heard}) == 1
    assert len({one.headers["Niaouli-Signature"] for one in receiver.heard}) == 3
    with database.reading() as db:
        [seen] = repository.list_deliveries(db, endpoint, state=None, before=None, limit=9)
    assert (seen.state, seen.attempts, seen.answer) == ("delivered", 3, "HTTP 200")


def test_after_three_days_it_is_given_up_and_gone_is_gone(
    database: Database, receiver: Receiver
) -> None:
    endpoint = _event(database, receiver.url)
    receiver.status, sender = 500, Sender({LOOPBACK})
    for now in range(1_000_000, 1_000_000 + 40 * 4 * 3600, 4 * 3600):
        deliver_due(database, sender, partial(int, now))
    assert len(receiver.heard) == 26
    receiver.status = 410
    _publish(database)
    deliver_due(database, sender, lambda: 9_000_000)

    with database.reading() as db:
        seen = repository.list_deliveries(db, endpoint, state=None, before=None, limit=9)
    assert [(one.state, one.attempts, one.answer) for one in seen] == [
        ("failed", 1, "HTTP 410"),
        ("failed", 26, "HTTP 500"),
    ]


def test_two_processes_do_not_tell_it_twice(
    migrated_url: str, database: Database, receiver: Receiver
) -> None:
    _event(database, receiver.url)
    for _ in range(9):
        _publish(database)
    receiver.wait.clear()
    threading.Timer(0.3, receiver.wait.set).start()
    stores = [Database(migrated_url) for _ in range(2)]
    tasks = [
        threading.Thread(
            target=deliver_due, args=(one, Sender({LOOPBACK}), lambda: 2_000_000), daemon=True
        )
        for one in stores
    ]
    try:
        for one in tasks:
            one.start()
        for one in tasks:
            one.join(30)
    finally:
        for store in stores:
            store.close()

    ids = [one.headers["Niaouli-Event-Id"] for one in receiver.heard]
    assert len(ids) == len(set(ids)) == 10


def test_who_is_killed_while_sending_leaves_it_to_another(
    database: Database, receiver: Receiver
) -> None:
    _event(database, receiver.url)
    now = 1_000_000
    with database.transaction() as db:
        assert len(repository.claim_due(db, now=now, limit=9)) == 1

    assert deliver_due(database, Sender({LOOPBACK}), lambda: now + 60) == 0
    assert deliver_due(database, Sender({LOOPBACK}), lambda: now + 121) == 1


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("host", ["localhost.localdomain", "ours.example.org"])
def test_a_name_that_leads_inside_is_refused(
    database: Database, receiver: Receiver, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lead(monkeypatch, (host,), [("93.184.216.34", 443), ("169.254.169.254", 443)])
    endpoint = _event(database, f"https://{host}:{receiver.server.server_port}/")

    assert deliver_due(database, Sender(frozenset()), lambda: 1_000_000) == 0

    assert receiver.heard == []
    with database.reading() as db:
        [seen] = repository.list_deliveries(db, endpoint, state=None, before=None, limit=9)
    assert (seen.state, seen.answer) == ("failed", "refused address")


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_the_certificate_is_that_of_the_name_though_the_address_was_looked_up(
    database: Database, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, other = "hooks.example.org", "other.example.org"
    port = receiver.server.server_port
    certificate = encrypt(receiver, name, tmp_path)
    _lead(monkeypatch, (name, other), [(LOOPBACK, port)])
    right = _event(database, f"https://{name}:{port}/a?b=c")
    deliver_due(database, Sender({name, other}), lambda: 1_000_000)
    assert receiver.heard == []
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    trusting = Sender({name, other})
    wrong = _event(database, f"https://{other}:{port}/")

    assert deliver_due(database, trusting, lambda: 1_000_000 + 60) == 2

    assert [one.headers["Host"] for one in receiver.heard] == [f"{name}:{port}"] * 2
    with database.reading() as db:
        [failed] = repository.list_deliveries(db, wrong, state=None, before=None, limit=9)
        found = repository.list_deliveries(db, right, state=None, before=None, limit=9)
    assert (failed.state, failed.answer) == ("pending", "ConnectError")
    assert {one.state for one in found} == {"delivered"}


@pytest.mark.parametrize("engine", ["sqlite"])
def test_who_is_slow_keeps_nobody_waiting(database: Database, receiver: Receiver) -> None:
    endpoint = _event(database, receiver.url)
    receiver.wait.clear()

    deliver_due(database, Sender({LOOPBACK}, timeout=0.2), lambda: 1_000_000)

    with database.reading() as db:
        [seen] = repository.list_deliveries(db, endpoint, state=None, before=None, limit=9)
    assert (seen.state, seen.answer) in {("pending", "timeout"), ("pending", "ReadTimeout")}


@pytest.mark.parametrize("engine", ["sqlite"])
def test_administrators_alone_declare_and_see(
    office: Office, admin: Client, receiver: Receiver
) -> None:
    made = declare(admin, receiver.url)
    number = made["id"]
    office.call()
    receiver.status = 410
    tell_programs(office.server.service)

    assert re.fullmatch(r"[\w-]{43}", made["secret"])
    status, listed = hooks(admin, "GET")
    assert [sorted(one) for one in listed["items"]] == [["id", "kinds", "made_at", "url"]]
    status, seen = hooks(admin, "GET", f"/{number}/deliveries")
    [one] = seen["items"]
    assert (status, one["state"], one["answer"]) == (200, "failed", "HTTP 410")
    receiver.status = 204
    retry = f"/{number}/deliveries/{one['id']}/retry"
    assert hooks(office.assistant, "POST", retry)[0] == 403
    assert hooks(admin, "POST", retry)[0] == 204
    assert told(office.server, receiver) == ["meeting.planned"]
    assert hooks(admin, "POST", retry)[0] == 409
    assert hooks(admin, "POST", f"/{number}/deliveries/999/retry")[0] == 404

    for method, path in (
        ("GET", ""),
        ("DELETE", f"/{number}"),
        ("DELETE", "/999"),
        ("GET", f"/{number}/deliveries"),
        ("GET", "/999/deliveries"),
    ):
        assert hooks(office.assistant, method, path)[0] == 403
    assert hooks(office.director, "POST", "", {"url": receiver.url, "kinds": ALL})[0] == 403
    for url in ("https://10.0.0.1/", "http://example.org/", "https://169.254.169.254/"):
        assert hooks(admin, "POST", "", {"url": url, "kinds": ALL})[0] in {400, 422}
    assert hooks(admin, "GET", "/999/deliveries")[0] == 404
    assert hooks(admin, "DELETE", f"/{number}")[0] == 204
    assert hooks(admin, "DELETE", f"/{number}")[0] == 404


@pytest.mark.parametrize("engine", ["sqlite"])
def test_where_nobody_is_to_be_told_nothing_is_written(office: Office) -> None:
    office.call()

    with office.server.service.database.reading() as db:
        assert db.execute(select(events)).first() is None


def _event(database: Database, url: str) -> Any:
    with database.transaction() as db:
        kinds = [EventKind.MEETING_MOVED]
        made = repository.add_endpoint(db, url, kinds, "word", by=1, now=1)  # type: ignore[arg-type]
    _publish(database)
    return made.id


def _publish(database: Database) -> None:
    with database.transaction() as db:
        publish(db, EventKind.MEETING_MOVED, {"meeting": {"id": 7}}, now=1)


def _lead(
    patch: pytest.MonkeyPatch, hosts: tuple[str, ...], addresses: list[tuple[str, int]]
) -> None:
    """Names that no test can have: of the Internet, and leading where they please."""
    real = asyncio.BaseEventLoop.getaddrinfo

    async def look_up(self: Any, name: Any, port: Any, **more: Any) -> Any:
        if name not in hosts:
            return await real(self, name, port, **more)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", one) for one in addresses]

    patch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)
