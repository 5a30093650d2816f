"""What a new client does: every entity tag, then every text, while somebody else reads."""

from __future__ import annotations

import asyncio
import time

from bench import bodies
from bench.bodies import XML
from bench.burst import Failed, Sample, Target, checked
from bench.client import Request
from bench.meter import Meter, memory_mib

MULTIGET = 50
PAUSE = 0.02
FOUND = frozenset((207,))


async def first_synchronisation(target: Target) -> Sample:
    """A PROPFIND of all entity tags and multigets of fifty; `wall` is the whole of it.

    Extra: the longest that another client waited for a poll meanwhile, and the server's memory.
    Raises Failed.
    """
    stop = asyncio.Event()
    bystander = asyncio.create_task(_bystander(target, stop))
    with Meter(target.running.pid) as meter:
        try:
            found, octets = await _synchronise(target)
        finally:
            stop.set()
    waits = await bystander
    return Sample(
        requests=1,
        cpu=1000 * meter.cpu,
        wall=1000 * meter.wall,
        per_second=1 / meter.wall,
        found=found,
        other_cores=meter.other_cores,
        extra={
            "bystander_ms": 1000 * max(waits, default=0.0),
            "memory_mib": memory_mib(target.running.pid),
            "octets": octets,
        },
    )


async def _synchronise(target: Target) -> tuple[int, int]:
    """How many objects came, and how many octets."""
    client = target.client()
    try:
        listing = Request("PROPFIND", target.path, bodies.ETAGS, {"Depth": "1", **XML})
        body = await checked(client, listing, FOUND)
        hrefs, found, octets = bodies.hrefs(body), 0, len(body)
        for first in range(0, len(hrefs), MULTIGET):
            texts = bodies.multiget(hrefs[first : first + MULTIGET])
            ask = Request("REPORT", target.path, texts, {"Depth": "1", **XML})
            body = await checked(client, ask, FOUND)
            found += body.count(b"BEGIN:VCALENDAR")
            octets += len(body)
    finally:
        client.close()
    return found, octets


async def _bystander(target: Target, stop: asyncio.Event) -> list[float]:
    """How long each poll of another client took."""
    client, waits = target.client(), list[float]()
    poll = Request("PROPFIND", target.path, bodies.POLL, {"Depth": "0", **XML})
    try:
        while not stop.is_set():
            started = time.perf_counter()
            await checked(client, poll, FOUND)
            waits.append(time.perf_counter() - started)
            await asyncio.sleep(PAUSE)
    except Failed:
        waits.append(target.patience)
    finally:
        client.close()
    return waits
