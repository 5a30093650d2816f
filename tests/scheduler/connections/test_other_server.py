"""Credentials go to the server that was named, and to nobody else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scheduler.connections.other_server import OtherServer
from scheduler.connections.refusals import (
    BadAddress,
    InsecureServer,
    NoCalendars,
    ServerRefuses,
    ServerUnreachable,
)

MULTISTATUS = (
    '<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:response>'
    "<D:href>/</D:href><D:propstat><D:prop>{prop}</D:prop><D:status>HTTP/1.1 200 OK</D:status>"
    "</D:propstat></D:response></D:multistatus>"
)


class Peer:
    """A server that always answers the same, and remembers who asked."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.alias = f"http://localhost:{port}"
        self.status, self.prop, self.location = 207, "", ""
        self.asked: list[str | None] = []


@contextmanager
def running_peer() -> Iterator[Peer]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            peer.asked.append(self.headers.get("Authorization"))
            body = MULTISTATUS.format(prop=peer.prop).encode()
            self.send_response(peer.status)
            if peer.location:
                self.send_header("Location", peer.location)
            if peer.status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PROPFIND = do_REPORT = answer  # noqa: N815 - names of the standard library

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    peer = Peer(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("url", "refusal"),
    [
        ("http://agenda.example.org/", InsecureServer),
        ("http://192.0.2.1/", InsecureServer),
        ("https://anne:secret@agenda.example.org/", InsecureServer),
        ("ftp://agenda.example.org/", BadAddress),
        ("file:///etc/passwd", BadAddress),
        ("https:///dav/", BadAddress),
    ],
)
def test_an_address_that_would_betray_the_password_is_refused(
    url: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        OtherServer(url, "anne", "secret")


@pytest.mark.parametrize("name", ["current-user-principal", "calendar-home-set"])
def test_a_server_cannot_send_us_to_somebody_else(name: str) -> None:
    with running_peer() as named, running_peer() as other:
        prefix = "D" if name == "current-user-principal" else "C"
        element = f"<{prefix}:{name}><D:href>{other.alias}/x/</D:href></{prefix}:{name}>"
        principal = "<D:current-user-principal><D:href>/p/</D:href></D:current-user-principal>"
        named.prop = element if prefix == "D" else principal + element
        server = OtherServer(named.url, "anne", "secret")
        with pytest.raises(InsecureServer):
            server.calendars()
        server.close()
        assert other.asked == []


def test_a_redirection_elsewhere_takes_no_password_along() -> None:
    with running_peer() as named, running_peer() as other:
        named.status, named.location = 301, f"{other.alias}/"
        server = OtherServer(named.url, "anne", "secret")
        with pytest.raises((NoCalendars, InsecureServer)):
            server.calendars()
        server.close()
        assert not any(other.asked)


def test_a_server_without_calendars_says_so() -> None:
    with running_peer() as named:
        server = OtherServer(named.url, "anne", "secret")
        with pytest.raises(NoCalendars):
            server.calendars()
        server.close()


def test_a_wrong_password_and_a_dead_server_are_told_apart() -> None:
    with running_peer() as named:
        named.status = 401
        server = OtherServer(named.url, "anne", "secret")
        with pytest.raises(ServerRefuses):
            server.calendars()
        server.close()
    server = OtherServer(named.url, "anne", "secret")
    with pytest.raises(ServerUnreachable):
        server.calendars()
    server.close()
