"""What every measured server has in common: a folder, a port, one process tree."""

from __future__ import annotations

import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.client import basic

USER = "user01"
PASSWORD = "bench-secret"  # noqa: S105 - of throwaway servers on loopback
STARTED_WITHIN = 60.0
STOPPED_WITHIN = 15.0


class NotHere(Exception):
    """The server is not installed on this machine; the message says what is missing."""


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    name: str
    port: int
    pid: int
    home: str
    headers: Mapping[str, str]

    def calendar(self, name: str) -> str:
        """The path of a calendar of the user's."""
        return f"{self.home}{name}/"


class Server(ABC):
    """One server program with its data in a folder of its own."""

    name: str
    home: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.port = free_port()

    @abstractmethod
    def prepare(self) -> None:
        """Write the configuration and make the user. Raises NotHere."""

    @abstractmethod
    def fill(self, calendar: str, count: int) -> None:
        """Put the first so many events into a calendar the fast way, while the server is down."""

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """What starts it in the foreground."""

    def environment(self) -> Mapping[str, str] | None:
        """The variables it runs with; None for those of this process."""
        return None

    def headers(self) -> Mapping[str, str]:
        """What says who asks."""
        return basic(USER, PASSWORD)

    @contextmanager
    def running(self) -> Iterator[Running]:
        """The server for as long as the block lasts."""
        with (
            (self.folder / "log").open("ab") as log,
            subprocess.Popen(
                list(self.command()),
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            ) as process,
        ):
            try:
                wait_for(self.port, process)
                yield Running(self.name, self.port, process.pid, self.home, self.headers())
            finally:
                process.terminate()
                try:
                    process.wait(STOPPED_WITHIN)
                except subprocess.TimeoutExpired:
                    process.kill()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the process accepts connections. Raises RuntimeError."""
    deadline = time.monotonic() + STARTED_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise RuntimeError(f"{process.args!r} does not accept connections")


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
