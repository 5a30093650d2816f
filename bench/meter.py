"""What a process tree uses, read from /proc: CPU time and memory of a server with its children."""

from __future__ import annotations

import os
import time
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def _fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on."""
    text = (_PROC / str(pid) / "stat").read_text()
    return text[text.rindex(")") + 2 :].split()


def tree(root: int) -> list[int]:
    """A process and all below it."""
    children: dict[int, list[int]] = {}
    for name in os.listdir(_PROC):
        if name.isdigit():
            try:
                children.setdefault(int(_fields(int(name))[1]), []).append(int(name))
            except OSError:
                continue
    found, ahead = [], [root]
    while ahead:
        pid = ahead.pop()
        found.append(pid)
        ahead += children.get(pid, [])
    return found


def cpu_seconds(root: int) -> float:
    """User and system time of the tree, of children that ended too."""
    total = 0
    for pid in tree(root):
        try:
            total += sum(map(int, _fields(pid)[11:15]))
        except OSError:
            continue
    return total / _TICKS


def memory_mib(root: int) -> float:
    """The tree's proportional share of memory (PSS)."""
    kib = 0
    for pid in tree(root):
        try:
            rollup = (_PROC / str(pid) / "smaps_rollup").read_text()
        except OSError:
            continue
        kib += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return kib / 1024


def machine_busy_seconds() -> float:
    """CPU time that the whole machine has used since it started."""
    values = [int(value) for value in (_PROC / "stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(values) - values[3] - values[4]) / _TICKS


def wait_until_idle(root: int, *, seconds: float = 90.0) -> None:
    """Until the tree does nothing any more: who gave up on a request left it work."""
    deadline = time.monotonic() + seconds
    before = cpu_seconds(root)
    while time.monotonic() < deadline:
        time.sleep(0.5)
        now = cpu_seconds(root)
        if now - before < 0.03:
            return
        before = now


class Meter:
    """Wall time, the server's CPU time, and the cores that everything else kept busy."""

    def __init__(self, root: int) -> None:
        self._root = root
        self.wall = self.cpu = self.other_cores = 0.0

    def __enter__(self) -> Meter:
        self._busy, self._own = machine_busy_seconds(), time.process_time()
        self._cpu, self._started = cpu_seconds(self._root), time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self._started
        self.cpu = cpu_seconds(self._root) - self._cpu
        own = time.process_time() - self._own
        busy = machine_busy_seconds() - self._busy - own - self.cpu
        self.other_cores = max(0.0, busy / self.wall) if self.wall else 0.0
