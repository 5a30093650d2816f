"""Does the time of a refusal tell what exists? `python -m bench.refusals` (SEC-5).

Somebody without any right asks for what is there and for what is not, in turns, on one connection.
The medians of each pair should be within 5 ms; what the line in the audit trail costs is in it,
since each path is asked for once.
"""

from __future__ import annotations

import http.client
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.client import basic
from bench.events import event
from bench.servers.niaouli import Niaouli
from bench.servers.server import PASSWORD, USER
from calendars.kernel.audit import CONSOLE
from calendars.services.open_account import NewAccount, open_account
from calendars.services.sign_in import hash_password

EVE = "eve"
CALENDAR = "dossiers"
ROUNDS = 300
LIMIT_MS = 5.0

Paths = Callable[[int], str]

HOME = f"/dav/calendars/{USER}/"
PAIRS: dict[str, tuple[str, Paths, Paths]] = {
    "an object": (
        "GET",
        lambda number: f"{HOME}{CALENDAR}/{event(CALENDAR, number).name}",
        lambda number: f"{HOME}{CALENDAR}/none-{number}.ics",
    ),
    "an object, to delete it": (
        "DELETE",
        lambda number: f"{HOME}{CALENDAR}/{event(CALENDAR, number).name}",
        lambda number: f"{HOME}{CALENDAR}/none-{number}.ics",
    ),
    "a calendar": (
        "PROPFIND",
        lambda number: f"{HOME}{CALENDAR}/{event(CALENDAR, number).name}",
        lambda number: f"{HOME}none-{number}/{event(CALENDAR, number).name}",
    ),
    "a person": (
        "GET",
        lambda number: f"{HOME}{CALENDAR}/x-{number}.ics",
        lambda number: f"/dav/calendars/nobody-{number}/{CALENDAR}/x-{number}.ics",
    ),
}


def main() -> None:
    """Exit status 1 where a pair differs by more than the limit."""
    with tempfile.TemporaryDirectory() as folder:
        server = Niaouli(Path(folder) / "niaouli")
        server.prepare()
        server.fill(CALENDAR, ROUNDS)
        _add_eve(server)
        with server.running() as running:
            found = list(_measured(running.port))
    sys.stdout.write("what               there     not there  difference (medians, ms)\n")
    for what, there, missing in found:
        sys.stdout.write(f"{what:<26} {there:7.3f}  {missing:7.3f}  {there - missing:+7.3f}\n")
    sys.exit(any(abs(there - missing) > LIMIT_MS for _, there, missing in found))


def _add_eve(server: Niaouli) -> None:
    service = server._open()
    new = NewAccount(EVE, "Ève", email=f"{EVE}@example.test")
    with service.database.transaction() as db:
        hashed = hash_password(PASSWORD)
        open_account(
            db, new, timezone_id="Pacific/Noumea", by=CONSOLE, now=int(time.time()), hashed=hashed
        )
    service.database.close()


def _measured(port: int) -> Iterator[tuple[str, float, float]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = basic(EVE, PASSWORD)
    for what, (method, there, missing) in PAIRS.items():
        times: tuple[list[float], list[float]] = ([], [])
        for number in range(ROUNDS):
            for path, taken in zip((there, missing), times, strict=True):
                started = time.perf_counter()
                connection.request(method, path(number), headers=headers)
                answer = connection.getresponse()
                answer.read()
                taken.append((time.perf_counter() - started) * 1_000)
                if answer.status != 404:
                    raise SystemExit(f"{what}: {answer.status} instead of 404")
        yield what, statistics.median(times[0]), statistics.median(times[1])
    connection.close()


if __name__ == "__main__":
    main()
