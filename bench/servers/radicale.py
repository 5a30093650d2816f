"""Radicale (PyPI): its built-in server and its default storage, one file an event, with fsync."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from bench.events import event
from bench.servers.server import PASSWORD, USER, NotHere, Server

_CONFIGURATION = """\
[server]
hosts = 127.0.0.1:{port}
max_connections = 100
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
cache_logins = True
[storage]
filesystem_folder = {folder}/storage
[logging]
level = warning
"""


class Radicale(Server):
    """Passwords in the clear and cached, so that no hash is measured."""

    name = "radicale"
    home = f"/{USER}/"

    def prepare(self) -> None:
        """Configuration and user."""
        if find_spec("radicale") is None:
            raise NotHere("the package radicale")
        configuration = _CONFIGURATION.format(port=self.port, folder=self.folder)
        (self.folder / "configuration").write_text(configuration)
        (self.folder / "users").write_text(f"{USER}:{PASSWORD}\n")

    def fill(self, calendar: str, count: int) -> None:
        """One file an event, and the properties of the calendar."""
        folder = self.folder / "storage" / "collection-root" / USER / calendar
        folder.mkdir(parents=True, exist_ok=True)
        properties = {"tag": "VCALENDAR", "C:supported-calendar-component-set": "VEVENT"}
        (folder / ".Radicale.props").write_text(json.dumps(properties))
        for number in range(count):
            name, body = event(calendar, number)
            (folder / name).write_bytes(body)

    def command(self) -> Sequence[str | Path]:
        """As its manual says."""
        return [sys.executable, "-m", "radicale", "--config", self.folder / "configuration"]
