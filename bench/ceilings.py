"""What this machine allows at most: a constant answer through the web server, a bare commit."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, TypeAlias

from bench.burst import Sample, Target, burst
from bench.client import Request
from bench.events import event
from bench.servers.server import Running, free_port, wait_for
from calendars.kernel.database import sqlite_module

Message: TypeAlias = MutableMapping[str, Any]

BODY = b"x" * 2048
HEAD = [(b"content-type", b"text/calendar"), (b"content-length", b"2048")]
COMMITS = 2_000


async def constant(scope: Message, _receive: object, send: Any) -> None:  # noqa: ANN401
    """An ASGI application that answers two kilobytes to everything."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": HEAD})
        await send({"type": "http.response.body", "body": BODY})


def constant_answer(seconds: float) -> Sample:
    """The web server alone, over eight connections."""
    port = free_port()
    command = [
        sys.executable, "-m", "uvicorn", "bench.ceilings:constant", "--port", str(port),
        "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=Path(__file__).parents[1]) as process:
        try:
            wait_for(port, process)
            running = Running("constant", port, process.pid, "/", {})
            target = Target(running, "x", 0, seconds, 10)
            requests = iter(lambda: Request("GET", "/x"), None)
            return asyncio.run(burst(target, requests, connections=8, expected=(200,)))
        finally:
            process.terminate()


class Commit(NamedTuple):
    """One durable write, in milliseconds."""

    cpu: float
    wall: float


def bare_commit(folder: Path) -> Commit:
    """SQLite with nothing around it: a counter and one object a transaction, synchronous=FULL."""
    folder.mkdir(parents=True)
    db = sqlite_module().connect(folder / "bare.sqlite", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE calendar (id INTEGER PRIMARY KEY, modseq INTEGER)")
    db.execute("INSERT INTO calendar VALUES (1, 0)")
    db.execute(
        "CREATE TABLE object (id INTEGER PRIMARY KEY, name TEXT UNIQUE, uid TEXT UNIQUE,"
        " modseq INTEGER, data BLOB)"
    )
    db.execute("CREATE INDEX changes ON object (modseq, name)")
    walls, started = [], time.process_time()
    for name, body in _objects():
        begun = time.perf_counter()
        db.execute("BEGIN IMMEDIATE")
        [(modseq,)] = db.execute("UPDATE calendar SET modseq = modseq + 1 RETURNING modseq")
        row = (name, f"uid {name}", modseq, body)
        db.execute("INSERT INTO object (name, uid, modseq, data) VALUES (?, ?, ?, ?)", row)
        db.execute("COMMIT")
        walls.append(time.perf_counter() - begun)
    cpu = time.process_time() - started
    db.close()
    return Commit(1000 * cpu / COMMITS, 1000 * median(walls))


def _objects() -> Iterator[tuple[str, bytes]]:
    bodies = [event("bare", number).body for number in range(100)]
    for number in range(COMMITS):
        yield f"{number}.ics", bodies[number % len(bodies)]
