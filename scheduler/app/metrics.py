"""Figures for Prometheus at /metrics: counts and times, never who or what (SEC-1)."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from calendars.dav.app import Receive, Scope, Send
from calendars.dav.methods import METHODS

_KNOWN = frozenset(METHODS) | {"PATCH"}
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Counts requests around an ASGI application, and answers what was counted."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "niaouli_requests_total", "Requests", ("method", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "niaouli_request_seconds",
            "Time until the answer was sent",
            ("method",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._under_way = Gauge(
            "niaouli_requests_under_way", "Requests being answered", registry=self.registry
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"] == "/metrics":
            await self._answer(Request(scope))(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _KNOWN else "other"
        started = time.perf_counter()
        self._under_way.inc()
        status = "none"

        async def counted(message: dict[str, object]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, counted)  # type: ignore[arg-type]
        finally:
            self._under_way.dec()
            self._requests.labels(method, status).inc()
            self._seconds.labels(method).observe(time.perf_counter() - started)

    def _answer(self, request: Request) -> Response:
        """Only this machine may ask; a proxy in front hides the path."""
        host = request.client.host if request.client else ""
        try:
            local = ipaddress.ip_address(host).is_loopback
        except ValueError:
            local = False
        if not local:
            return PlainTextResponse("not found\n", 404)
        return PlainTextResponse(generate_latest(self.registry), media_type="text/plain")
