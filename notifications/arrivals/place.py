"""Where the listener for the mail server stands, and that only one process listens there."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class BadListener(ValueError):
    """A setting that names no place to listen at."""


@dataclass(frozen=True, slots=True)
class Place:
    """`127.0.0.1:2424`, or the path of a socket: `/run/niaouli/lmtp`."""

    host: str = ""
    port: int = 0
    path: Path | None = None

    @classmethod
    def parse(cls, text: str) -> Place:
        """Raises BadListener."""
        if text.startswith("/"):
            return cls(path=Path(text))
        host, _, port = text.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65_536:
            raise BadListener("adresse:port ou le chemin d'une socket est attendu")
        return cls(host.strip("[]"), int(port))

    @contextmanager
    def bound(self) -> Iterator[socket.socket]:
        """The socket that listens. Raises OSError, EADDRINUSE while another process has it."""
        if self.path is None:
            family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
            with socket.create_server((self.host, self.port), family=family) as listening:
                yield listening
            return
        with _held(self.path.with_name(f"{self.path.name}.lock")):
            self.path.unlink(missing_ok=True)  # left by who was killed
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind(str(self.path))
                self.path.chmod(0o660)  # for the group, which the mail server is a member of
                yield listening
            self.path.unlink(missing_ok=True)


@contextmanager
def _held(lock: Path) -> Iterator[None]:
    with lock.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE)) from None
        yield
