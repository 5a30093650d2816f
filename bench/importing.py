"""`niaouli import` of one large file: killed on its way, started again, on each engine.

`python -m bench.importing` prints events a second, the memory it took at most, and whether what is
there in the end is what the file holds. It takes four minutes for 50,000 events.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.events import event
from bench.servers.niaouli import Niaouli
from bench.servers.server import USER
from bench.table import markdown
from tests.postgres import DURABLE, running_postgres

CALENDAR = "repris"
_IMPORT = "from scheduler.app.cli import main; main()"


class Run(NamedTuple):
    """One start of the command."""

    seconds: float
    memory_mib: float
    told: dict[str, int]


def write_file(path: Path, events: int) -> None:
    """One iCalendar file with so many objects, as a calendar program exports it."""
    with path.open("wb") as out:
        for number in range(events):
            body = event("import", number).body
            start = 0 if number == 0 else body.index(b"BEGIN:VEVENT")
            out.write(body[start : body.rindex(b"END:VCALENDAR")])
        out.write(b"END:VCALENDAR\r\n")


def run(server: Niaouli, path: Path, *, kill_after: float | None = None) -> Run:
    """The command as an operator types it; `kill_after` seconds it is killed."""
    command: list[str | Path] = [
        sys.executable,
        "-c",
        _IMPORT,
        "import",
        USER,
        path,
        "--calendar",
        CALENDAR,
    ]
    started, peak = time.monotonic(), 0.0
    with subprocess.Popen(
        [*command, "--json"],
        env=server.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None:
            peak = max(peak, resident_mib(process.pid))
            if kill_after is not None and time.monotonic() - started > kill_after:
                process.kill()
            time.sleep(0.05)
        answer = process.stdout.read() if process.stdout else b""
    return Run(time.monotonic() - started, peak, json.loads(answer) if answer else {})


def resident_mib(pid: int) -> float:
    """The most memory that a process has had so far; 0 once it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next(
        (int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")),
        0.0,
    )


@contextmanager
def stores(folder: Path) -> Iterator[dict[str, Niaouli]]:
    """A service on each engine, both durable at each commit."""
    with ExitStack() as stack:
        postgres = stack.enter_context(running_postgres(DURABLE))
        url = postgres.url(postgres.create_database())
        yield {
            "SQLite": Niaouli(folder / "sqlite"),
            "PostgreSQL": Niaouli(folder / "postgresql", database_url=url),
        }


def measure(server: Niaouli, path: Path, events: int) -> list[str]:
    """One row: half of it, killed; the rest; and once more, when nothing is new."""
    server.prepare()
    first = run(server, path, kill_after=events / 1_000)
    rest = run(server, path)
    again = run(server, path)
    there, added = rest.told["unchanged"], rest.told["added"]
    if there + added != events or again.told["unchanged"] != events:
        raise RuntimeError(f"not all is there: {rest.told}, then {again.told}")
    peak = max(one.memory_mib for one in (first, rest, again))
    return [
        f"{events / (first.seconds + rest.seconds):.0f}",
        f"{there:,} after {first.seconds:.0f} s",
        f"{added:,} in {rest.seconds:.0f} s",
        f"{again.seconds:.0f} s",
        f"{peak:.0f} MiB",
    ]


def main() -> None:
    """`python -m bench.importing`."""
    parser = argparse.ArgumentParser(prog="python -m bench.importing", description=__doc__)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--store", choices=("SQLite", "PostgreSQL"), help="one of them alone")
    chosen = parser.parse_args()
    head = ["store", "events/s", "there when killed", "the rest", "once more", "memory at most"]
    rows = []
    with tempfile.TemporaryDirectory(prefix="niaouli-import-") as name:
        path = Path(name) / "diary.ics"
        write_file(path, chosen.events)
        with stores(Path(name)) as servers:
            for engine, server in servers.items():
                if chosen.store not in {None, engine}:
                    continue
                rows.append([engine, *measure(server, path, chosen.events)])
                print(" ".join(rows[-1]), file=sys.stderr, flush=True)
    print(markdown(head, rows))


if __name__ == "__main__":
    main()
