"""Figures for Prometheus at /metrics: counts and times, never who or what (SEC-1)."""

from __future__ import annotations

import ipaddress
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from itertools import accumulate

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from calendars.dav.app import Receive, Scope, Send
from calendars.dav.methods import METHODS
from calendars.kernel.database import StoreUnavailable
from notifications.message import State

_KNOWN = frozenset(METHODS) | {"PATCH"}
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_BUCKETS = (*map(str, map(float, _BOUNDS)), "+Inf")


class Counts(Collector):
    """What was counted, in plain numbers: all of it happens on one loop, nothing needs a lock."""

    def __init__(self) -> None:
        self._answers: Counter[tuple[str, int]] = Counter()
        self._by_time: dict[str, list[int]] = {}
        self._seconds: Counter[str] = Counter()
        self.under_way = 0
        self.messages: Mapping[State, int] = {}
        """By their state, as it was looked up last."""

    def add(self, method: str, status: int, seconds: float) -> None:
        """One request that was answered; a status of 0 is none."""
        self._answers[method, status] += 1
        self._seconds[method] += seconds  # type: ignore[assignment]
        by_time = self._by_time.get(method)
        if by_time is None:
            by_time = self._by_time[method] = [0] * len(_BUCKETS)
        by_time[bisect_left(_BOUNDS, seconds)] += 1

    def collect(self) -> Iterator[Metric]:
        """The figures as Prometheus reads them."""
        yield GaugeMetricFamily(
            "niaouli_requests_under_way", "Requests being answered", self.under_way
        )
        answers = CounterMetricFamily("niaouli_requests", "Requests", labels=("method", "status"))
        for (method, status), count in self._answers.items():
            answers.add_metric((method, str(status or "none")), count)
        yield answers
        messages = GaugeMetricFamily(
            "niaouli_messages", "Messages that wait, are held back or failed", labels=("state",)
        )
        for state, number in self.messages.items():
            messages.add_metric((state.lower(),), number)
        yield messages
        times = HistogramMetricFamily(
            "niaouli_request_seconds", "Time until the answer was sent", labels=("method",)
        )
        for method, by_time in self._by_time.items():
            buckets = list(zip(_BUCKETS, accumulate(by_time), strict=True))
            times.add_metric((method,), buckets, self._seconds[method])
        yield times


class Metrics:
    """Counts requests around an ASGI application, and answers what was counted."""

    def __init__(
        self,
        app: Callable[[Scope, Receive, Send], Awaitable[None]],
        messages: Callable[[], Awaitable[Mapping[State, int]]],
    ) -> None:
        self._app, self._messages = app, messages
        self._counts = Counts()
        self.registry = CollectorRegistry()
        self.registry.register(self._counts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"] == "/metrics":
            answer = await self._answer(Request(scope))
            await answer(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _KNOWN else "other"
        counts, started, status = self._counts, time.perf_counter(), 0

        async def counted(message: dict[str, object]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]  # type: ignore[assignment]
            await send(message)

        counts.under_way += 1
        try:
            await self._app(scope, receive, counted)  # type: ignore[arg-type]
        finally:
            counts.under_way -= 1
            counts.add(method, status, time.perf_counter() - started)

    async def _answer(self, request: Request) -> Response:
        """Only this machine may ask; a proxy in front hides the path."""
        host = request.client.host if request.client else ""
        try:
            local = ipaddress.ip_address(host).is_loopback
        except ValueError:
            local = False
        if not local:
            return PlainTextResponse("not found\n", 404)
        try:
            self._counts.messages = await self._messages()
        except StoreUnavailable:
            self._counts.messages = {}  # the other figures matter most just then
        return PlainTextResponse(generate_latest(self.registry), media_type="text/plain")
