"""Bursts of requests at one server: how long they took, and what they cost it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median

from bench import bodies
from bench.bodies import XML
from bench.client import Client, Request
from bench.meter import Meter
from bench.servers import Running


class Failed(Exception):
    """The server did not answer in time, or not with what was asked for."""


@dataclass(frozen=True)
class Sample:
    """What one burst cost; times in milliseconds."""

    requests: int
    cpu: float
    wall: float
    per_second: float
    found: int
    other_cores: float
    extra: dict[str, float] = field(default_factory=dict)


@dataclass
class Target:
    """A running server with a filled calendar; `seconds` for a burst, `patience` for a request."""

    running: Running
    calendar: str
    events: int
    seconds: float
    patience: float

    @property
    def path(self) -> str:
        """The calendar's path."""
        return self.running.calendar(self.calendar)

    def client(self) -> Client:
        """A connection of its own."""
        return Client(self.running.port, self.running.headers, seconds=self.patience)

    async def ask(self, request: Request, *expected: int) -> bytes:
        """One request outside of all measuring. Raises Failed."""
        client = self.client()
        try:
            return await checked(client, request, frozenset(expected))
        finally:
            client.close()

    async def token(self) -> str:
        """The calendar's sync token of now. Raises Failed."""
        poll = Request("PROPFIND", self.path, bodies.POLL, {"Depth": "0", **XML})
        return bodies.token(await self.ask(poll, 207))


async def checked(client: Client, request: Request, expected: frozenset[int]) -> bytes:
    """The body of a good answer. Raises Failed."""
    try:
        answer = await client.ask(request)
    except (OSError, TimeoutError) as error:
        raise Failed(f"{request.method}: {type(error).__name__}") from None
    if answer.status not in expected:
        raise Failed(f"{request.method}: {answer.status} {answer.body[:200]!r}")
    return answer.body


@dataclass
class _Load:
    """The requests that are left, and what came of those that were sent."""

    requests: Iterator[Request]
    until: float
    expected: frozenset[int]
    times: list[float] = field(default_factory=list)
    last: bytes = b""

    async def work(self, client: Client) -> None:
        """One connection's part. Raises Failed."""
        for request in self.requests:
            started = time.perf_counter()
            self.last = await checked(client, request, self.expected)
            now = time.perf_counter()
            self.times.append(now - started)
            if now > self.until:
                return


async def burst(
    target: Target,
    requests: Iterable[Request],
    *,
    connections: int = 1,
    expected: tuple[int, ...] = (207,),
    found: Callable[[bytes], int] = len,
) -> Sample:
    """Send for some seconds over so many connections; one request at least. Raises Failed."""
    clients = [target.client() for _ in range(connections)]
    with Meter(target.running.pid) as meter:
        until = time.perf_counter() + target.seconds
        load = _Load(iter(requests), until, frozenset(expected))
        try:
            async with asyncio.TaskGroup() as group:
                for client in clients:
                    group.create_task(load.work(client))
        except* Failed as failures:
            raise Failed(str(failures.exceptions[0])) from None
        finally:
            for client in clients:
                client.close()
    done = len(load.times)
    return Sample(
        requests=done,
        cpu=1000 * meter.cpu / done,
        wall=1000 * median(load.times),
        per_second=done / meter.wall,
        found=found(load.last),
        other_cores=meter.other_cores,
    )
