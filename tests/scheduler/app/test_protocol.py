"""Hostile connections: what is too long, too slow or ambiguous is refused; others are served."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

import pytest
import uvicorn

from scheduler.app import protocol
from scheduler.app.protocol import GuardedProtocol

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
LONG_ANSWER = b"x" * 30_000_000


class Echo:
    """Answers with method and length of what it was sent; /401 does not wait for the body."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        size, more = 0, scope["path"] != "/401"
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.seen.append("gone")
                return
            size += len(message["body"])
            more = message["more_body"]
        self.seen.append(f"{scope['method']} {scope['path']} {size}")
        body = LONG_ANSWER if scope["path"] == "/long" else f"{scope['method']} {size}".encode()
        headers = [(b"content-length", str(len(body)).encode())]
        status = 401 if scope["path"] == "/401" else 200
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def echo() -> Echo:
    """What the server runs."""
    return Echo()


@pytest.fixture
def port(echo: Echo, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server with short deadlines."""
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.4)
    monkeypatch.setattr(protocol, "BODY_SECONDS", 1.2)
    monkeypatch.setattr(protocol, "WRITE_SECONDS", 0.4)
    config = uvicorn.Config(
        echo, port=0, http=GuardedProtocol, ws="none", log_level="critical", access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


def connect(port: int) -> socket.socket:
    """A connection that gives up after five seconds."""
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def read(connection: socket.socket) -> str:
    """All that comes until the server closes."""
    pieces = []
    try:
        while piece := connection.recv(65_536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces).decode("latin-1")


def statuses(text: str) -> list[int]:
    """The statuses of the answers in a stream."""
    return [int(code) for code in re.findall(r"HTTP/1\.1 (\d{3})", text)]


def is_cut_off(connection: socket.socket, piece: bytes, *, pause: float) -> bool:
    """The server stops taking more of the same before four seconds are over."""
    end = time.monotonic() + 4
    while time.monotonic() < end:
        try:
            connection.sendall(piece)
        except OSError:
            return True
        time.sleep(pause)
    return False


def exchange(port: int, sent: bytes) -> list[int]:
    """The statuses of all answers, when the server has closed the connection."""
    with connect(port) as connection:
        connection.sendall(sent)
        return statuses(read(connection))


HEAD = b"PUT /x HTTP/1.1\r\nHost: a\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.rfc("9112 §6.3")
@pytest.mark.parametrize(
    "request_",
    [
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
        HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + SMUGGLED,
        HEAD + b"Content-Length: 4\r\nContent-Length: 40\r\n\r\nabcd" + SMUGGLED,
        HEAD + b"Content-Length: -1\r\n\r\n" + SMUGGLED,
        HEAD + b"Content-Length: +4\r\n\r\nabcd" + SMUGGLED,
        HEAD + b"Content-Length: 4, 4\r\n\r\nabcd" + SMUGGLED,
        HEAD + b"Content-Length: 99999999999999999999\r\n\r\nabcd",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabcd\r\n0\r\n\r\n" + SMUGGLED,
        HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + SMUGGLED,
        HEAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
        HEAD + b"X: a\r\n folded\r\nContent-Length: 0\r\n\r\n" + SMUGGLED,
        b"GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200,
        b"CONNECT example.org:443 HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
    ids=[
        "CL+TE", "TE+CL", "two lengths", "negative", "signed", "list", "overflow", "chunk size",
        "last coding", "blank", "obsolete fold", "NUL", "version", "HTTP/2", "TLS", "CONNECT",
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_gets_one_refusal(
    port: int, echo: Echo, request_: bytes
) -> None:
    answers = exchange(port, request_)

    assert len(answers) <= 1
    assert all(400 <= status < 500 or status in {501, 505} for status in answers)
    assert not [seen for seen in echo.seen if "smuggled" in seen]


@pytest.mark.rfc("9112 §3.2")
@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nConnection: close\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nConnection: close\r\nHost: a\r\n\r\n", 200),
        (b"GET / HTTP/1.0\r\n\r\n", 200),
    ],
    ids=["none", "two", "one", "1.0"],
)
def test_a_request_names_one_host(port: int, head: bytes, status: int) -> None:
    assert exchange(port, head) == [status]


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 33_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 101 + b"\r\n", 431),
    ],
    ids=["target", "header", "headers"],
)
def test_a_head_that_is_too_long_is_refused(port: int, head: bytes, status: int) -> None:
    assert exchange(port, head) == [status]


def test_a_header_without_end_is_refused_before_it_fills_the_memory(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
        time.sleep(0.05)
        assert is_cut_off(connection, b"a" * 100_000, pause=0)


@pytest.mark.parametrize(
    "drip",
    [b"", b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],
    ids=["silence", "drip"],
)
def test_a_head_that_takes_too_long_is_answered_408(port: int, drip: bytes) -> None:
    with connect(port) as connection:
        started = time.monotonic()
        for octet in drip:
            try:
                connection.send(bytes([octet]))
            except OSError:
                break
            time.sleep(0.02)
        assert statuses(read(connection)) in ([408], [])
        assert time.monotonic() - started < 3


def test_a_body_that_drips_is_answered_408_and_never_seen_whole(port: int, echo: Echo) -> None:
    answers = exchange(port, HEAD + b"Content-Length: 100\r\n\r\nabc")

    assert answers == [408]
    assert echo.seen in (["gone"], [])


def test_a_body_that_flows_may_take_longer_than_a_head(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(HEAD + b"Connection: close\r\nContent-Length: 8000\r\n\r\n")
        for _ in range(8):
            time.sleep(0.1)
            connection.sendall(b"a" * 1_000)
        assert statuses(read(connection)) == [200]


def test_a_body_may_not_flow_for_ever(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(HEAD + b"Content-Length: 100000000\r\n\r\n")
        assert is_cut_off(connection, b"a" * 1_000, pause=0.02)


def test_an_answer_before_the_body_is_the_only_one(port: int) -> None:
    head = b"PUT /401 HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc"

    assert exchange(port, head) == [401]


@pytest.mark.rfc("9112 §9.3.2")
def test_pipelined_requests_are_answered_in_their_order(port: int, echo: Echo) -> None:
    one = b"PUT /%d HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
    last = b"GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    answers = exchange(port, b"".join(one % number for number in range(200)) + last)

    assert answers == [200] * 201
    assert echo.seen == [f"PUT /{number} 3" for number in range(200)] + ["GET /end 0"]


@pytest.mark.rfc("9110 §7.8")
def test_an_upgrade_is_ignored_and_the_request_done(port: int) -> None:
    upgrade = b"Host: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"

    assert exchange(port, b"GET /x HTTP/1.1\r\n" + upgrade + b"\r\n") == [200]


@pytest.mark.rfc("9110 §7.8")
def test_a_body_behind_an_upgrade_is_refused_and_not_lost(port: int, echo: Echo) -> None:
    head = HEAD + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc"

    assert exchange(port, head + SMUGGLED) == [400]
    assert echo.seen == []


@pytest.mark.rfc("9110 §10.1.1")
def test_expect_100_continue_is_answered_before_the_body(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(
            HEAD + b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: 3\r\n\r\n"
        )
        assert statuses(connection.recv(1_000).decode()) == [100]
        connection.sendall(b"abc")
        assert statuses(read(connection)) == [200]


def test_an_answer_without_a_body_comes_too(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n")
        assert statuses(connection.recv(1_000).decode()) == [200]
        connection.sendall(b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.recv(1_000).endswith(b"\r\n\r\nGET 0")


def test_who_does_not_read_the_answer_is_let_go(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"GET /long HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        time.sleep(1.0)
        assert len(read(connection)) < len(LONG_ANSWER)


def test_a_flood_pushes_itself_out_and_not_who_asks(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MAX_CONNECTIONS", 20)
    flood = [connect(port) for _ in range(60)]
    try:
        assert exchange(port, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") == [200]
        time.sleep(0.1)
        gone = 0
        for connection in flood:
            connection.setblocking(False)
            try:
                gone += connection.recv(1) == b""
            except BlockingIOError:
                pass
            except ConnectionResetError:
                gone += 1
        assert gone >= 40
    finally:
        for connection in flood:
            connection.close()
