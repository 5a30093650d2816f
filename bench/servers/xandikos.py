"""Xandikos (PyPI): one process, a git commit a write.

It takes passwords over TLS only; a proxy signs users in. Here the client says who it is in the
proxy's place, so that Xandikos pays for no password at all.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from bench.bodies import MAKE_CALENDAR, XML
from bench.client import Client, Request
from bench.events import event
from bench.servers.server import USER, NotHere, Server


class Xandikos(Server):
    """Filled by writing into its repository, with one commit for all."""

    name = "xandikos"
    home = f"/{USER}/calendars/"

    def prepare(self) -> None:
        """Nothing to configure."""
        if find_spec("xandikos") is None:
            raise NotHere("the package xandikos")
        if shutil.which("git") is None:
            raise NotHere("git, to fill xandikos")

    def fill(self, calendar: str, count: int) -> None:
        """The server makes the calendar; the events are committed behind its back."""
        with self.running() as running:

            async def make() -> int:
                client = Client(running.port, running.headers)
                made = await client.ask(
                    Request("MKCALENDAR", running.calendar(calendar), MAKE_CALENDAR, XML)
                )
                client.close()
                return made.status

            status = asyncio.run(make())
        folder = self.folder / "data" / USER / "calendars" / calendar
        if not folder.is_dir():
            raise RuntimeError(f"xandikos did not make the calendar: {status}")
        for number in range(count):
            name, body = event(calendar, number)
            (folder / name).write_bytes(body)
        git: list[str | Path] = [
            "git",
            "-c",
            "user.name=bench",
            "-c",
            "user.email=bench@localhost",
            "-C",
        ]
        git.append(folder)
        subprocess.run([*git, "add", "--all"], check=True, capture_output=True)
        commit = [*git, "commit", "--quiet", "--allow-empty", "-m", "fill"]
        subprocess.run(commit, check=True, capture_output=True)

    def command(self) -> Sequence[str | Path]:
        """Many users, their homes made at first sight."""
        return [
            sys.executable, "-m", "xandikos", "multi-user", "--directory", self.folder / "data",
            "--defaults", "--listen-address", "127.0.0.1", "--port", str(self.port),
            "--no-detect-systemd", "--trust-x-remote-user-from", "127.0.0.1",
        ]  # fmt: skip

    def environment(self) -> Mapping[str, str]:
        """State of its own, no configuration of the developer's git."""
        (self.folder / "data").mkdir(exist_ok=True)
        return {**os.environ, "XDG_DATA_HOME": str(self.folder), "GIT_CONFIG_GLOBAL": "/dev/null"}

    def headers(self) -> Mapping[str, str]:
        """As the proxy would say it."""
        return {"X-Remote-User": USER}
