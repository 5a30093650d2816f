"""300 convocations with a paper each: queued, then handed to a relay on this machine.

`python -m bench.mails` prints how long the queueing takes and how many mails a second the relay
gets, beside a bare loop of the same SMTP library that sends the same mails, ready made, and keeps no
account of them. The relay runs in a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import aiosmtplib

from bench.table import markdown, number
from calendars.kernel.database import Database
from notifications import outbox
from notifications.channels.relay import Relay
from notifications.channels.smtp import Smtp
from notifications.post import Paper, Urgency
from scheduler.app.migrate import migrate
from tests.post_room import PostRoom, a_post_room
from tests.postgres import DURABLE, running_postgres
from tests.relays import RelayHandler, running_relay

PAPER = 60_000
QUEUED_WITHIN, A_SECOND = 2.0, 100
"""The bars: seconds to queue, mails a second handed over."""
RECIPIENT = "membre{}@example.net"


def _relay(ready: Connection) -> None:
    handler = RelayHandler()
    with running_relay(handler) as (_, target):
        ready.send(target.port)
        while ready.recv() == "count":
            ready.send(len(handler.taken))


@contextmanager
def relay_process() -> Iterator[tuple[int, Connection]]:
    """A relay that takes everything; it can be asked how much that was."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_relay, args=(there,), daemon=True
    )
    process.start()
    try:
        yield here.recv(), here
    finally:
        here.send("stop")
        process.join(10)


def taken(relay: Connection) -> int:
    """How many mails the relay has had so far."""
    relay.send("count")
    count: int = relay.recv()
    return count


def queue(room: PostRoom, count: int) -> float:
    """Seconds that a sitting's convocations take to be queued, in one transaction."""
    papers = [
        (Paper(f"convocation-{one}.pdf", "application/pdf", b"%PDF-1.7" + os.urandom(PAPER)),)
        for one in range(count)
    ]
    started = time.perf_counter()
    with room.database.transaction() as db:
        for one, attached in enumerate(papers):
            letter = room.letter(
                str(one), kind="convocation", recipient=f"mailto:{RECIPIENT.format(one)}",
                papers=attached, urgency=Urgency.NORMAL,
            )  # fmt: skip
            outbox.post(db, letter, now=room.now)
    return time.perf_counter() - started


def hand_over(room: PostRoom, count: int) -> float:
    """Mails a second."""
    started = time.perf_counter()
    sent = room.deliver()
    if sent != count:
        raise RuntimeError(f"{sent} of {count} mails left")
    return count / (time.perf_counter() - started)


def bare_loop(port: int, mail: bytes, count: int) -> float:
    """Mails a second of the library alone, over one connection."""

    async def send() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            for one in range(count):
                await client.sendmail("agenda@example.org", [RECIPIENT.format(one)], mail)

    started = time.perf_counter()
    asyncio.run(send())
    return count / (time.perf_counter() - started)


def a_mail() -> bytes:
    """Of the size that ours have."""
    head = b"From: agenda@example.org\r\nTo: membre@example.net\r\nSubject: x\r\n\r\n"
    return head + (b"x" * 76 + b"\r\n") * ((PAPER * 4 // 3 + 6_000) // 78)


def measure(url: str, folder: Path, count: int) -> Sequence[str]:
    """One row."""
    folder.mkdir()
    database = Database(url)
    migrate(database)
    with relay_process() as (port, relay):
        bare = bare_loop(port, a_mail(), count)
        smtp = Smtp(Relay("127.0.0.1", port, starttls=False), connections=2)
        room = a_post_room(database, folder, smtp)
        hand_over_one(room)
        before = taken(relay)
        seconds, rate = queue(room, count), hand_over(room, count)
        if taken(relay) - before != count:
            raise RuntimeError("the relay has not had all of them")
        smtp.close()
    database.close()
    return [
        f"{seconds:.2f} s", number(rate), number(bare), f"{rate / bare:.2f}",
        "yes" if seconds < QUEUED_WITHIN and rate >= A_SECOND else "no",
    ]  # fmt: skip


def hand_over_one(room: PostRoom) -> None:
    """Templates are read and the connection is open, as in a service that runs."""
    room.post("first")
    room.deliver()


def main() -> None:
    """`python -m bench.mails`."""
    parser = argparse.ArgumentParser(prog="python -m bench.mails", description=__doc__)
    parser.add_argument("--mails", type=int, default=300)
    chosen = parser.parse_args()
    head = ["convocations", "queued", "mails/s", "bare loop", "ours ÷ bare", "< 2 s, ≥ 100/s"]
    with (
        tempfile.TemporaryDirectory(prefix="niaouli-mails-") as name,
        running_postgres(DURABLE) as postgres,
    ):
        urls = {
            "SQLite": f"sqlite:///{name}/niaouli.sqlite",
            "PostgreSQL": postgres.url(postgres.create_database()),
        }
        rows = []
        for engine, url in urls.items():
            rows.append([engine, *measure(url, Path(name) / engine, chosen.mails)])
            print(" ".join(rows[-1]), file=sys.stderr, flush=True)
    print(markdown(head, rows))


if __name__ == "__main__":
    main()
