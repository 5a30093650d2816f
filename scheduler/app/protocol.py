"""One HTTP connection: uvicorn's strict parser, with limits on size and time (RFC 9112 §9.8).

uvicorn waits for ever for a head, a body or a reader. Here each of them has a deadline, heads and
targets have a largest size, and when too many connections are open the one goes that has waited
longest without asking for anything: whoever floods the service pushes himself out.
"""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from itertools import count
from operator import attrgetter
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from scheduler.app.one_write import Cork

HEAD_SECONDS = 10
BODY_SECONDS = 30
WRITE_SECONDS = 30
MIN_OCTETS_PER_SECOND = 1_024
MAX_TARGET = 8 * 1024
MAX_HEAD = 32 * 1024
MAX_HEADERS = 100
MAX_CONNECTIONS = 500

# The clock of the loop stands still while it accepts many connections at once.
_ticks = count()


class Phase(Enum):
    """What of a request is awaited."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


class GuardedProtocol(HttpToolsProtocol):
    """A connection that cannot be held open, or filled, without end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **kwargs)
        self._phase = Phase.NOTHING
        self._since = 0.0
        self._last_asked = 0
        self._timer: asyncio.TimerHandle | None = None
        self._timed: Phase | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._head_octets = self._headers_seen = self._hosts = 0
        self._body_octets = self._octets_before = 0

    # --- the connection --------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request, for a while; make room where there is none."""
        super().connection_made(transport)
        self._cork = Cork(transport)
        self._phase, self._since, self._last_asked = Phase.HEAD, self.loop.time(), next(_ticks)
        self._keep_time()
        if len(self.connections) > MAX_CONNECTIONS:
            self._make_room()

    def _make_room(self) -> None:
        """Close the connection that has waited longest; this one where all are at work."""
        waiting = [other for other in self.connections if _is_waiting(other)]
        if waiting:
            min(waiting, key=attrgetter("_last_asked")).transport.abort()
        else:
            self._refuse(503, "Service Unavailable")

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._forget_time()
        self._cancel_stall()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not read: for a while only."""
        super().pause_writing()
        self._cancel_stall()
        self._stalled = self.loop.call_later(WRITE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads on."""
        self._cancel_stall()
        super().resume_writing()

    def _cancel_stall(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    # --- what the parser tells -------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Parse, then see what is still awaited."""
        in_head = self._phase is Phase.HEAD and self._head_octets > 0
        super().data_received(data)
        if self.transport.is_closing():
            self._forget_time()
            return
        if in_head and self._phase is Phase.HEAD:
            # A header without end never reaches on_header.
            self._head_octets += len(data)
            if self._head_octets > MAX_HEAD:
                self._refuse(431, "Request Header Fields Too Large")
                return
        self._keep_time()

    def on_message_begin(self) -> None:
        """A request starts."""
        super().on_message_begin()
        self._phase, self._since, self._timed = Phase.HEAD, self.loop.time(), None
        self._head_octets, self._headers_seen, self._hosts = 1, 0, 0

    def on_url(self, url: bytes) -> None:
        """Count the octets of the target (RFC 9110 §15.5.15)."""
        super().on_url(url)
        if len(self.url) > MAX_TARGET:
            self._refuse(414, "URI Too Long")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count the headers and their octets; trailers count too (RFC 6585 §5)."""
        self._head_octets += len(name) + len(value)
        self._headers_seen += 1
        if self._head_octets > MAX_HEAD or self._headers_seen > MAX_HEADERS:
            self._refuse(431, "Request Header Fields Too Large")
        elif self._phase is Phase.HEAD:
            lower = name.lower()
            self._hosts += lower == b"host"
            super().on_header(lower, value)

    def on_headers_complete(self) -> None:
        """The head is there, with one Host (RFC 9112 §3.2)."""
        self._phase, self._since, self._last_asked = Phase.BODY, self.loop.time(), next(_ticks)
        self._body_octets = self._octets_before = 0
        if self.transport.is_closing():
            return
        if self._hosts != 1 and (self._hosts or self.parser.get_http_version() == "1.1"):
            self._refuse(400, "Bad Request")
            return
        upgrade = self.parser.should_upgrade()
        if upgrade and _has_body(self.headers):
            self._refuse(400, "Bad Request")  # the parser would take the body for another protocol
            return
        super().on_headers_complete()
        if upgrade:
            self.cycle.keep_alive = False  # nor does it read on after an upgrade that we ignore

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ANN401
        """Every request passes here; head and body of its answer leave in one write."""
        self._cork.put()
        cycle.transport = self._cork  # type: ignore[assignment]
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """An answer without a body leaves too."""
        self._cork.pull()
        super().on_response_complete()

    def on_body(self, body: bytes) -> None:
        """Count what comes."""
        self._body_octets += len(body)
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._phase = Phase.NOTHING
        if not self.transport.is_closing():
            super().on_message_complete()

    # --- deadlines -------------------------------------------------------------------------------

    def _keep_time(self) -> None:
        """One timer, set when something is still missing after what came."""
        if self._phase is self._timed:
            return
        self._forget_time()
        if self._phase is not Phase.NOTHING:
            self._timed = self._phase
            self._timer = self.loop.call_later(HEAD_SECONDS, self._time_is_up)

    def _forget_time(self) -> None:
        self._timed = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_is_up(self) -> None:
        """408, unless it is the service that keeps the client waiting, or the body flows."""
        self._timer, self._timed = None, None
        if self.transport.is_closing():
            return
        if self.flow.read_paused or self._is_answering_another() or self._body_flows():
            self._keep_time()
        else:
            self._refuse(408, "Request Timeout")

    def _is_answering_another(self) -> bool:
        """The head of the next request came while the one before is under way."""
        return (
            self._phase is Phase.HEAD
            and self.cycle is not None
            and not self.cycle.response_complete
        )

    def _body_flows(self) -> bool:
        came = self._body_octets - self._octets_before
        self._octets_before = self._body_octets
        in_time = self.loop.time() - self._since < BODY_SECONDS
        return (
            self._phase is Phase.BODY and in_time and came >= MIN_OCTETS_PER_SECOND * HEAD_SECONDS
        )

    def _refuse(self, status: int, reason: str) -> None:
        """Answer if no answer has begun, and close."""
        if self.transport.is_closing():
            return
        if not self._has_begun_to_answer():
            head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            self.transport.write(head.encode())
        self.transport.close()

    def _has_begun_to_answer(self) -> bool:
        """The cycle is of the request before as long as the head is not whole."""
        cycle = self.cycle
        if cycle is None or (self._phase is Phase.HEAD and cycle.response_complete):
            return False
        return cycle.response_started


def _has_body(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in headers
    )


def _is_waiting(connection: object) -> bool:
    """Nothing of it is under way: no whole request, no answer."""
    return (
        isinstance(connection, GuardedProtocol)
        and (connection.cycle is None or connection.cycle.response_complete)
        and not connection.transport.is_closing()
    )
