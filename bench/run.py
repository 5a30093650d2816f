"""The whole run: fill, start, measure in turns, print the tables.

Every figure is taken from one server after the other, several rounds, so that what else the
machine does falls on all of them alike; the median of the rounds is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import reminding, slots, table
from bench.burst import Failed, Sample, Target
from bench.ceilings import bare_commit, constant_answer
from bench.figures import FIGURES, GROWING, Figure
from bench.meter import wait_until_idle
from bench.servers import PEERS, Niaouli, Server
from bench.servers.server import NotHere

MAIN = "bench-main"
Taken = dict[str, dict[str, list[Sample]]]


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    events: int
    sizes: tuple[int, ...]
    rounds: int
    seconds: float
    patience: float


FULL = Plan(events=10_000, sizes=(0, 10_000, 50_000), rounds=3, seconds=1.0, patience=45)
QUICK = Plan(events=2_000, sizes=(0, 10_000), rounds=2, seconds=0.5, patience=10)


def log(*words: object) -> None:
    """Say how far it is."""
    print(time.strftime("%H:%M:%S"), *words, file=sys.stderr, flush=True)


def prepared(folder: Path, classes: Sequence[type[Server]], plan: Plan) -> list[Server]:
    """The servers that are here, filled."""
    ready = []
    for cls in classes:
        server = cls(folder / cls.name)
        try:
            server.prepare()
        except NotHere as missing:
            log(f"{cls.name} is left out: {missing} is not on this machine")
            continue
        started = time.monotonic()
        server.fill(MAIN, plan.events)
        log(f"{cls.name}: {plan.events} events in {time.monotonic() - started:.0f} s")
        ready.append(server)
    return ready


@contextmanager
def targets(servers: Sequence[Server], plan: Plan) -> Iterator[list[Target]]:
    """All of them running, their caches warm."""
    with ExitStack() as stack:
        found = [
            Target(stack.enter_context(server.running()), MAIN, plan.events, plan.seconds, 300)
            for server in servers
        ]
        for target in found:
            asyncio.run(target.token())
            target.patience = plan.patience
        yield found


def take(figures: Sequence[Figure], found: Mapping[str, Target], rounds: int) -> Taken:
    """Every figure from every target in turns; who fails a figure is not asked for it again."""
    taken: Taken = {}
    for figure in figures:
        samples: dict[str, list[Sample]] = {name: [] for name in found}
        failed: set[str] = set()
        for _ in range(rounds):
            for name, target in found.items():
                if name in failed or _is_slow(samples[name]):
                    continue
                try:
                    samples[name].append(asyncio.run(figure.measure(target)))
                except Failed as failure:
                    failed.add(name)
                    log(f"{figure.title}: {name} failed: {failure}")
                    wait_until_idle(target.running.pid)
        taken[figure.title] = samples
        log(figure.title, {name: _told(got) for name, got in samples.items()})
    return taken


def _is_slow(samples: Sequence[Sample]) -> bool:
    """One such request says enough."""
    return bool(samples) and samples[0].wall > 5_000


def _told(samples: Sequence[Sample]) -> str:
    cpu, found = table.middle(samples, "cpu"), table.middle(samples, "found")
    return "–" if cpu is None else f"{table.number(cpu)} ms, {found:.0f} found"


def take_growth(server: Niaouli, plan: Plan) -> Taken:
    """The same server with calendars of several sizes."""
    for size in plan.sizes[1:]:
        started = time.monotonic()
        server.fill(f"bench-{size}", size)
        log(f"niaouli: {size} events in {time.monotonic() - started:.0f} s")
    # GET and a sync of ten changes need something to be there.
    server.fill(f"bench-{plan.sizes[0]}", 20)
    with server.running() as running:
        found = {
            f"{size:,}": Target(running, f"bench-{size}", max(size, 20), plan.seconds, 60)
            for size in plan.sizes
        }
        return take(GROWING, found, plan.rounds)


def conditions(plan: Plan) -> str:
    """On what the figures were taken."""
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return (
        f"{os.cpu_count()} × {processor}, Linux {platform.release()}, "
        f"Python {platform.python_version()}; {plan.events:,} events, {plan.rounds} rounds in "
        f"turns, load average {os.getloadavg()[0]:.1f}; one Niaouli worker, SQLite synchronous=FULL"
    )


def report(taken: Taken, grown: Taken, plan: Plan, names: Sequence[str]) -> str:
    """The tables."""
    bars = {figure.title: figure.bar for figure in FIGURES}
    if plan != FULL:
        bars = dict.fromkeys(bars)
    others = [s.other_cores for by in taken.values() for got in by.values() for s in got]
    busy = sum(others) / len(others) if others else 0.0
    parts = [
        f"{conditions(plan)}; other programs kept {busy:.2f} cores busy meanwhile.",
        "Milliseconds of CPU a request (the whole process tree):",
        table.comparison(taken, names, "cpu", bars),
        "Milliseconds of wall time (median of the requests; the whole of a first synchronisation):",
        table.comparison(taken, names, "wall", {}),
    ]
    first = taken.get("first synchronisation", {})
    for name, got in first.items():
        if got:
            worst = max(sample.extra["bystander_ms"] for sample in got)
            memory = max(sample.extra["memory_mib"] for sample in got)
            parts.append(
                f"{name}: meanwhile another client waited {table.number(worst)} ms at most; "
                f"memory afterwards {memory:.0f} MiB."
            )
    if grown:
        parts += ["Growth of Niaouli:", table.growth(grown, [f"{size:,}" for size in plan.sizes])]
    return "\n\n".join(parts)


def ceilings(folder: Path, seconds: float) -> str:
    """What no server on this machine can pass."""
    web, commit = constant_answer(seconds), bare_commit(folder / "bare")
    return (
        f"Ceilings: constant 2 KB answer through uvicorn {web.per_second:,.0f}/s, "
        f"{web.cpu:.3f} ms CPU; bare SQLite commit {commit.cpu:.3f} ms CPU, "
        f"{commit.wall:.2f} ms wall."
    )


def main() -> None:
    """`python -m bench`."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2,000 events, under four minutes")
    parser.add_argument("--alone", action="store_true", help="Niaouli without the others")
    parser.add_argument("--no-growth", action="store_true", help="leave the larger calendars out")
    parser.add_argument("--no-slots", action="store_true", help="leave the search for slots out")
    parser.add_argument("--events", type=int, help="events in the calendar")
    parser.add_argument("--out", type=Path, help="write every sample as JSON too")
    chosen = parser.parse_args()
    plan = QUICK if chosen.quick else FULL
    if chosen.events:
        plan = Plan(chosen.events, plan.sizes, plan.rounds, plan.seconds, plan.patience)
    with tempfile.TemporaryDirectory(prefix="niaouli-bench-") as name:
        folder = Path(name)
        servers = prepared(folder, (Niaouli,) if chosen.alone else (Niaouli, *PEERS), plan)
        with targets(servers, plan) as running:
            taken = take(FIGURES, {t.running.name: t for t in running}, plan.rounds)
        ours = servers[0]
        grown: Taken = {}
        if not chosen.no_growth and isinstance(ours, Niaouli):
            grown = take_growth(ours, plan)
        print(report(taken, grown, plan, [server.name for server in servers]))
        print("\n" + ceilings(folder, plan.seconds))
        if not chosen.no_growth:
            sizes = reminding.SIZES if plan.rounds == FULL.rounds else (1_000, 10_000)
            print("\nReminders:\n\n" + reminding.report(folder, sizes))
    if not (chosen.quick or chosen.no_slots):
        print("\nSearch for slots:\n\n" + slots.report(15, ["SQLite"]))
    if chosen.out:
        samples = {"figures": taken, "growth": grown}
        chosen.out.write_text(json.dumps(samples, default=asdict, indent=1))
