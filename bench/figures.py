"""What is measured, figure by figure: the requests, and what the answers must hold."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Iterator
from itertools import count, islice
from random import Random
from typing import NamedTuple

from bench import bodies
from bench.bodies import ICALENDAR, XML
from bench.burst import Sample, Target, burst, checked
from bench.client import Request
from bench.events import MONTH, WEEK, event
from bench.first_synchronisation import first_synchronisation

CONNECTIONS = 8
MULTIGET = 50
TEN = 10
MOST_PUTS = 4_000
STORED = (200, 201, 204)


class Figure(NamedTuple):
    """One row of the table; `bar` is what Niaouli may cost, in milliseconds of CPU a request."""

    title: str
    measure: Callable[[Target], Coroutine[None, None, Sample]]
    bar: float | None = None


def _again(request: Request) -> Iterator[Request]:
    while True:
        yield request


def _report(target: Target, body: bytes, depth: str) -> Iterator[Request]:
    return _again(Request("REPORT", target.path, body, {"Depth": depth, **XML}))


def _names(target: Target) -> list[str]:
    chosen = Random(6).sample(range(target.events), min(target.events, 500))
    return [event(target.calendar, number).name for number in chosen]


async def poll(target: Target) -> Sample:
    """PROPFIND of getctag and sync-token."""
    request = Request("PROPFIND", target.path, bodies.POLL, {"Depth": "0", **XML})
    return await burst(target, _again(request), connections=CONNECTIONS, found=bodies.responses)


async def nothing_new(target: Target) -> Sample:
    """sync-collection with the present token."""
    body = bodies.synchronise(await target.token())
    return await burst(target, _report(target, body, "0"), found=bodies.responses)


async def ten_changes(target: Target) -> Sample:
    """sync-collection with a token ten changes old."""
    body = bodies.synchronise(await target.token())
    revision = time.time_ns() // 1000 % 1_000_000_000
    first = min(100, target.events - TEN)
    for number in range(first, first + TEN):
        name, text = event(target.calendar, number, revision)
        await target.ask(Request("PUT", target.path + name, text, ICALENDAR), *STORED)
    return await burst(target, _report(target, body, "0"), found=bodies.responses)


async def get(target: Target) -> Sample:
    """GET of random events."""
    names, draw = _names(target), Random(7)
    requests = (Request("GET", target.path + draw.choice(names)) for _ in count())
    return await burst(target, requests, connections=CONNECTIONS, expected=(200,))


async def multiget(target: Target) -> Sample:
    """calendar-multiget of fifty random events with their texts."""
    names, draw = _names(target), Random(8)

    def requests() -> Iterator[Request]:
        while True:
            body = bodies.multiget(target.path + name for name in draw.sample(names, MULTIGET))
            yield Request("REPORT", target.path, body, {"Depth": "1", **XML})

    return await burst(target, requests(), found=bodies.responses)


async def put(target: Target) -> Sample:
    """PUT of new events."""
    return await _put(target, 1)


async def put_by_many(target: Target) -> Sample:
    """PUT of new events over eight connections."""
    return await _put(target, CONNECTIONS)


async def _put(target: Target, connections: int) -> Sample:
    requests = list(islice(_new_events(target), MOST_PUTS))
    sent: list[Request] = []

    def noted() -> Iterator[Request]:
        for request in requests:
            sent.append(request)
            yield request

    try:
        return await burst(target, noted(), connections=connections, expected=STORED)
    finally:
        await _take_back(target, sent)


def _new_events(target: Target) -> Iterator[Request]:
    seed = f"{target.calendar}-{time.time_ns()}"
    for number in count():
        name, body = event(seed, number)
        yield Request("PUT", target.path + name, body, ICALENDAR)


async def _take_back(target: Target, sent: list[Request]) -> None:
    """The calendar holds what it held before."""
    client = target.client()
    try:
        for request in sent:
            await checked(client, Request("DELETE", request.path), frozenset((200, 204, 404)))
    finally:
        client.close()


async def week(target: Target) -> Sample:
    """calendar-query of a week, with texts."""
    body = bodies.query(WEEK)
    return await burst(target, _report(target, body, "1"), found=bodies.responses)


async def month_expanded(target: Target) -> Sample:
    """calendar-query of a month, expanded."""
    body = bodies.query(MONTH, expand=True)
    return await burst(
        target, _report(target, body, "1"), found=lambda last: last.count(b"BEGIN:VEVENT")
    )


async def busy_month(target: Target) -> Sample:
    """free-busy-query of a month."""
    body = bodies.free_busy(MONTH)
    return await burst(target, _report(target, body, "1"), expected=(200,), found=bodies.periods)


async def etags(target: Target) -> Sample:
    """PROPFIND of every entity tag of the calendar."""
    request = Request("PROPFIND", target.path, bodies.ETAGS, {"Depth": "1", **XML})
    return await burst(target, _again(request), found=lambda last: len(bodies.hrefs(last)))


FIGURES = (
    Figure("PROPFIND getctag, sync-token", poll, 0.35),
    Figure("sync-collection, no change", nothing_new, 0.4),
    Figure("sync-collection, ten changes", ten_changes, 0.7),
    Figure("GET", get, 0.25),
    Figure("calendar-multiget of 50", multiget, 2.5),
    Figure("PUT, 1 connection", put, 2.0),
    Figure("PUT, 8 connections", put_by_many),
    Figure("calendar-query, week", week, 15.0),
    Figure("calendar-query, month, expanded", month_expanded, 60.0),
    Figure("free-busy-query, month", busy_month, 8.0),
    Figure("PROPFIND of all ETags", etags, 30.0),
    Figure("first synchronisation", first_synchronisation),
)
GROWING = (
    Figure("PUT", put),
    Figure("GET", get),
    Figure("sync-collection, ten changes", ten_changes),
    Figure("sync-collection, no change", nothing_new),
    Figure("PROPFIND getctag", poll),
)
